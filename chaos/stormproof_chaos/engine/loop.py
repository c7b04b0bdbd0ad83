"""The event loop: readiness of sockets, timers to the microsecond, calls from other threads. It is one thread."""

from __future__ import annotations

import contextlib
import heapq
import itertools
import select
import selectors
import socket
import sys
from time import monotonic
from typing import TYPE_CHECKING, Protocol


if TYPE_CHECKING:
    from collections.abc import Callable

# The values of EPOLLIN and EPOLLOUT. An error or a hang-up sets other bits: whoever waits, for either, is told.
READ = 1
WRITE = 4

_LONGEST_WAIT = 3600.0


class Handler(Protocol):
    """What the loop calls."""

    def ready(self, mask: int) -> None:
        """Read or write: *mask* says which is possible. It may be possible no longer."""

    def fail(self) -> None:
        """Give up after an error that was not foreseen; the loop has reported it."""


class Timer:
    """A call to come; cancelling it twice, or after it ran, does nothing."""

    __slots__ = ("callback", "owner", "when")

    def __init__(self, when: float, callback: Callable[[], None], owner: Handler) -> None:
        self.when = when
        self.owner = owner
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        """Make the call not happen."""
        self.callback = None


class Poller(Protocol):
    """Asks the system which descriptors are ready."""

    def register(self, descriptor: int, mask: int, /) -> None:
        """Watch *descriptor* for *mask*."""

    def modify(self, descriptor: int, mask: int, /) -> None:
        """Watch *descriptor* for something else."""

    def unregister(self, descriptor: int, /) -> None:
        """Watch *descriptor* no longer."""

    def poll(self, timeout: float | None) -> list[tuple[int, int]]:
        """Wait until something is ready, or *timeout* seconds; return what is ready for what."""
        ...

    def close(self) -> None:
        """Give back what the system lent."""


if sys.platform == "linux":

    class EpollPoller:
        """epoll, with a wait that is exact to the microsecond."""

        def __init__(self) -> None:
            self._epoll = select.epoll()
            self._waiting = [self._epoll.fileno()]
            self.register = self._epoll.register
            self.modify = self._epoll.modify
            self.unregister = self._epoll.unregister
            self.close = self._epoll.close
            _sharpen_timers()

        def poll(self, timeout: float | None) -> list[tuple[int, int]]:
            """Wait until something is ready, or *timeout* seconds."""
            if timeout is None:
                return self._epoll.poll()
            if timeout > 0.003:
                # epoll counts whole milliseconds, rounded up: wake before the time, the loop then waits for the rest.
                return self._epoll.poll(timeout - 0.002)
            if timeout > 0:
                select.select(self._waiting, (), (), timeout)
            return self._epoll.poll(0)


