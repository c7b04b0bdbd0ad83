from __future__ import annotations

import asyncio
import threading
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from stormproof_chaos.scenarios._caller import Reply
from stormproof_chaos.scenarios._generator import LoadGenerator


if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from stormproof_chaos.scenarios._caller import Call
    from stormproof_chaos.scenarios._generator import Attempt


@dataclass
class Scripted:
    """A caller whose calls do *act*."""

    act: Callable[[], Awaitable[None]]
    label: str = "scripted"
    timeout: float = 10.0
    made: list[float] = field(default_factory=list)

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[Call]:
        async def call() -> Reply:
            self.made.append(time.monotonic())
            await self.act()
            return Reply("ok")

        yield call


def generate(caller: Scripted, rate: float, count: int) -> tuple[LoadGenerator, list[Attempt]]:
    attempts: list[Attempt] = []
    generator = LoadGenerator(caller, rate=rate, count=count, clock=time.monotonic, note=attempts.append)
    return generator, attempts


async def nothing() -> None:
    pass


def test_calls_are_due_at_the_rate() -> None:
    """Calls are due one interval after the other, and none starts before it is due."""
    generator, attempts = generate(Scripted(nothing), 200, 40)
    with generator:
        while not generator.ended(10):
            pass
    assert sorted(attempt.due for attempt in attempts) == [number / 200 for number in range(40)]
    assert all(attempt.started >= attempt.due for attempt in attempts)


def test_lateness_is_measured() -> None:
    """A generator that is held up starts calls late, keeps when they were due, and makes all of them."""

    async def hold_up() -> None:
        time.sleep(0.02)  # noqa: ASYNC251 - blocking the loop is what is under test

    generator, attempts = generate(Scripted(hold_up), 1000, 50)
    with generator:
        while not generator.ended(10):
            pass
    assert len(attempts) == 50
    assert max(attempt.started - attempt.due for attempt in attempts) > 0.5


def test_calls_do_not_wait_for_each_other() -> None:
    """All calls are under way at once when none of them ends."""
    caller, everyone = Scripted(nothing), asyncio.Event()

    async def wait_for_all() -> None:
        if len(caller.made) == 30:
            everyone.set()
        await everyone.wait()

    caller.act = wait_for_all
    generator, attempts = generate(caller, 500, 30)
    with generator:
        while not generator.ended(10):
            pass
    assert len(attempts) == 30


def test_leaving_early() -> None:
    """Leaving the block ends calls that never would."""
    started = threading.Event()

    async def wait_for_ever() -> None:
        started.set()
        await asyncio.Event().wait()

    generator, attempts = generate(Scripted(wait_for_ever), 100, 1000)
    with generator:
        assert started.wait(10)
    assert generator.ended(0)
    assert attempts == []


def test_stopping() -> None:
    """A generator that is stopped starts no further calls and ends when those under way have."""
    generator, attempts = generate(Scripted(nothing), 10, 100_000)
    with generator:
        generator.stop()
        while not generator.ended(10):
            pass
    assert len(attempts) < 100


def test_a_caller_that_cannot_be_opened() -> None:
    """What keeps the generator from starting is raised where it was started."""

    class Broken(Scripted):
        def open(self) -> object:  # type: ignore[override]  # that is the point
            raise RuntimeError("no room")

    generator, _ = generate(Broken(nothing), 10, 10)
    with pytest.raises(RuntimeError, match="no room"):
        generator.__enter__()


def test_a_failure_on_the_way() -> None:
    """A bug in the generator's own code is raised, not taken for a failure of the service."""
    gate = threading.Event()

    async def fail() -> None:
        await asyncio.to_thread(gate.wait, 10)
        raise ZeroDivisionError

    generator, _ = generate(Scripted(fail), 10, 1)
    with generator:
        gate.set()
        with pytest.raises(ZeroDivisionError):
            generator.ended(10)
