"""Which calls say something about a step, and whether the load was what was written.

Three things could put the wrong word on a service, so each is taken out here:

* A call that was due while the faults of the step were still being put in place has seen neither state.
* A call that was still under way when the *next* step added a fault may have suffered from that one. It says nothing
  unless it was older by then than every call of the step that had ended: then it hung by itself. Where no call
  had ended, none says anything. A fault that is only taken away casts no doubt.
* A call that the load generator started late took longer, or failed in a burst, through no fault of the service.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from stormproof_chaos.observe._call import Call
    from stormproof_chaos.observe._expectation import SteadyExpectation


#: A call that starts so many seconds after it was due is late.
LATE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """The time that is judged; moments are seconds since the scenario began.

    Attributes:
        step: The number of its step, counted from 1; 0 for the steady state.
        start: When its faults were in place.
        end: When it was over.
        disturbed: When, at its end or later, something further was done to the system; None for nothing.
        steady: What recovery returns to.
    """

    step: int = 0
    start: float = 0.0
    end: float
    disturbed: float | None = None
    steady: tuple[SteadyExpectation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What was seen of a stretch.

    Attributes:
        stretch: Which.
        calls: The calls to judge by, in the order in which they were due.
        undecided: How many more calls were due, and say nothing.
    """

    stretch: Stretch
    calls: tuple[Call, ...]
    undecided: int = 0

    @property
    def driven(self) -> bool:
        """Whether the load was driven as written: at most 5% of the calls started late."""
        return not self.calls or self.lateness <= LATE

    @property
    def lateness(self) -> float:
        """How late the calls started, as 95th percentile in seconds."""
        return percentile([call.late for call in self.calls], 95)

    @property
    def unblamed(self) -> Observation:
        """The same, with everything in favour of the service that the load generator may have caused.

        A generator that starts calls late is as late to see their answers, so lateness is taken off twice: the call's
        own, and what was usual just then. A call that failed and had started late is taken for a success.
        """
        usual = self.lateness if self.calls else 0.0
        return replace(self, calls=tuple(_unblamed(call, usual) for call in self.calls))


def observe(calls: Iterable[Call], stretch: Stretch) -> Observation:
    """Return what *calls* say of *stretch*."""
    due = sorted((call for call in calls if stretch.start <= call.due < stretch.end), key=lambda call: call.due)
    judged = due if stretch.disturbed is None else _undisturbed(due, stretch.disturbed)
    return Observation(stretch=stretch, calls=tuple(judged), undecided=len(due) - len(judged))


def percentile(values: Sequence[float], rank: int) -> float:
    """Return the *rank*-th percentile of *values* by nearest rank: the smallest value that *rank*% do not exceed.

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("no values have no percentile")
    return sorted(values)[max(0, math.ceil(len(values) * rank / 100) - 1)]


def _unblamed(call: Call, usual: float) -> Call:
    outcome = "ok" if call.late > LATE else call.outcome
    return replace(call, seconds=max(0.0, call.seconds - call.late - usual), outcome=outcome)


def _undisturbed(calls: Sequence[Call], disturbed: float) -> list[Call]:
    ended = [call.seconds for call in calls if call.ended <= disturbed]
    if not ended:
        return []
    slowest = max(ended)
    return [call for call in calls if call.ended <= disturbed or disturbed - call.due > slowest]
