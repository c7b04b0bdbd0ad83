"""Addresses as Toxiproxy writes them (`host:port`), what they resolve to, and its words when they do not."""

from __future__ import annotations

import contextlib
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Callable

    from stormproof_chaos.engine.loop import Loop


class AddressError(ValueError):
    """An address that cannot be understood or found; the text is Toxiproxy's."""


class UnresolvedError(Exception):
    """A host name that only a lookup can answer: start one, then ask again."""

    def __init__(self, host: str) -> None:
        super().__init__(host)
        self.host = host


@dataclass(frozen=True, slots=True)
class Address:
    """An IP address and a port."""

    host: str
    port: int

    @property
    def family(self) -> socket.AddressFamily:
        """Return IPv6 or IPv4."""
        return socket.AF_INET6 if ":" in self.host else socket.AF_INET

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def split(text: str) -> tuple[str, int]:
    """Split `host:port`; the host may be empty or an IPv6 address in brackets."""
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]"):
        raise AddressError(f"address {text}: missing port in address")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        raise AddressError(f"address {text}: too many colons in address")
    if not (port or "0").isascii() or not (port or "0").isdigit():
        raise AddressError(f"lookup tcp/{port}: unknown port")
    if len(port) > 5 or int(port or "0") > 65535:
        raise AddressError(f"address {port}: invalid port")
    return host, int(port or "0")


class Resolver:
    """Turns host names into IP addresses; a real name is looked up on a thread, so that nothing else waits for it."""

    _FRESH = 1.0  # seconds for which an answer is reused; a proxy is to notice when a name moves

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._known: dict[str, tuple[float, list[str]]] = {}
        self._waiting: dict[str, list[Callable[[], None]]] = {}

    def addresses(self, text: str) -> list[Address]:
        """Return where *text* points, best first.

        Raises:
            AddressError: it points nowhere.
            UnresolvedError: it needs a lookup first.
        """
        host, port = split(text)
        return [Address(found, port) for found in self._hosts(host)]

    def look_up(self, host: str, then: Callable[[], None]) -> None:
        """Look *host* up on a thread, then call *then* on the loop."""
        import threading  # noqa: PLC0415 - few engines ever meet a real name

        waiting = self._waiting.setdefault(host, [])
        waiting.append(then)
        if len(waiting) == 1:
            threading.Thread(target=self._work, args=(host,), daemon=True).start()

    def _hosts(self, host: str) -> list[str]:
        if host in {"localhost", ""}:
            return ["127.0.0.1", "::1"] if host else ["::"]
        if _is_literal(host):
            return [host]
        expiry, found = self._known.get(host, (0.0, []))
        if expiry < self._loop.now():
            raise UnresolvedError(host)
        if not found:
            raise AddressError(f"lookup {host}: no such host")
        return found

    def _work(self, host: str) -> None:
        found: list[str] = []
        # A name that is no valid host name raises UnicodeError: it is not found either.
        with contextlib.suppress(OSError, UnicodeError):
            entries = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            found = sorted({str(entry[4][0]) for entry in entries}, key=lambda address: (":" in address, address))
        self._loop.call_from_thread(lambda: self._learn(host, found))

    def _learn(self, host: str, found: list[str]) -> None:
        self._known[host] = (self._loop.now() + self._FRESH, found)
        for then in self._waiting.pop(host):
            then()


def _is_literal(host: str) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with contextlib.suppress(OSError, ValueError):
        socket.inet_pton(family, host)
        return True
    return False
