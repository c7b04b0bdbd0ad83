"""The table under a plot: what was expected of each step, what was measured, and the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stormproof_chaos.report import anchors
from stormproof_chaos.report.markup import Markup, element
from stormproof_chaos.report.outcomes import badge, needs_attention, share_of_ok
from stormproof_chaos.report.quantities import counted, duration, listed, shortened
from stormproof_chaos.report.story import STEADY, Figures


if TYPE_CHECKING:
    from collections.abc import Sequence

    from stormproof_chaos.journal import VerdictReached
    from stormproof_chaos.report.story import Scenario, Step


_COLUMNS = ("Expectation", "Measured", "Outcome", "In the plot")
_LONGEST_EVIDENCE, _MOST_EVIDENCE = 2_000, 25  # characters of one line, and lines of one verdict


def expectations(number: int, scenario: Scenario) -> Markup:
    """Return the table of the scenario with that *number*: a group of rows for the steady state and for each step."""
    steps = {step.number for step in scenario.steps} | {verdict.step for verdict in scenario.verdicts}
    if not steps:
        return element("p", "The journal tells of no step and no expectation.", class_="muted")
    head = element("thead", element("tr", [element("th", name, scope="col") for name in _COLUMNS]))
    groups = [_group(number, scenario, step) for step in sorted(steps)]
    return element("table", element("caption", "What was expected, step by step"), head, groups, class_="verdicts")


def _group(number: int, scenario: Scenario, step: int) -> Markup:
    steps = scenario.steps_of(step)
    numbers = {each.number for each in steps}
    figures = Figures.of(call for call in scenario.calls if call.step in numbers)
    place = anchors.of_step(number, steps[0].number) if steps else anchors.of_scenario(number)
    name = f"step {steps[0].number}" if steps else "the plot"
    told = enumerate(scenario.verdicts, 1)
    rows = [_verdict(number, at, verdict, place, name) for at, verdict in told if verdict.step == step]
    nothing = element("tr", element("td", "nothing was expected of it", class_="muted", colspan=len(_COLUMNS)))
    heading = element("tr", _heading(step, steps, figures))
    return element("tbody", heading, rows or nothing, id=anchors.of_expectations(number, step))


def _heading(step: int, steps: Sequence[Step], figures: Figures) -> Markup:
    length = f", {duration(steps[-1].end - steps[0].start)}" if steps else ""
    faults = "before the first fault" if step == STEADY else listed([fault for each in steps for fault in each.faults])
    measured = f", slowest {duration(figures.slowest)}" if figures.total else ""
    return element(
        "th",
        element("span", element("b", "Steady state" if step == STEADY else f"Step {step}"), length),
        element("span", faults, class_="muted" if step == STEADY else "step-faults") if faults else None,
        element("span", share_of_ok(figures.good, figures.total) + measured, class_="muted"),
        colspan=len(_COLUMNS),
        scope="rowgroup",
    )


def _verdict(number: int, told: int, verdict: VerdictReached, place: str, step: str) -> list[Markup]:
    location = f"{verdict.file}:{verdict.line}:{verdict.column}" if verdict.line else verdict.file
    expectation = element(
        "th", verdict.expectation, element("code", location, class_="location") if location else None, scope="row"
    )
    link = element("a", f"{step} ↑", href=f"#{place}", aria_label=f"{step} in the plot")
    cells = (element("td", each) for each in (verdict.measured, badge(verdict.outcome), link))
    kind = None if needs_attention(verdict.outcome) else "fine"
    row = element("tr", expectation, cells, id=anchors.of_verdict(number, told), class_=kind)
    return [row, _evidence(verdict, kind)] if verdict.evidence else [row]


def _evidence(verdict: VerdictReached, kind: str | None) -> Markup:
    shown = [shortened(text, _LONGEST_EVIDENCE) for text in verdict.evidence[:_MOST_EVIDENCE]]
    if left_out := len(verdict.evidence) - len(shown):
        shown.append(f"… {counted(left_out, 'more line')} in the journal")
    details = element(
        "details",
        element("summary", "evidence ", element("span", f"({len(verdict.evidence)})", class_="muted")),
        element("ul", [element("li", text) for text in shown]),
        open=needs_attention(verdict.outcome),
    )
    return element("tr", element("td", details, colspan=len(_COLUMNS)), class_=f"why {kind or ''}".strip())
