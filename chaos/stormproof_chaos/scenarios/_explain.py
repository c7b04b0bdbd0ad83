"""A scenario that failed, in words: where, what was expected, what was measured, which calls show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stormproof_contracts.redaction import redact_text
from stormproof_contracts.units import format_duration


if TYPE_CHECKING:
    from collections.abc import Iterable

    from stormproof_chaos.observe import Verdict
    from stormproof_chaos.scenarios._model import Scenario
    from stormproof_chaos.scenarios._result import ScenarioResult


def explain_scenario(result: ScenarioResult) -> str:
    """Return why *result* is no success, as shown under a failing item; what held is told in a line each."""
    broken = [verdict for verdict in result.verdicts if verdict.outcome == "broken"]
    unclear = [verdict for verdict in result.verdicts if verdict.outcome == "could not tell"]
    blocks = [
        [_heading(result, [*broken, *unclear])],
        *(_broken(verdict, result.scenario) for verdict in broken),
        *(_unclear(verdict, result.scenario) for verdict in unclear),
        [*_facts(result)],
    ]
    return redact_text("\n\n".join("\n".join(block) for block in blocks))


def _heading(result: ScenarioResult, verdicts: list[Verdict]) -> str:
    location = verdicts[0].location if verdicts else result.scenario.location
    return f'{location}  "{result.scenario.title}"'


def _broken(verdict: Verdict, scenario: Scenario) -> list[str]:
    lines = [f"  expected  {verdict.expectation}   {_where(verdict, scenario)}", f"  got       {verdict.measured}"]
    return [*lines, *_evidence(verdict)]


def _unclear(verdict: Verdict, scenario: Scenario) -> list[str]:
    lines = [f"  not told  {verdict.expectation}   {_where(verdict, scenario)}", f"  because   {verdict.measured}"]
    return [*lines, *_evidence(verdict)]


def _evidence(verdict: Verdict) -> Iterable[str]:
    return (f"            {line}" for line in verdict.evidence)


def _where(verdict: Verdict, scenario: Scenario) -> str:
    """Return where the expectation is written, and what the system suffered from in that step."""
    if not verdict.step:
        return f"in the steady state, before any fault ({verdict.location.line}:{verdict.location.column})"
    step = scenario.steps[verdict.step - 1]
    faults = ", ".join(map(str, step.faults)) or "no fault"
    place = f"({verdict.location.line}:{verdict.location.column})"
    return f"in step {verdict.step}, {format_duration(step.seconds)} with {faults} {place}"


def _facts(result: ScenarioResult) -> Iterable[str]:
    scenario = result.scenario
    rate = f"{scenario.load.rate:g}/s for {format_duration(scenario.seconds)}"
    yield f"  load      {scenario.load.method} {result.url} at {rate}, {len(result.calls)} calls"
    for verdict in result.verdicts:
        if verdict.outcome == "held":
            place = f"step {verdict.step}" if verdict.step else "steady state"
            yield f"  held      {verdict.expectation}: {verdict.measured}   in the {place}".replace("the step", "step")
