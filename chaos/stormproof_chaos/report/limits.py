"""Which expectations can be drawn: a latency is a line across its step, a time to recover a moment in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stormproof_chaos.report import anchors
from stormproof_chaos.report.markup import Markup, element


if TYPE_CHECKING:
    from stormproof_chaos.journal import VerdictReached
    from stormproof_chaos.report.frame import Frame
    from stormproof_chaos.report.story import Scenario, Step


_UNITS = {"us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0}
_DURATION = re.compile(r"(?P<what>.*?)[\s:]*(?:<=?|≤)?\s*(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>us|µs|ms|s|min)")
_LETTER, _LINE = 6.8, 14  # size of the small text of labels
_LATENCY = re.compile(r"p\d+(\.\d+)?|median|max|answers within|deadline")


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of *seconds*: of a latency, or else of the time since the step began."""

    seconds: float
    is_latency: bool


def drawn_limit(expectation: str) -> Limit | None:
    """Return the limit an *expectation* such as ``p95 <= 300ms`` or ``recovers within 2s`` sets, None for others."""
    match = _DURATION.fullmatch(expectation.strip())
    if match is None:
        return None
    what, seconds = match["what"].strip(), float(match["number"]) * _UNITS[match["unit"]]
    if _LATENCY.fullmatch(what):
        return Limit(seconds, is_latency=True)
    return Limit(seconds, is_latency=False) if what.endswith("within") else None


def limit_lines(number: int, scenario: Scenario, frame: Frame) -> list[Markup]:
    """Return the limits of *scenario* as lines, each with a label that leads to its verdict."""
    steps = {step.number: step for step in scenario.steps}
    taken: list[tuple[float, float]] = []
    lines: list[Markup] = []
    for place, verdict in enumerate(scenario.verdicts, 1):
        step, limit = steps.get(verdict.step), drawn_limit(verdict.expectation)
        if step is not None and limit is not None and (line := _line(step, limit, frame)) is not None:
            path, x, y = line
            label = _label(verdict, x, _free(y, x, taken), frame)
            target = f"#{anchors.of_verdict(number, place)}"
            lines.append(element("a", element("path", d=path), label, class_=f"limit {verdict.outcome}", href=target))
    return lines


def _line(step: Step, limit: Limit, frame: Frame) -> tuple[str, float, float] | None:
    """Return the line of *limit* and where its label starts; None where the scenario ended before it."""
    left, right = frame.time(step.start), frame.time(step.end)
    if limit.is_latency:
        y = frame.latency(limit.seconds)
        return f"M{left:.1f} {y:.1f}H{right:.1f}", left + 6, y - 5
    if step.start + limit.seconds > frame.time.end:
        return None
    x = frame.time(step.start + limit.seconds)
    return f"M{x:.1f} {frame.top:.1f}V{frame.bottom:.1f}", x + 6, frame.bottom - 8


def _label(verdict: VerdictReached, x: float, y: float, frame: Frame) -> Markup:
    near_the_edge = x + len(verdict.expectation) * _LETTER > frame.time.right
    return element(
        "text", verdict.expectation, x=x - 12 if near_the_edge else x, y=y, text_anchor="end" if near_the_edge else None
    )


def _free(y: float, x: float, taken: list[tuple[float, float]]) -> float:
    """Return the height nearest below *y* where a label from *x* on covers none of those *taken*."""
    while any(abs(other_y - y) < _LINE and abs(other_x - x) < 1 for other_x, other_y in taken):
        y += 1
    taken.append((x, y))
    return y
