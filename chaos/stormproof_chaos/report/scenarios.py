"""The section of the scenarios: the plot of each, and under it what was expected of each step and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stormproof_chaos.report import anchors
from stormproof_chaos.report.expectations import expectations
from stormproof_chaos.report.frame import Frame
from stormproof_chaos.report.marks import drawn, readings, sample
from stormproof_chaos.report.markup import Markup, element
from stormproof_chaos.report.outcomes import badge, needs_attention
from stormproof_chaos.report.story import OK, Figures
from stormproof_chaos.report.timeline import summary, timeline


if TYPE_CHECKING:
    from collections.abc import Sequence

    from stormproof_chaos.journal import CallMade
    from stormproof_chaos.report.story import Scenario


_MARKS_OF_ALL, _MOST_MARKS, _FEWEST_MARKS = 24_000, 6_000, 200  # drawn on the page, and in one plot


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
        expectations(number, scenario),
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