class SelectorPoller:
    """Any platform's best, from the standard library."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self.close = self._selector.close

    def register(self, descriptor: int, mask: int) -> None:
        """Watch *descriptor*; a mask of 0 watches nothing."""
        if mask:
            self._selector.register(descriptor, _to_selector(mask))

    def modify(self, descriptor: int, mask: int) -> None:
        """Watch *descriptor* for something else."""
        self.unregister(descriptor)
        self.register(descriptor, mask)

    def unregister(self, descriptor: int) -> None:
        """Watch *descriptor* no longer."""
        with contextlib.suppress(KeyError):
            self._selector.unregister(descriptor)

    def poll(self, timeout: float | None) -> list[tuple[int, int]]:
        """Wait until something is ready, or *timeout* seconds."""
        return [(key.fd, _from_selector(events)) for key, events in self._selector.select(timeout)]


class Loop:
    """Runs handlers when their sockets are ready and callbacks when their time has come."""

    def __init__(self, poller: Poller | None = None) -> None:
        self.now = monotonic
        self._poller = poller or _best_poller()
        self._handlers: dict[int, Handler] = {}
        self._timers: list[tuple[float, int, Timer]] = []
        self._too_many = 1024  # timers: time to look for cancelled ones, which stay until they are due
        self._serial = itertools.count()
        self._running = True
        self._waker = _Waker(self)

    def watch(self, descriptor: int, mask: int, handler: Handler) -> None:
        """Call *handler* whenever *descriptor* is ready for *mask*."""
        self._handlers[descriptor] = handler
        self._poller.register(descriptor, mask)

    def rewatch(self, descriptor: int, mask: int) -> None:
        """Change what a watched *descriptor* is watched for."""
        self._poller.modify(descriptor, mask)

    def unwatch(self, descriptor: int) -> None:
        """Watch *descriptor* no longer; it may be unwatched already."""
        if self._handlers.pop(descriptor, None) is not None:
            self._poller.unregister(descriptor)

    def call_at(self, when: float, callback: Callable[[], None], owner: Handler) -> Timer:
        """Call *callback* at *when*, on the clock of `now`."""
        if len(self._timers) >= self._too_many:
            self._forget_cancelled()
        timer = Timer(when, callback, owner)
        heapq.heappush(self._timers, (when, next(self._serial), timer))
        return timer

    def call_from_thread(self, callback: Callable[[], None]) -> None:
        """Call *callback* soon, on the loop's thread. The one method that other threads may use."""
        self._waker.send(callback)

    def stop(self) -> None:
        """Return from `run` after what is being handled now; may be called from a signal handler."""
        self._running = False
        self._waker.wake()

    def wake_on_signals(self) -> None:
        """Let any signal that has a Python handler interrupt the wait."""
        import signal  # noqa: PLC0415 - only a process's main loop needs it

        signal.set_wakeup_fd(self._waker.descriptor, warn_on_full_buffer=False)

    def run(self) -> None:
        """Handle events until `stop`."""
        while self._running:
            for descriptor, mask in self._poller.poll(self._patience()):
                handler = self._handlers.get(descriptor)
                if handler is None:
                    continue
                try:
                    handler.ready(mask)
                except Exception:  # noqa: BLE001 - one connection's error must not take the others with it
                    _give_up(handler)
            if self._timers:
                self._run_timers()

    def close(self) -> None:
        """Give the system back what the loop itself holds; no other method may be called after it."""
        self._waker.close()
        self._poller.close()

    def _forget_cancelled(self) -> None:
        self._timers = [entry for entry in self._timers if entry[2].callback is not None]
        heapq.heapify(self._timers)
        self._too_many = max(1024, 2 * len(self._timers))

    def _patience(self) -> float | None:
        while self._timers and self._timers[0][2].callback is None:
            heapq.heappop(self._timers)
        if not self._timers:
            return None
        return min(max(self._timers[0][0] - self.now(), 0.0), _LONGEST_WAIT)

    def _run_timers(self) -> None:
        now = self.now()
        while self._timers and self._timers[0][0] <= now:
            timer = heapq.heappop(self._timers)[2]
            callback, timer.callback = timer.callback, None
            if callback is None:
                continue
            try:
                callback()
            except Exception:  # noqa: BLE001 - as above
                _give_up(timer.owner)


class _Waker:
    """A socket to itself, by which other threads and signals interrupt the wait."""

    def __init__(self, loop: Loop) -> None:
        self._calls: list[Callable[[], None]] = []
        self._reader, self._writer = socket.socketpair()
        self._reader.settimeout(0)
        self._writer.settimeout(0)
        self.descriptor = self._writer.fileno()
        loop.watch(self._reader.fileno(), READ, self)

    def wake(self) -> None:
        # A full buffer wakes just as well.
        with contextlib.suppress(BlockingIOError):
            self._writer.send(b"\0")

    def send(self, callback: Callable[[], None]) -> None:
        self._calls.append(callback)
        self.wake()

    def ready(self, mask: int) -> None:
        del mask
        with contextlib.suppress(BlockingIOError):
            self._reader.recv(4096)
        while self._calls:
            self._calls.pop(0)()

    def fail(self) -> None:
        """Go on: the next call is none the worse for it."""

    def close(self) -> None:
        self._reader.close()
        self._writer.close()


def _give_up(handler: Handler) -> None:
    """Tell of the unforeseen error on stderr, and have *handler* end what it was doing."""
    import traceback  # noqa: PLC0415 - never needed, one hopes

    traceback.print_exc(file=sys.stderr)
    handler.fail()


def _best_poller() -> Poller:
    return EpollPoller() if sys.platform == "linux" else SelectorPoller()


def _sharpen_timers() -> None:
    """Ask Linux not to delay our wake-ups by the usual 50 microseconds, which it does to save power."""
    with contextlib.suppress(OSError), open("/proc/self/timerslack_ns", "w", encoding="ascii") as slack:  # noqa: PTH123 - pathlib costs 5 ms
        slack.write("1000")


def _to_selector(mask: int) -> int:
    return (selectors.EVENT_READ if mask & READ else 0) | (selectors.EVENT_WRITE if mask & WRITE else 0)


def _from_selector(events: int) -> int:
    return (READ if events & selectors.EVENT_READ else 0) | (WRITE if events & selectors.EVENT_WRITE else 0)
