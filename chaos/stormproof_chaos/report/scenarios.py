"""The section of the scenarios: the plot of each, and under it what was expected of each step and what came of it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from stormproof_chaos.report import anchors
from stormproof_chaos.report.frame import Frame
from stormproof_chaos.report.marks import drawn, readings, sample
from stormproof_chaos.report.markup import Markup, element
from stormproof_chaos.report.outcomes import badge, needs_attention, share_of_ok
from stormproof_chaos.report.quantities import counted, duration, listed, shortened
from stormproof_chaos.report.story import OK, STEADY, Figures, Step
from stormproof_chaos.report.timeline import summary, timeline


if TYPE_CHECKING:
    from collections.abc import Sequence

    from stormproof_chaos.journal import CallMade, VerdictReached
    from stormproof_chaos.report.story import Scenario


_MARKS_OF_ALL, _MOST_MARKS, _FEWEST_MARKS = 24_000, 6_000, 200  # drawn on the page, and in one plot
_COLUMNS = ("Expectation", "Measured", "Outcome", "In the plot")
_LONGEST_EVIDENCE, _MOST_EVIDENCE = 2_000, 25  # characters of one line, and lines of one verdict


def scenarios_section(scenarios: Sequence[Scenario]) -> Markup:
    """Return the section with one plot and one table a scenario."""
    marks = min(max(_MARKS_OF_ALL // max(len(scenarios), 1), _FEWEST_MARKS), _MOST_MARKS)
    return element(
        "section",
        element("h2", "Scenarios", id="scenarios-title"),
        [_scenario(number, scenario, marks) for number, scenario in enumerate(scenarios, 1)],
        id="scenarios",
        aria_labelledby="scenarios-title",
    )


def _scenario(number: int, scenario: Scenario, marks: int) -> Markup:
    load = element("span", "load ", element("code", scenario.load)) if scenario.load else None
    attention = any(needs_attention(each) for each in (scenario.outcome, *_outcomes(scenario)))
    return element(
        "article",
        element("header", element("h3", scenario.name), badge(scenario.outcome)),
        element("p", load, element("code", scenario.file) if scenario.file else None, class_="facts"),
        _figure(number, scenario, marks) if scenario.end > scenario.start else None,
        _expectations(number, scenario),
        id=anchors.of_scenario(number),
        class_="card" if attention else "card fine",
    )


def _outcomes(scenario: Scenario) -> list[str]:
    return [verdict.outcome for verdict in scenario.verdicts]


def _figure(number: int, scenario: Scenario, marks: int) -> Markup:
    frame = Frame.around(scenario)
    calls = drawn(scenario.calls, frame.time, frame.latency, marks)
    plot = element(
        "div",
        timeline(number, scenario, frame, calls),
        class_="scroll",
        tabindex=0,
        role="region",
        aria_label=f"timeline of {scenario.name}, scrolls sideways where it does not fit",
    )
    caption = element("figcaption", _legend(scenario, calls), _browsing(calls) if calls else None)
    return element("figure", plot, caption, readings(calls, frame.time, frame.latency) if calls else None)


def _legend(scenario: Scenario, calls: Sequence[CallMade]) -> Markup:
    counts = Figures.of(scenario.calls).outcomes
    order = sorted(counts, key=lambda outcome: (outcome != OK, -counts[outcome]))
    entries = [element("li", sample(outcome), f"{counts[outcome]:,} {outcome}") for outcome in order]
    told = element("p", summary(scenario), ". ", _thinning(scenario, calls), class_="muted")
    return element("div", element("ul", entries, class_="legend") if entries else None, told)


def _thinning(scenario: Scenario, calls: Sequence[CallMade]) -> str:
    if len(calls) == len(scenario.calls):
        return "The scale is logarithmic." if calls else ""
    failed, shown = (sum(call.outcome != OK for call in some) for some in (scenario.calls, calls))
    kept = "every one that failed" if failed == shown else f"{shown:,} of {failed:,} that failed"
    return (
        f"Drawn are {len(calls):,} of them: the fastest and the slowest of each moment, {kept}, and some others. "
        "The numbers count all. The scale is logarithmic."
    )


def _browsing(calls: Sequence[CallMade]) -> Markup:
    """Return the buttons that lead from mark to mark, which the script shows and serves."""
    noun = "failed call" if any(call.outcome != OK for call in calls) else "call"
    buttons = [
        element("button", text, type="button", data_move=move)
        for text, move in ((f"← previous {noun}", -1), (f"next {noun} →", 1))
    ]
    told = element("output", "Point at a mark to read it, or step through them.", aria_live="polite")
    return element("div", buttons, told, class_="browsing", hidden=True)


def _expectations(number: int, scenario: Scenario) -> Markup:
    verdicts: dict[int, list[tuple[int, VerdictReached]]] = defaultdict(list)
    for place, verdict in enumerate(scenario.verdicts, 1):
        verdicts[verdict.step].append((place, verdict))
    calls: dict[int, list[CallMade]] = defaultdict(list)
    for call in scenario.calls:
        calls[call.step].append(call)
    steps = {step.number: step for step in scenario.steps}
    groups = [
        _group(number, steps.get(step) or step, verdicts[step], Figures.of(calls[step]))
        for step in sorted({*steps, *verdicts})
    ]
    if not groups:
        return element("p", "The journal tells of no step and no expectation.", class_="muted")
    head = element("thead", element("tr", [element("th", name, scope="col") for name in _COLUMNS]))
    return element("table", element("caption", "What was expected, step by step"), head, groups, class_="verdicts")


def _group(number: int, step: Step | int, verdicts: Sequence[tuple[int, VerdictReached]], figures: Figures) -> Markup:
    """Return the rows of one step; a bare number is a step that takes no room in the plot."""
    key = step.number if isinstance(step, Step) else step
    name = "Steady state" if key == STEADY else f"Step {key}"
    length = f", {duration(step.end - step.start)}" if isinstance(step, Step) else ""
    faults = listed(list(step.faults)) if isinstance(step, Step) else ""
    measured = f", slowest {duration(figures.slowest)}" if figures.total else ""
    heading = element(
        "th",
        element("span", element("b", name), length, class_="step-name"),
        element("span", faults, class_="step-faults") if faults else None,
        element("span", share_of_ok(figures.good, figures.total) + measured, class_="muted"),
        colspan=len(_COLUMNS),
        scope="rowgroup",
    )
    place = anchors.of_step(number, key) if isinstance(step, Step) else anchors.of_scenario(number)
    rows = [_verdict(number, told, verdict, place, name.lower()) for told, verdict in verdicts]
    nothing = element("tr", element("td", "nothing was expected of it", class_="muted", colspan=len(_COLUMNS)))
    return element("tbody", element("tr", heading), rows or nothing, id=anchors.of_expectations(number, key))


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
