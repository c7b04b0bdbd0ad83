"""When the steady state is back after a fault.

Recovered is the first moment from which both hold: the window of the next calls keeps the steady state, and so do all
calls from there to the end of the step. The window pins the moment down, since a long healthy rest would swallow the
last failures before it; the rest catches a relapse. A window is 20 calls, fewer (at least 5) in a step of fewer
than 80: it counts calls and not seconds, so that one rate is judged like any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stormproof_chaos.observe._doubt import FEWEST, could_not_tell, generator_was_late, too_few
from stormproof_chaos.observe._verdict import Outcome, Verdict
from stormproof_chaos.observe._words import describe_call, duration


if TYPE_CHECKING:
    from collections.abc import Sequence

    from stormproof_chaos.observe._call import Call
    from stormproof_chaos.observe._expectation import SteadyExpectation
    from stormproof_chaos.observe._observation import Observation
    from stormproof_contracts.errors import Location


LARGEST_WINDOW = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """A limit on the seconds from the start of a step until the steady state is back."""

    name: str
    text: str
    limit: float
    location: Location
    fewest: int = FEWEST

    def judge(self, observation: Observation) -> Verdict:
        """Judge by when the first call of the recovered stretch was due; broken only if no lateness can be why."""
        if verdict := too_few(self, observation):
            return verdict
        verdict = self._judge(observation)
        excused = verdict.outcome == "broken" and self._judge(observation.unblamed).outcome != "broken"
        if excused or not observation.driven:
            reason = f"{verdict.measured}, but {generator_was_late(observation)}"
            return could_not_tell(self, observation, reason, verdict.evidence)
        return verdict

    def _judge(self, observation: Observation) -> Verdict:
        calls = observation.calls
        first = recovered_at(calls, observation.stretch.steady)
        if first is None or len(calls) - first < window_of(calls):
            return self._unproven(observation, first)
        seconds = calls[first].due - observation.stretch.start if first else 0.0
        return self._verdict(
            observation,
            "held" if seconds <= self.limit else "broken",
            f"recovered after {duration(seconds)}" if first else "recovered at once",
            _evidence(calls, observation.stretch.steady, first),
        )

    def _unproven(self, observation: Observation, first: int | None) -> Verdict:
        calls = observation.calls
        if first is None or calls[first].due - observation.stretch.start > self.limit:
            evidence = _evidence(calls, observation.stretch.steady, len(calls))
            return self._verdict(observation, "broken", "did not recover in this step", evidence)
        seconds, left = duration(calls[first].due - observation.stretch.start), len(calls) - first
        reason = f"recovered after {seconds} as it seems, with {left} calls left to show it: make the step longer"
        return could_not_tell(self, observation, reason)

    def _verdict(self, observation: Observation, outcome: Outcome, measured: str, evidence: tuple[str, ...]) -> Verdict:
        return Verdict(
            expectation=self.text,
            outcome=outcome,
            measured=measured,
            evidence=evidence,
            location=self.location,
            step=observation.stretch.step,
        )


def recovered_at(calls: Sequence[Call], steady: Sequence[SteadyExpectation]) -> int | None:
    """Return the index in *calls* of the first from which the steady state is kept, or None.

    Exact to the call while fewer than 200 are left, and to 1% of the calls left otherwise: testing every one of many
    thousand rests would take longer than the run.
    """
    window = window_of(calls)
    index = 0
    while index < len(calls):
        if not _kept(calls[index : index + window], steady):
            index += 1
        elif _kept(calls[index:], steady):
            return index
        else:
            index += max(1, (len(calls) - index) // 100)
    return None


def window_of(calls: Sequence[Call]) -> int:
    """Return how many calls are a window."""
    return min(LARGEST_WINDOW, max(FEWEST, len(calls) // 4))


def _kept(calls: Sequence[Call], steady: Sequence[SteadyExpectation]) -> bool:
    return all(expectation.kept_by(calls) for expectation in steady)


def _evidence(calls: Sequence[Call], steady: Sequence[SteadyExpectation], until: int) -> tuple[str, ...]:
    """Return the last call before *until* that was not steady, and the first call after it."""
    bad = next((index for index in reversed(range(until)) if not _kept(calls[index : index + 1], steady)), None)
    if bad is None:
        return ()
    lines = [f"last off the steady state: {describe_call(calls[bad])}"]
    if until < len(calls):
        lines.append(f"steady from: {describe_call(calls[until])}")
    return tuple(lines)
