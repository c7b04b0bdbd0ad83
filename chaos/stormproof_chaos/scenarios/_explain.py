"""A scenario that failed, in words: where, what was expected, what was measured, which calls show it."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from stormproof_contracts.redaction import redact_text
from stormproof_contracts.units import format_duration


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stormproof_chaos.observe import Verdict
    from stormproof_chaos.scenarios._result import ScenarioResult


def explain_scenario(result: ScenarioResult) -> str:
    """Return why *result* is no success, as shown under a failing item; what held is told in a line each."""
    failed = [verdict for verdict in result.verdicts if verdict.outcome != "held"]
    blocks = [[_heading(result, failed)]]
    for step, verdicts in groupby(failed, key=lambda verdict: verdict.step):
        blocks.append([*_step(result, step)])
        blocks.extend(map(_verdict, verdicts))
    blocks.append([*_facts(result)])
    return redact_text("\n\n".join("\n".join(block) for block in blocks))


def _heading(result: ScenarioResult, failed: list[Verdict]) -> str:
    first = next((verdict for verdict in failed if verdict.outcome == "broken"), failed[0] if failed else None)
    return f'{first.location if first else result.scenario.location}  "{result.scenario.title}"'


def _step(result: ScenarioResult, number: int) -> Iterator[str]:
    """Yield what the system was going through when the verdicts below were reached."""
    steps = result.scenario.steps
    if not number:
        yield "  step      steady state, before any fault"
        return
    step = steps[number - 1]
    yield f"  step      {number} of {len(steps)}, {format_duration(step.seconds)}  ({step.location})"
    yield from (f"  fault     {fault}" for fault in step.faults)


def _verdict(verdict: Verdict) -> list[str]:
    label = "got" if verdict.outcome == "broken" else "unknown"
    lines = [f"  expected  {verdict.expectation}   ({verdict.location})", f"  {label:<9} {verdict.measured}"]
    return [*lines, *(f"            {line}" for line in verdict.evidence)]


def _facts(result: ScenarioResult) -> Iterable[str]:
    scenario = result.scenario
    rate = f"{scenario.load.rate:g}/s for {format_duration(scenario.seconds)}"
    yield f"  load      {scenario.load.method} {result.url}, {rate}, {len(result.calls)} calls"
    for verdict in result.verdicts:
        if verdict.outcome == "held":
            place = f"step {verdict.step}" if verdict.step else "the steady state"
            yield f"  held      {verdict.expectation} in {place}: {verdict.measured}"
