"""From the calls of a run to its verdicts. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from stormproof_chaos.observe import Observation, Verdict, observe


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stormproof_chaos.observe import Call
    from stormproof_chaos.scenarios._model import Scenario
    from stormproof_chaos.scenarios._timeline import Edge


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

    @property
    def lived(self) -> float:
        """Until when every service was up."""
        return self.edges[-1].at if self.died is None else self.died


def judge(scenario: Scenario, played: Played, calls: Sequence[Call]) -> tuple[Verdict, ...]:
    """Return the verdicts on *calls*: on services that ended on their own, on the steady state, on each step."""
    return tuple([*_judge_deaths(scenario, played), *_judge_steady(scenario, played, calls), *_judge_steps(scenario, played, calls)])


def _judge_deaths(scenario: Scenario, played: Played) -> Iterator[Verdict]:
    number = len(played.settled)
    location = scenario.steps[number - 1].location if number else scenario.location
    for death in played.deaths:
        fact, last_lines = split_death(death)
        yield Verdict(
            expectation="every service stays up",
            outcome="broken",
            measured=f"{fact}, on its own",
            evidence=last_lines,
            location=location,
            step=number,
        )


def _judge_steady(scenario: Scenario, played: Played, calls: Sequence[Call]) -> Iterator[Verdict]:
    last = scenario.steady_steps
    end = played.edges[last].at
    start = played.settled[0] if played.settled else 0.0
    observation = observe(calls, start=start, end=end, disturbed=_disturbed(played, last))
    for expectation in scenario.steady:
        yield _unjudged(expectation, played, 0) if played.lived < end else expectation.judge(observation)


def _judge_steps(scenario: Scenario, played: Played, calls: Sequence[Call]) -> Iterator[Verdict]:
    for number, (step, (_, edge)) in enumerate(zip(scenario.steps, pairwise(played.edges), strict=True), 1):
        if played.lived < edge.at:
            yield from (_unjudged(expectation, played, number) for expectation in step.expectations)
            continue
        observation = observe(
            calls,
            start=played.settled[number - 1],
            end=edge.at,
            step=number,
            disturbed=_disturbed(played, number),
            steady=scenario.steady,
        )
        yield from (expectation.judge(observation) for expectation in step.expectations)
