"""The limits of a scenario as lines in its plot, each with a label that leads to its verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stormproof_chaos.report import anchors
from stormproof_chaos.report.labels import LETTER, LINE, Box, quietest
from stormproof_chaos.report.limits import Limit, drawn_limit
from stormproof_chaos.report.markup import Markup, element


if TYPE_CHECKING:
    from collections.abc import Sequence

    from stormproof_chaos.journal import CallMade
    from stormproof_chaos.report.frame import Frame
    from stormproof_chaos.report.story import Scenario, Step


_POINTS = 1_000  # calls that are looked at to find a free place; more would not change it
_HEIGHTS = 8  # places tried along an upright line
_GAP = 5.0  # between a line and its label


@dataclass(frozen=True, slots=True)
class Line:
    """A line as the *path* that draws it, and the *places* where its label could stand, the best first."""

    path: str
    places: tuple[Box, ...]


def limit_lines(number: int, scenario: Scenario, frame: Frame, calls: Sequence[CallMade]) -> list[Markup]:
    """Return the lines, with their labels where they cover the fewest of the drawn *calls*."""
    some = calls[:: max(len(calls) // _POINTS, 1)]
    points = [(frame.time(call.at), frame.latency(call.seconds)) for call in some]
    taken: list[Box] = []
    lines: list[Markup] = []
    for place, verdict in enumerate(scenario.verdicts, 1):
        steps, limit = scenario.steps_of(verdict.step), drawn_limit(verdict.expectation)
        line = _line(steps, limit, len(verdict.expectation) * LETTER, frame) if steps and limit else None
        if line is not None:
            taken.append(quietest(line.places, points, taken))
            text = element("text", verdict.expectation, x=taken[-1].left, y=taken[-1].top + LINE - 4)
            target = f"#{anchors.of_verdict(number, place)}"
            path = element("path", d=line.path)
            lines.append(element("a", path, text, class_=f"limit {verdict.outcome}", href=target))
    return lines


def _line(steps: Sequence[Step], limit: Limit, width: float, frame: Frame) -> Line | None:
    """Return the line of *limit* over *steps*; None where the scenario ended before the moment it sets."""
    if limit.is_latency:
        return _level(frame.time(steps[0].start), frame.time(steps[-1].end), frame.latency(limit.seconds), width, frame)
    moment = steps[0].start + limit.seconds
    return _upright(frame.time(moment), width, frame) if moment <= frame.time.end else None


def _level(left: float, right: float, y: float, width: float, frame: Frame) -> Line:
    inside = (left + _GAP, right - _GAP - width, (left + right - width) / 2)
    beside = (right + _GAP, left - _GAP - width)
    places = [
        *(Box(x, top, width) for top in (y - LINE - 2, y + 3) for x in inside),
        *(Box(x, y - LINE / 2, width) for x in beside),
    ]
    return Line(f"M{left:.1f} {y:.1f}H{right:.1f}", _inside(places, frame))


def _upright(x: float, width: float, frame: Frame) -> Line:
    height = frame.bottom - frame.top - LINE
    places = [
        Box(left, frame.top + height * place / (_HEIGHTS - 1), width)
        for place in reversed(range(_HEIGHTS))
        for left in (x + _GAP, x - _GAP - width)
    ]
    return Line(f"M{x:.1f} {frame.top:.1f}V{frame.bottom:.1f}", _inside(places, frame))


def _inside(places: list[Box], frame: Frame) -> tuple[Box, ...]:
    """Return those of *places* that the plot has room for; where it has for none, all of them moved into it."""
    edges = (frame.time.left, frame.top, frame.time.right, frame.bottom)
    fitting = tuple(place for place in places if place.within(*edges) == place)
    return fitting or tuple(place.within(*edges) for place in places)
