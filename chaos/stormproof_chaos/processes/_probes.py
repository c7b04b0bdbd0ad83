"""Probes: what tells whether a program is ready, and if not, what it lacks."""

from __future__ import annotations

import socket
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit


if TYPE_CHECKING:
    from collections.abc import Callable


_TIMEOUT_SECONDS = 1.0


class Probe:
    """A question asked again and again; ``lacking`` is what was missing the last time, None once all is there."""

    def __init__(self, ask: Callable[[], str | None]) -> None:
        self._ask = ask
        self.lacking: str | None = None

    def __call__(self) -> bool:
        """Ask once."""
        self.lacking = self._ask()
        return self.lacking is None


def tcp_ready(address: str) -> Probe:
    """Return the probe that *address*, as ``host:port``, accepts connections."""
    return Probe(partial(_connect, address))


def http_ready(url: str) -> Probe:
    """Return the probe that a GET of *url* is answered with a status below 400."""
    return Probe(partial(_get, url))


def _connect(address: str) -> str | None:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), _TIMEOUT_SECONDS).close()
    except OSError as error:
        return f"{address}: {_reason(error)}"
    return None


def _get(url: str) -> str | None:
    from http.client import HTTPConnection, HTTPException, HTTPSConnection  # noqa: PLC0415 - 15 ms few need

    parts = urlsplit(url)
    connection_type = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = connection_type(parts.netloc, timeout=_TIMEOUT_SECONDS)
    try:
        connection.request("GET", f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}")
        answer = connection.getresponse()
    except (OSError, HTTPException) as error:
        return f"{url}: {_reason(error)}"
    finally:
        connection.close()
    return f"{url}: status {answer.status} {answer.reason}" if answer.status >= 400 else None


def _reason(error: Exception) -> str:
    strerror = getattr(error, "strerror", None)
    return str(strerror or error or type(error).__name__).lower()
