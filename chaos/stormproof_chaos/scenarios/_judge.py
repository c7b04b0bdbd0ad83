"""From the calls of a run to its verdicts. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stormproof_chaos.observe import Stretch, Verdict, observe


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stormproof_chaos.observe import Call, Observation
    from stormproof_chaos.observe._expectation import Expectation
    from stormproof_chaos.scenarios._model import Scenario
    from stormproof_chaos.scenarios._timeline import Edge


_LAST_LINES = "; last lines:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """How far a run came; times are seconds since it began.

    Attributes:
        edges: What was planned.
        settled: When the faults of each step that began were in place.
        deaths: What is known of services that ended on their own.
        died: When that was seen, or None.
    """

    edges: tuple[Edge, ...]
    settled: tuple[float, ...]
    deaths: tuple[str, ...] = ()
    died: float | None = None

    def finished(self, step: int) -> bool:
        """Tell whether every service was up until the end of *step*, counted from 1."""
        return len(self.settled) >= step and (self.died is None or self.died >= self.edges[step].at)

    def observe(self, calls: Sequence[Call], scenario: Scenario, first: int, last: int, *, name: int) -> Observation:
        """Return what *calls* say of the steps from *first* to *last*, which verdicts call step *name*."""
        edge = self.edges[last]
        stretch = Stretch(
            step=name,
            start=self.settled[first - 1],
            end=edge.at,
            disturbed=edge.at if edge.added else self.died,
            steady=scenario.steady,
        )
        return observe(calls, stretch)


def judge(scenario: Scenario, played: Played, calls: Sequence[Call]) -> tuple[Verdict, ...]:
    """Return the verdicts on *calls*: on services that ended on their own, on the steady state, on each step."""
    verdicts = [*_judge_deaths(scenario, played)]
    if scenario.steady:
        verdicts += _judge_steps(scenario.steady, scenario, played, calls, (1, scenario.steady_steps, 0))
    for number, step in enumerate(scenario.steps, 1):
        if step.expectations:
            verdicts += _judge_steps(step.expectations, scenario, played, calls, (number, number, number))
    return tuple(verdicts)


def _judge_deaths(scenario: Scenario, played: Played) -> Iterator[Verdict]:
    number = len(played.settled)
    for death in played.deaths:
        fact, _, lines = death.partition(_LAST_LINES)
        yield Verdict(
            expectation="every service stays up",
            outcome="broken",
            measured=f"{fact}, on its own",
            evidence=tuple(line.strip() for line in lines.splitlines() if line.strip()),
            location=scenario.steps[number - 1].location if number else scenario.location,
            step=number,
        )


def _judge_steps(
    expectations: Sequence[Expectation],
    scenario: Scenario,
    played: Played,
    calls: Sequence[Call],
    steps: tuple[int, int, int],
) -> Iterator[Verdict]:
    first, last, name = steps
    if not played.finished(last):
        yield from (_unjudged(expectation, played, name) for expectation in expectations)
        return
    observation = played.observe(calls, scenario, first, last, name=name)
    yield from (expectation.judge(observation) for expectation in expectations)


def _unjudged(expectation: Expectation, played: Played, step: int) -> Verdict:
    facts = "; ".join(death.partition(_LAST_LINES)[0] for death in played.deaths)
    return Verdict(
        expectation=expectation.text,
        outcome="could not tell",
        measured=f"the run ended before: {facts}",
        location=expectation.location,
        step=step,
    )
