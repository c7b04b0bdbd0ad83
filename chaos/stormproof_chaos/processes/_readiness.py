"""Waiting until a program is ready, and saying why it is not."""

from __future__ import annotations

import shlex
import time
from typing import TYPE_CHECKING, Protocol

from stormproof_chaos.errors import NotReady
from stormproof_chaos.processes._probes import Probe


if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


_FIRST_PAUSE, _GROWTH, _LONGEST_PAUSE = 0.001, 1.5, 0.1


class Supervised(Protocol):
    """What is waited for: a process of this package, or a container made to look like one."""

    @property
    def name(self) -> str:
        """What it is called in messages."""
        ...

    @property
    def command(self) -> Sequence[str]:
        """The program and its arguments."""
        ...

    @property
    def returncode(self) -> int | None:
        """The exit code; None while it runs."""
        ...

    def tail(self, lines: int = 20) -> list[str]:
        """Return the last lines it wrote."""
        ...


def wait_until(ready: Callable[[], bool], *, process: Supervised, timeout: float, what: str) -> None:
    """Ask *ready* again and again, with growing pauses, until it says yes.

    Args:
        ready: The question; a probe also says what is lacking.
        process: The program it depends on, whose end is noticed at once.
        timeout: Seconds until it has to be ready.
        what: What is awaited, for the message.

    Raises:
        NotReady: the program ended, or the time is up; the text shows its last lines of output.
    """
    started = time.monotonic()
    pause = _FIRST_PAUSE
    while True:
        is_ready = ready()
        elapsed = time.monotonic() - started
        if process.returncode is not None or (elapsed >= timeout and not is_ready):
            raise _not_ready(ready, process, elapsed, what)
        if is_ready:
            return
        time.sleep(min(pause, max(0.0, timeout - elapsed)))
        pause = min(pause * _GROWTH, _LONGEST_PAUSE)


def _not_ready(ready: Callable[[], bool], process: Supervised, elapsed: float, what: str) -> NotReady:
    returncode, log = process.returncode, tuple(process.tail())
    happened = f"was not within {elapsed:.1f} s" if returncode is None else f"{_ending(returncode)} first"
    lacking = ready.lacking if isinstance(ready, Probe) else None
    lines = [
        f"{process.name} did not become ready: it {happened}",
        f"  command   {shlex.join(process.command)}",
        f"  awaited   {what}",
        *([f"  lacking   {lacking}"] if lacking else []),
        *(["  its last lines", *(f"    {line}" for line in log)] if log else ["  it wrote nothing"]),
    ]
    return NotReady("\n".join(lines), name=process.name, awaited=what, returncode=returncode, log=log)


def _ending(returncode: int) -> str:
    return f"was ended by signal {-returncode}" if returncode < 0 else f"exited with code {returncode}"
