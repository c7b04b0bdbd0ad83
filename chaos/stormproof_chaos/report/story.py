"""A run as its journal tells it, with what belongs together side by side. All times are in seconds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import takewhile
from statistics import median
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Iterable

    from stormproof_chaos.journal import CallMade, ContractChecked, JournalOpened, VerdictReached


OK = "ok"
INTERRUPTED = "interrupted"
STEADY = 0  # the number the journal gives to the steady state


@dataclass(frozen=True, slots=True)
class Step:
    """A part of a scenario, from when to when it really was, with the faults that were planned in it."""

    number: int
    start: float
    end: float
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Disturbance:
    """A fault on a link, and from when to when it was there."""

    label: str
    start: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One scenario up to its last line in the journal; its outcome is "interrupted" where no line ends it."""

    name: str
    file: str
    load: str
    start: float
    end: float
    outcome: str
    steps: tuple[Step, ...] = ()
    disturbances: tuple[Disturbance, ...] = ()
    calls: tuple[CallMade, ...] = ()
    verdicts: tuple[VerdictReached, ...] = ()

    def steps_of(self, number: int) -> tuple[Step, ...]:
        """Return the step of that *number*, or for the steady state the steps before the first fault."""
        if number == STEADY:
            return tuple(takewhile(lambda step: not step.faults, self.steps))
        return tuple(step for step in self.steps if step.number == number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """The whole run; *opened* is None where the journal has no line at all."""

    opened: JournalOpened | None
    seconds: float
    checks: tuple[ContractChecked, ...]
    scenarios: tuple[Scenario, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """What many calls come to; every call counts, drawn or not."""

    outcomes: Counter[str] = field(default_factory=Counter[str])
    fastest: float = 0.0
    middle: float = 0.0
    slowest: float = 0.0

    @classmethod
    def of(cls, calls: Iterable[CallMade]) -> Figures:
        """Return the figures of *calls*."""
        told = [(call.outcome, call.seconds) for call in calls]
        if not told:
            return cls()
        seconds = [each for _, each in told]
        return cls(Counter(outcome for outcome, _ in told), min(seconds), median(seconds), max(seconds))

    @property
    def total(self) -> int:
        """Return how many calls there were."""
        return self.outcomes.total()

    @property
    def good(self) -> int:
        """Return how many of them were answered well."""
        return self.outcomes[OK]
