"""Drives an open-model load: calls start when they are due, whatever became of the earlier ones.

A closed loop would wait for slow answers and so measure fewer of them (coordinated omission). Here latency counts from
when a call was due, and how late it really started is kept beside it, so that the generator's own slowness can be told
from the service's.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self


if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from stormproof_chaos.scenarios._caller import Call, Caller, Reply


#: The longest that the schedule sleeps without looking whether it is to stop.
_PAUSE = 0.1
#: Calls under way at once, where the process may open that many files; further ones start late, and are seen to.
_MOST_UNDER_WAY = 8192


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call that ended; times are seconds since the first call was due."""

    due: float
    started: float
    ended: float
    reply: Reply


class LoadGenerator:
    """Calls at *rate* until *count* calls were due, on a thread of its own; it ends with its ``with`` block.

    Args:
        caller: What to call.
        rate: Calls a second.
        count: How many calls.
        clock: Seconds that never go back.
        note: Receives every call when it ended, on the generator's thread.

    Attributes:
        began: When the first call was due, by the clock; known within the block.
    """

    def __init__(
        self, caller: Caller, *, rate: float, count: int, clock: Callable[[], float], note: Callable[[Attempt], None]
    ) -> None:
        self.began = 0.0
        self._caller, self._rate, self._count = caller, rate, count
        self._clock, self._note = clock, note
        self._thread = threading.Thread(target=self._run, name="stormproof load", daemon=True)
        self._began = threading.Event()
        self._stopping = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._schedule: asyncio.Task[None] | None = None
        self._error: BaseException | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            self._began.wait()
            self.check()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._end()

    def stop(self) -> None:
        """Start no further calls; those under way go on to their end."""
        self._stopping = True

    def ended(self, within: float) -> bool:
        """Tell whether the last call has ended, waiting for it up to *within* seconds."""
        self._thread.join(within)
        self.check()
        return not self._thread.is_alive()

    def check(self) -> None:
        """Raise what ended the generator, if anything but its end did."""
        if self._error is not None:
            raise self._error

    def _end(self) -> None:
        self._stopping = True
        if self._loop is not None and self._schedule is not None:
            with suppress(RuntimeError):  # the loop is closed: all calls have ended
                self._loop.call_soon_threadsafe(self._schedule.cancel)
        self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._drive())
        except asyncio.CancelledError:
            pass  # the block was left before the end
        except BaseExceptionGroup as failures:
            self._error = failures.exceptions[0]  # the first ended the others
        except BaseException as error:  # noqa: BLE001 - carried to the thread that started this one
            self._error = error
        finally:
            self._began.set()

    async def _drive(self) -> None:
        self._loop, self._schedule = asyncio.get_running_loop(), asyncio.current_task()
        room = asyncio.Semaphore(_most_under_way())
        async with self._caller.open() as call, asyncio.TaskGroup() as calls:
            self.began = self._clock()
            self._began.set()
            for number in range(self._count):
                due = number / self._rate
                await self._wait_until(due)
                await room.acquire()
                if self._stopping:
                    return
                calls.create_task(self._make(call, due, room))

    async def _wait_until(self, due: float) -> None:
        await asyncio.sleep(0)  # lets calls under way go on also where the schedule is late all the time
        while (left := due - self._elapsed()) > 0 and not self._stopping:  # noqa: ASYNC110 - it waits for a time
            await asyncio.sleep(min(left, _PAUSE))

    async def _make(self, call: Call, due: float, room: asyncio.Semaphore) -> None:
        started = self._elapsed()
        try:
            reply = await call()
        finally:
            room.release()
        self._note(Attempt(due, started, self._elapsed(), reply))

    def _elapsed(self) -> float:
        return self._clock() - self.began


def _most_under_way() -> int:
    """Return how many connections the load may have open: half of the files that the process may open."""
    if sys.platform == "win32":
        return _MOST_UNDER_WAY
    import resource  # noqa: PLC0415 - not on every system

    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MOST_UNDER_WAY if files == resource.RLIM_INFINITY else max(1, min(_MOST_UNDER_WAY, files // 2))
