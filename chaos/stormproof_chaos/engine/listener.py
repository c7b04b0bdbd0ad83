"""A listening socket, and the acceptance of those who connect to it."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
from typing import TYPE_CHECKING

from stormproof_chaos.engine.addresses import Address, AddressError
from stormproof_chaos.engine.loop import READ


if TYPE_CHECKING:
    from collections.abc import Callable

    from stormproof_chaos.engine.addresses import Resolver
    from stormproof_chaos.engine.loop import Loop, Timer

_AT_ONCE = 64  # clients accepted before other sockets get their turn
_EXHAUSTED = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
_RECOVERY = 0.05  # seconds to wait for the system when it has no descriptor left
_QUEUE = 4096  # clients that may wait for acceptance; the system may allow fewer


class ListenError(OSError):
    """An address that cannot be listened on; the text is Toxiproxy's."""


class Listener:
    """Listens on *address* and hands each client's socket to *welcome*, until paused or closed."""

    def __init__(self, address: Address, loop: Loop, welcome: Callable[[socket.socket], None]) -> None:
        self._socket = _bind(address)
        self.address = Address(*self._socket.getsockname()[:2])
        self._loop = loop
        self._welcome = welcome
        self._recovery: Timer | None = None
        self._accepting = False
        self._closed = False
        self.accept_more(wanted=True)

    def accept_more(self, *, wanted: bool) -> None:
        """Go on accepting, or leave clients in the queue for now."""
        if self._closed:
            return
        if wanted and not self._accepting:
            self._loop.watch(self._socket.fileno(), READ, self)
        elif self._accepting and not wanted:
            self._loop.unwatch(self._socket.fileno())
        self._accepting = wanted

    def close(self) -> None:
        """Listen no longer."""
        self.accept_more(wanted=False)
        self._closed = True
        if self._recovery:
            self._recovery.cancel()
        self._socket.close()

    def ready(self, mask: int) -> None:
        """Accept some of the clients that wait."""
        del mask
        for _ in range(_AT_ONCE):
            if not self._accepting or not self._accept():
                return

    def fail(self) -> None:
        """Go on listening: what failed was one client."""

    def _accept(self) -> bool:
        try:
            client, _ = self._socket.accept()
        except (BlockingIOError, ConnectionError):
            return False
        except OSError as error:
            self._rest(error)
            return False
        client.settimeout(0)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._welcome(client)
        return True

    def _rest(self, error: OSError) -> None:
        """Wait until there are descriptors again; the clients wait in the queue."""
        if error.errno not in _EXHAUSTED:
            raise error
        self.accept_more(wanted=False)
        self._recovery = self._loop.call_at(self._loop.now() + _RECOVERY, lambda: self.accept_more(wanted=True), self)


def bindable(text: str, resolver: Resolver) -> Address:
    """Return the one address that *text* stands for when it is listened on."""
    return resolver.addresses(text)[0]


def open_listener(text: str, *, loop: Loop, resolver: Resolver, welcome: Callable[[socket.socket], None]) -> Listener:
    """Listen on `host:port`.

    Raises:
        ListenError: that is impossible.
        UnresolvedError: the host needs a lookup first.
    """
    try:
        return Listener(bindable(text, resolver), loop, welcome)
    except AddressError as error:
        raise ListenError(f"listen tcp: {error}") from None


def _bind(address: Address) -> socket.socket:
    try:
        listener = socket.socket(address.family, socket.SOCK_STREAM)
        with contextlib.ExitStack() as undo:
            undo.callback(listener.close)
            listener.settimeout(0)
            _set_options(listener, address)
            listener.bind((address.host, address.port))
            listener.listen(_QUEUE)
            undo.pop_all()
    except OSError as error:
        reason = os.strerror(error.errno).lower() if error.errno else str(error)
        raise ListenError(f"listen tcp {address}: bind: {reason}") from None
    return listener


def _set_options(listener: socket.socket, address: Address) -> None:
    if os.name == "posix":  # elsewhere the option would let two proxies share one port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if address.host == "::":  # all addresses, of both families
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
