"""Dialling an upstream, without waiting for it."""

from __future__ import annotations

import errno
import socket
from typing import TYPE_CHECKING

from stormproof_chaos.engine.addresses import AddressError, UnresolvedError
from stormproof_chaos.engine.loop import WRITE


if TYPE_CHECKING:
    from collections.abc import Callable

    from stormproof_chaos.engine.addresses import Address, Resolver
    from stormproof_chaos.engine.loop import Loop, Timer

_PATIENCE = 30.0  # seconds for one address; Toxiproxy waits for as long as the system does
_UNDER_WAY = {errno.EINPROGRESS, errno.EALREADY, errno.EWOULDBLOCK}
_CONNECTED = {0, errno.EISCONN}


class Dial:
    """One attempt to reach *upstream*: each address of its name in turn, then *done* with a socket, or with None."""

    def __init__(
        self, upstream: str, loop: Loop, resolver: Resolver, done: Callable[[socket.socket | None], None]
    ) -> None:
        self._upstream = upstream
        self._loop = loop
        self._resolver = resolver
        self._done = done
        self._addresses: list[Address] = []
        self._attempt: _Attempt | None = None
        self._cancelled = False

    def start(self) -> None:
        """Find the addresses and try the first."""
        if self._cancelled:
            return
        try:
            self._addresses = self._resolver.addresses(self._upstream)
        except UnresolvedError as name:
            self._resolver.look_up(name.host, self.start)
        except AddressError:
            self._done(None)
        else:
            self._settle(None)

    def cancel(self) -> None:
        """Give up; *done* is not called any more."""
        self._cancelled = True
        if self._attempt:
            self._attempt.fail()

    def _settle(self, connected: socket.socket | None) -> None:
        """Hand over the socket, or try the next address."""
        self._attempt = None
        if self._cancelled:
            return
        if connected or not self._addresses:
            self._done(connected)
        else:
            self._attempt = _Attempt(self._addresses.pop(0), self._loop, self._settle)
            self._attempt.start()


class _Attempt:
    """A connect to one address."""

    def __init__(self, address: Address, loop: Loop, done: Callable[[socket.socket | None], None]) -> None:
        self._target = (address.host, address.port)
        self._family = address.family
        self._loop = loop
        self._done = done
        self._socket: socket.socket | None = None
        self._timer: Timer | None = None

    def start(self) -> None:
        try:
            self._socket = socket.socket(self._family, socket.SOCK_STREAM)
            self._socket.settimeout(0)
            self._socket.connect_ex(self._target)
        except OSError:  # no descriptor left, or no such family here
            self.fail()
            return
        # Asked again at once: on the same machine the first call has already brought the answer.
        if self._check(self._socket) in _UNDER_WAY:
            self._loop.watch(self._socket.fileno(), WRITE, self)
            self._timer = self._loop.call_at(self._loop.now() + _PATIENCE, self.fail, self)

    def ready(self, mask: int) -> None:
        """Look whether the connect has ended."""
        del mask
        if self._socket:
            self._check(self._socket)

    def fail(self) -> None:
        """End without a connection."""
        if self._socket:
            self._release(self._socket).close()
        self._done(None)

    def _check(self, sock: socket.socket) -> int:
        outcome = sock.connect_ex(self._target)
        if outcome in _CONNECTED:
            self._done(self._release(sock))
        elif outcome not in _UNDER_WAY:
            self.fail()
        return outcome

    def _release(self, sock: socket.socket) -> socket.socket:
        """Return the socket, no longer watched and no longer ours."""
        self._loop.unwatch(sock.fileno())
        if self._timer:
            self._timer.cancel()
        self._socket = None
        return sock
