"""A link: one direction of a connection, from the socket it reads to the socket it writes."""

from __future__ import annotations

import contextlib
import socket
from collections import deque
from typing import TYPE_CHECKING

from stormproof_chaos.engine.chain import Chain
from stormproof_chaos.engine.loop import READ, WRITE
from stormproof_chaos.engine.toxics.machine import KIB, NEVER, Ending


if TYPE_CHECKING:
    from collections.abc import Iterable

    from stormproof_chaos.engine.connection import Connection
    from stormproof_chaos.engine.loop import Loop, Timer
    from stormproof_chaos.engine.toxics.machine import Item

# One buffer for all links: a chunk that the other side takes at once is never copied in this process. Four times
# smaller costs a tenth of the throughput.
_BUFFER = bytearray(1024 * KIB)
_VIEW = memoryview(_BUFFER)
# What a link with toxics reads at once: Toxiproxy's chunk, so that toxics which count chunks count the same.
_CHUNK = 32 * KIB
# How much may wait for a slow reader before the link stops reading.
_BACKLOG = 256 * KIB


class Traffic:
    """How many bytes went one way, over all connections of a proxy."""

    __slots__ = ("received", "sent")

    def __init__(self) -> None:
        self.received = 0
        self.sent = 0


class Endpoint:
    """One socket of a connection: the source of one link and the destination of the other."""

    __slots__ = ("_descriptor", "_loop", "_mask", "connection", "incoming", "outgoing", "socket")

    outgoing: Link
    incoming: Link

    def __init__(self, sock: socket.socket, loop: Loop, connection: Connection) -> None:
        self.socket = sock
        self.connection = connection
        self._loop = loop
        self._descriptor = sock.fileno()
        self._mask = 0

    def want(self, bit: int, *, wanted: bool) -> None:
        """Ask to be told, or to be told no longer, when the socket is ready to READ or to WRITE."""
        mask = self._mask | bit if wanted else self._mask & ~bit
        if mask == self._mask:
            return
        # A socket that wants nothing is not watched: epoll would tell of its hang-up again and again.
        if not mask:
            self._loop.unwatch(self._descriptor)
        elif self._mask:
            self._loop.rewatch(self._descriptor, mask)
        else:
            self._loop.watch(self._descriptor, mask, self)
        self._mask = mask

    def ready(self, mask: int) -> None:
        """Let the links that wait for this socket go on."""
        if mask & ~WRITE and self._mask & READ:
            self.outgoing.read()
        if mask & ~READ and self._mask & WRITE:
            self.incoming.write()

    def fail(self) -> None:
        """Close the connection."""
        self.connection.close()

    def shut(self) -> None:
        """Tell the other side that nothing more comes; it may still send."""
        with contextlib.suppress(OSError):  # it has gone in the meantime, which its own link will find
            self.socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Close the socket."""
        self.want(READ | WRITE, wanted=False)
        self.socket.close()


class Link:
    """Moves bytes one way, keeps what the destination would not take, and stops reading while that is too much."""

    __slots__ = (
        "_connection", "_destination", "_ending", "_loop", "_pending", "_receive", "_send", "_source", "_source_ended",
        "_timer", "_traffic", "_waiting", "broken", "chain", "done",
    )  # fmt: skip

    def __init__(self, source: Endpoint, destination: Endpoint, traffic: Traffic, loop: Loop) -> None:
        self.chain = Chain()
        self.done = False
        self.broken = False  # the destination is gone: what it should have had is lost
        self._connection = source.connection
        self._source = source
        self._destination = destination
        self._receive = source.socket.recv_into
        self._send = destination.socket.send
        self._traffic = traffic
        self._loop = loop
        self._pending: deque[memoryview] = deque()
        self._waiting = 0  # bytes in _pending
        self._source_ended = False
        self._ending: Ending | None = None
        self._timer: Timer | None = None
        source.outgoing = self
        destination.incoming = self

    def start(self) -> None:
        """Begin to read; the chain has its toxics by now."""
        self._settle()

    def read(self) -> None:
        """Move what the source has."""
        through_chain = bool(self.chain.stages)
        try:
            size = self._receive(_BUFFER, _CHUNK if through_chain else 0)
        except BlockingIOError:
            return
        except OSError:
            self._end(Ending.RESET)
            return
        if not size:
            self._end(Ending.EOF)
            return
        self._traffic.received += size
        if through_chain:
            self.put(self.chain.feed(bytes(_VIEW[:size]), self._loop.now()))
        else:
            self._pass(size)

    def write(self) -> None:
        """Move what waits for the destination."""
        while self._pending:
            chunk = self._pending.popleft()
            sent = self._try_send(chunk)
            if self.done:
                return
            self._waiting -= sent
            if sent < len(chunk):
                self._pending.appendleft(chunk[sent:])
                break
        self._settle()

    def put(self, items: Iterable[Item]) -> None:
        """Take what came out of the chain."""
        for item in items:
            if self.done or self._ending:
                return
            if isinstance(item, bytes):
                self._deliver(item)
            else:
                self._ending = item
        self._settle()

    def stop(self) -> None:
        """Forget everything: the connection is closed."""
        self.done = True
        self._pending.clear()
        if self._timer:
            self._timer.cancel()

    def ready(self, mask: int) -> None:
        """Do nothing: a link has timers, its sockets have the readiness."""

    def fail(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _pass(self, size: int) -> None:
        """Send the first *size* bytes of the shared buffer, and keep a copy of what did not go."""
        sent = 0
        if not self._pending:
            sent = self._try_send(_VIEW[:size])
            if sent == size:
                return
        if not self.done:
            self._keep(memoryview(bytes(_VIEW[sent:size])))
            self._settle()

    def _deliver(self, chunk: bytes) -> None:
        sent = 0 if self._pending else self._try_send(chunk)
        if sent < len(chunk) and not self.done:
            self._keep(memoryview(chunk)[sent:])

    def _keep(self, chunk: memoryview) -> None:
        self._pending.append(chunk)
        self._waiting += len(chunk)

    def _try_send(self, chunk: bytes | memoryview) -> int:
        try:
            sent = self._send(chunk)
        except BlockingIOError:
            return 0
        except OSError:
            self._lose()
            return 0
        self._traffic.sent += sent
        return sent

    def _end(self, ending: Ending) -> None:
        """Pass on how the source ended."""
        self._source_ended = True
        self._source.want(READ, wanted=False)
        self.put(self.chain.feed(ending, self._loop.now()) if self.chain.stages else (ending,))

    def _lose(self) -> None:
        """Stop, because the destination is gone; the other direction may still have something to deliver."""
        self.broken = True
        self._finish()

    def _finish(self) -> None:
        self.stop()
        self._source.want(READ, wanted=False)
        self._destination.want(WRITE, wanted=False)
        self._connection.link_done(self._destination)

    def _settle(self) -> None:
        """Bring what is waited for, and how the stream ends, up to the present state."""
        if self.done:
            return
        if self._ending and (self._ending is Ending.RESET or not self._pending):
            self._conclude(self._ending)
            return
        self._destination.want(WRITE, wanted=bool(self._pending))
        self._source.want(READ, wanted=not self._source_ended and not self._full())
        self._arm()

    def _full(self) -> bool:
        return bool(self._ending) or self.chain.full or self._waiting >= _BACKLOG

    def _conclude(self, ending: Ending) -> None:
        if ending is Ending.EOF and not self._connection.strict:
            self._finish()
        else:
            self._connection.close(reset=ending is Ending.RESET)

    def _arm(self) -> None:
        """Have `_advance` called when the chain needs it; a timer that is early enough stays."""
        due = self.chain.due
        if due == NEVER or (self._timer and self._timer.callback and self._timer.when <= due):
            return
        if self._timer:
            self._timer.cancel()
        self._timer = self._loop.call_at(due, self._advance, self)

    def _advance(self) -> None:
        if not self.done:
            self.put(self.chain.advance(self._loop.now()))
