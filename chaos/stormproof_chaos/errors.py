"""What can go wrong while the network is being disturbed.

ChaosError
├── CannotStart       a program cannot be started at all
├── NotReady          a program was started and did not become ready
├── Unavailable       an engine cannot be had on this machine; says how to get it
├── InvalidFault      a fault that cannot be meant; says what to write instead (a ValueError too)
└── EngineError       the engine did not do what it was asked to
    ├── EngineUnreachable   it does not answer
    ├── UnknownProxy        it has no such proxy
    ├── UnknownToxic        it has no such toxic
    ├── NameTaken           it has a proxy or toxic of that name
    └── Refused             it will not, and says why
"""

from __future__ import annotations


class ChaosError(Exception):
    """Everything this package raises on purpose."""


class CannotStart(ChaosError):
    """A program cannot be started: it is not there, may not be run, or its folder is missing."""


class NotReady(ChaosError):
    """A started program did not become ready: it ended, or its time was up.

    Attributes:
        name: What the program is called here.
        awaited: What was waited for.
        returncode: Its exit code, negative for a signal; None when it still ran.
        log: The last lines it wrote.
    """

    def __init__(self, text: str, *, name: str, awaited: str, returncode: int | None, log: tuple[str, ...]) -> None:
        super().__init__(text)
        self.name = name
        self.awaited = awaited
        self.returncode = returncode
        self.log = log


class Unavailable(ChaosError):
    """An engine cannot be had on this machine; the text says what was tried and what to install."""


class InvalidFault(ChaosError, ValueError):
    """A fault that cannot be meant, such as a latency of 2000 seconds."""


class EngineError(ChaosError):
    """The engine did not do what it was asked to; ``status`` is its HTTP status, 0 where it gave none."""

    def __init__(self, text: str, *, status: int = 0) -> None:
        super().__init__(text)
        self.status = status


class EngineUnreachable(EngineError):
    """The engine does not answer."""


class UnknownProxy(EngineError):
    """The engine has no such proxy."""


class UnknownToxic(EngineError):
    """The engine has no such toxic."""


class NameTaken(EngineError):
    """The engine already has a proxy or a toxic of that name."""


class Refused(EngineError):
    """The engine will not do it, and says why."""
