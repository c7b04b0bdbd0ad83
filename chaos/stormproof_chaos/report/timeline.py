"""The plot of a scenario: time to the right, latency upwards, a mark for each call, faults shaded, limits drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stormproof_chaos.report import anchors
from stormproof_chaos.report.frame import BAND, LANES_TOP, LEFT, RIGHT, WIDTH
from stormproof_chaos.report.labels import LETTER
from stormproof_chaos.report.lanes import drawn_lanes, shades
from stormproof_chaos.report.limit_lines import limit_lines
from stormproof_chaos.report.marks import paths
from stormproof_chaos.report.markup import Markup, element
from stormproof_chaos.report.quantities import counted, duration, listed
from stormproof_chaos.report.story import INTERRUPTED, OK, Figures
from stormproof_chaos.report.strip import call_strip


if TYPE_CHECKING:
    from collections.abc import Sequence

    from stormproof_chaos.journal import CallMade
    from stormproof_chaos.report.frame import Frame
    from stormproof_chaos.report.story import Scenario, Step


_STRIP = 34


def timeline(number: int, scenario: Scenario, frame: Frame, calls: Sequence[CallMade]) -> Markup:
    """Return the plot of the scenario with that *number*, with marks for *calls*, some or all of its own."""
    strip_top = frame.bottom + 8
    height = strip_top + _STRIP + 22
    pattern = f"{anchors.of_scenario(number)}-hatch"
    return element(
        "svg",
        element("defs", _hatch(pattern)),
        [_step(number, step, frame) for step in scenario.steps],
        shades(frame.lanes, frame.top, frame.bottom, pattern),
        drawn_lanes(frame.lanes, LANES_TOP, frame.time),
        _latency_axis(frame),
        _time_axis(frame, strip_top + _STRIP),
        element("text", "calls", class_="axis", x=LEFT - 8, y=strip_top + _STRIP - 4, text_anchor="end"),
        call_strip(scenario.calls, frame.time, strip_top, _STRIP),
        element("g", paths(calls, frame.time, frame.latency), role="img", aria_label=_in_words(scenario)),
        limit_lines(number, scenario, frame, calls),
        _end(frame) if scenario.outcome == INTERRUPTED else None,
        element("circle", class_="ring", r=8, cx=-20, cy=-20),
        class_="timeline",
        viewBox=f"0 0 {WIDTH} {height:.0f}",
        role="group",
        aria_label=f"timeline of {scenario.name}",
    )


def summary(scenario: Scenario) -> str:
    """Return in words how many calls the plot shows, and how long they took."""
    figures = Figures.of(scenario.calls)
    if not figures.total:
        return "No calls"
    return (
        f"{counted(figures.total, 'call')} over {duration(scenario.end - scenario.start)}, answered after "
        f"{duration(figures.fastest)} to {duration(figures.slowest)}, half of them within {duration(figures.middle)}"
    )


def _in_words(scenario: Scenario) -> str:
    outcomes = Figures.of(scenario.calls).outcomes
    failed = [f"{count:,} {outcome}" for outcome, count in outcomes.items() if outcome != OK]
    return f"{summary(scenario)}; {f'not ok: {listed(failed)}' if failed else 'all ok'}"


def _hatch(pattern: str) -> Markup:
    line = element("path", d="M-1 9L9 -1M-1 1L1 -1M7 9L9 7", class_="hatching")
    return element("pattern", line, id=pattern, width=8, height=8, patternUnits="userSpaceOnUse")


def _step(number: int, step: Step, frame: Frame) -> Markup:
    """Return a step as a region of the plot under a name that leads to what was expected of it."""
    left, right = frame.time(step.start), frame.time(step.end)
    name = f"step {step.number}"
    names = (f"{name} · {duration(step.end - step.start)}", name, str(step.number), "")
    shown = next(each for each in names if len(each) * LETTER + 4 <= right - left or not each)
    times = f"{duration(step.start - frame.time.start)} to {duration(step.end - frame.time.start)}"
    label = ", ".join([name, times, *step.faults, "see its expectations"])
    link = element(
        "a",
        element("rect", class_="band", x=left + 0.5, y=0.5, width=max(right - left - 1, 1.0), height=BAND - 1, rx=3),
        element("text", shown, x=(left + right) / 2, y=BAND - 8, text_anchor="middle"),
        href=f"#{anchors.of_expectations(number, step.number)}",
        aria_label=label,
    )
    region = element("rect", class_="region", x=left, y=frame.top, width=right - left, height=frame.bottom - frame.top)
    edge = element("path", class_="edge", d=f"M{left:.1f} {BAND}V{frame.bottom:.1f}")
    return element("g", region, edge, link, class_="step", id=anchors.of_step(number, step.number))


def _latency_axis(frame: Frame) -> Markup:
    ticks = frame.latency.ticks()
    lines = "".join(f"M{LEFT} {frame.latency(tick):.1f}H{RIGHT}" for tick in ticks)
    labels = [
        element("text", duration(tick), x=LEFT - 8, y=frame.latency(tick) + 4, text_anchor="end") for tick in ticks
    ]
    return element("g", element("path", d=lines), labels, class_="axis")


def _time_axis(frame: Frame, y: float) -> Markup:
    ticks = frame.time.ticks(12)
    labels = [
        element("text", duration(tick) if tick else "0s", x=x, y=y + 16, text_anchor=_anchor(x))
        for tick in ticks
        for x in (frame.time(frame.time.start + tick),)
    ]
    return element("g", element("path", d=f"M{LEFT} {y + 0.5:.1f}H{RIGHT}"), labels, class_="axis")


def _anchor(x: float) -> str:
    return "end" if x > RIGHT - 12 else "middle"


def _end(frame: Frame) -> Markup:
    text = element("text", "interrupted", x=RIGHT - 6, y=frame.top + 16, text_anchor="end")
    return element("g", element("path", d=f"M{RIGHT} {frame.top:.1f}V{frame.bottom:.1f}"), text, class_="cut")
