"""The strip under the plot: how many calls were due in each slice of time, and how many failed. Every call counts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from stormproof_chaos.report.markup import Markup, element
from stormproof_chaos.report.scale import rounded_up
from stormproof_chaos.report.story import OK


if TYPE_CHECKING:
    from collections.abc import Sequence

    from stormproof_chaos.journal import CallMade
    from stormproof_chaos.report.scale import Linear


_MOST_SLICES = 120


def call_strip(calls: Sequence[CallMade], time: Linear, top: float, height: float) -> Markup:
    """Return a bar for each slice of time, and in it one for the calls that failed, from *top* down *height*."""
    length = rounded_up((time.end - time.start) / _MOST_SLICES)
    every = Counter(_slice(call, time, length) for call in calls)
    failed = Counter(_slice(call, time, length) for call in calls if call.outcome != OK)
    unit = height / max(every.values(), default=1)
    paths = {
        tone: "".join(
            _bar(number, count * unit, time, length, top + height) for number, count in sorted(counts.items())
        )
        for tone, counts in (("good", every), ("bad", failed))
    }
    return element("g", [element("path", class_=tone, d=path) for tone, path in paths.items()], class_="strip")


def _slice(call: CallMade, time: Linear, seconds: float) -> int:
    return int((call.at - time.start) / seconds + 1e-6)  # a call due at the very edge belongs to what follows


def _bar(number: int, tall: float, time: Linear, seconds: float, bottom: float) -> str:
    left, right = (time(time.start + edge * seconds) for edge in (number, number + 1))
    return f"M{left:.1f} {bottom:.1f}v{-tall:.1f}H{max(right - 1, left + 0.5):.1f}V{bottom:.1f}z"
