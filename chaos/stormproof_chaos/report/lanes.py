"""The faults above the plot: a lane for each fault on each link, a bar for each time it was there."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stormproof_chaos.report.labels import LETTER
from stormproof_chaos.report.markup import Markup, element
from stormproof_chaos.report.quantities import counted


if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from stormproof_chaos.report.scale import Linear
    from stormproof_chaos.report.story import Disturbance


LANE = 21  # height of a lane, with its gap
MOST_LANES = 10
_TOUCHING = 0.75  # bars nearer than this are drawn as one


@dataclass(frozen=True, slots=True)
class Lane:
    """The bars of one fault, from left to right."""

    label: str
    bars: list[tuple[float, float]]


def laned(disturbances: Iterable[Disturbance], time: Linear) -> list[Lane]:
    """Return the lanes of *disturbances*; more than fit share the last one."""
    by_label: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for disturbance in disturbances:
        by_label[disturbance.label].append((time(disturbance.start), time(disturbance.end)))
    lanes = [Lane(label, merged(bars)) for label, bars in by_label.items()]
    if len(lanes) <= MOST_LANES:
        return lanes
    rest = lanes[MOST_LANES - 1 :]
    shared = merged(bar for lane in rest for bar in lane.bars)
    return [*lanes[: MOST_LANES - 1], Lane(counted(len(rest), "more fault"), shared)]


def merged(bars: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return *bars* from left to right, those that touch as one."""
    result: list[tuple[float, float]] = []
    for left, right in sorted(bars):
        if result and left - result[-1][1] <= _TOUCHING:
            result[-1] = (result[-1][0], max(right, result[-1][1]))
        else:
            result.append((left, right))
    return result


def drawn_lanes(lanes: Sequence[Lane], top: float, time: Linear) -> list[Markup]:
    """Return the *lanes*, one below the other from *top*."""
    return [_lane(lane, top + number * LANE, time) for number, lane in enumerate(lanes)]


def shades(lanes: Iterable[Lane], top: float, bottom: float, pattern: str) -> list[Markup]:
    """Return the shade that all faults together cast on the plot, hatched so that it shows without colour."""
    return [
        element("rect", class_=kind, x=left, y=top, width=max(right - left, 1.0), height=bottom - top, fill=fill)
        for left, right in merged(bar for lane in lanes for bar in lane.bars)
        for kind, fill in (("shade", None), ("hatch", f"url(#{pattern})"))
    ]


def _lane(lane: Lane, top: float, time: Linear) -> Markup:
    height = LANE - 4
    bars = [
        element("rect", x=left, y=top, width=max(right - left, 2.0), height=height, rx=3) for left, right in lane.bars
    ]
    x, anchor = _label_place(lane, time)
    label = element("text", lane.label, x=x, y=top + height - 4.5, text_anchor=anchor)
    return element("g", bars, label, class_="fault")


def _label_place(lane: Lane, time: Linear) -> tuple[float, str]:
    """Return where the label starts: in the first bar, else right of the last, else left of the first."""
    needed = len(lane.label) * LETTER + 14
    (left, right), last = lane.bars[0], lane.bars[-1][1]
    if right - left < needed <= time.right - last:
        return last + 6, "start"
    if right - left < needed <= left - time.left:
        return left - 6, "end"
    return left + 7, "start"
