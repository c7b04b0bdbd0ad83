"""What no run of a scenario could show, told before anybody waits for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stormproof_chaos.observe import Recovery
from stormproof_contracts.errors import Location, Problem
from stormproof_contracts.units import format_duration


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stormproof_chaos.observe._expectation import Expectation
    from stormproof_chaos.scenarios._model import Load, Step


#: More calls than any report is read for; a slip in the rate, most likely.
MOST_CALLS = 200_000
#: Seconds that changing faults may take; calls that are due meanwhile are not judged.
_CHANGING = 0.1


def find_impossible(
    scenario: Location, steps: Sequence[Step], steady: Sequence[Expectation], load: Load | None
) -> Iterator[Problem]:
    """Yield what is impossible about a timeline of *steps*; *load* is None where it could not be read."""
    if steps and not steady and not any(step.expectations for step in steps):
        yield Problem(scenario, "nothing is expected; write steady, or expect in a step")
    if steps and steady and steps[0].faults:
        text = "the steady state is judged before the first fault; start with a step without faults, such as {for: 3s}"
        yield Problem(steps[0].location, text)
    yield from _unjudgeable_recovery(steps, steady)
    if load is not None:
        yield from _too_many_calls(steps, load)
        yield from _too_few_calls(steps, steady, load)


def _unjudgeable_recovery(steps: Sequence[Step], steady: Sequence[Expectation]) -> Iterator[Problem]:
    for index, step in enumerate(steps):
        for recovery in (expected for expected in step.expectations if isinstance(expected, Recovery)):
            if not any(earlier.faults for earlier in steps[:index]):
                yield Problem(recovery.location, "there is nothing to recover from; no step before this one has faults")
            if not steady:
                yield Problem(recovery.location, "recovery is the return to the steady state; write steady, too")
            if recovery.limit > step.seconds:
                limit, length = format_duration(recovery.limit), format_duration(step.seconds)
                yield Problem(recovery.location, f"the step ends after {length}, before the {limit} are over")


def _too_many_calls(steps: Sequence[Step], load: Load) -> Iterator[Problem]:
    seconds = sum(step.seconds for step in steps)
    if load.calls_in(seconds) > MOST_CALLS:
        text = (
            f"{load.calls_in(seconds):,} calls in {format_duration(seconds)}; a scenario makes {MOST_CALLS:,} at most"
        )
        yield Problem(load.location, text)


def _too_few_calls(steps: Sequence[Step], steady: Sequence[Expectation], load: Load) -> Iterator[Problem]:
    before = next((index for index, step in enumerate(steps) if step.faults), len(steps))
    if before:
        yield from _too_few(steady, load, sum(step.seconds for step in steps[:before]), "before the first fault")
    for index, step in enumerate(steps):
        changes = step.faults != (steps[index - 1].faults if index else ())
        seconds = max(0.0, step.seconds - _CHANGING) if changes else step.seconds
        note = f", without the {format_duration(_CHANGING)} that changing faults may take" if changes else ""
        yield from _too_few(step.expectations, load, seconds, f"in step {index + 1}{note}")


def _too_few(expectations: Sequence[Expectation], load: Load, seconds: float, where: str) -> Iterator[Problem]:
    for expected in expectations:
        calls = load.calls_in(seconds)
        if calls < expected.fewest:
            text = f"{expected.name} needs {expected.fewest} calls to be told, and {calls} are due {where}"
            yield Problem(expected.location, f"{text}; make the step longer or the rate higher")
