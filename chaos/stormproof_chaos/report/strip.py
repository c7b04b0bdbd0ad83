"""The strip under the plot: how many calls were made each moment, and how many of them failed. Every call counts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from stormproof_chaos.report.markup import Markup, element
from stormproof_chaos.report.story import OK


if TYPE_CHECKING:
    from collections.abc import Sequence

    from stormproof_chaos.journal import CallMade
    from stormproof_chaos.report.scale import Linear


_BARS = 120


def call_strip(calls: Sequence[CallMade], time: Linear, top: float, height: float) -> Markup:
    """Return the bars of all *calls* and of those that failed, from *top* down *height*."""
    every = Counter(_bar(call, time) for call in calls)
    failed = Counter(_bar(call, time) for call in calls if call.outcome != OK)
    highest = max(every.values(), default=1)
    return element(
        "g",
        _bars("good", every, highest, time, top, height),
        _bars("bad", failed, highest, time, top, height),
        class_="strip",
    )


def _bar(call: CallMade, time: Linear) -> int:
    share = (call.at - time.start) / (time.end - time.start)
    return min(max(int(share * _BARS), 0), _BARS - 1)


def _bars(  # noqa: PLR0913, PLR0917 - a rectangle and what fills it
    tone: str, counts: Counter[int], highest: int, time: Linear, top: float, height: float
) -> Markup:
    width = (time.right - time.left) / _BARS
    pieces = (
        f"M{time.left + number * width:.1f} {top + height:.1f}v{-height * counts[number] / highest:.1f}"
        f"h{width - 1:.1f}v{height * counts[number] / highest:.1f}z"
        for number in sorted(counts)
    )
    return element("path", class_=tone, d="".join(pieces))
