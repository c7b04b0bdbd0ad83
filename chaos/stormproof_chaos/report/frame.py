"""Where everything of one plot lies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from stormproof_chaos.report.lanes import LANE, Lane, laned
from stormproof_chaos.report.limits import drawn_limit
from stormproof_chaos.report.scale import Linear, Logarithmic


if TYPE_CHECKING:
    from stormproof_chaos.report.story import Scenario


WIDTH = 1080
LEFT, RIGHT = 62, 1068
BAND = 24  # height of the names of the steps
LANES_TOP = BAND + 6
_PLOT = 264
_INSET = 10, 6  # room of the plot above and below the latencies


@dataclass(frozen=True, slots=True)
class Frame:
    """The scales of one plot, and the lanes of faults above it."""

    time: Linear
    latency: Logarithmic
    lanes: tuple[Lane, ...]

    @classmethod
    def around(cls, scenario: Scenario) -> Self:
        """Return the frame that holds all of *scenario*: its calls, its faults and its limits."""
        time = Linear(scenario.start, max(scenario.end, scenario.start + 0.001), LEFT, RIGHT)
        lanes = tuple(laned(scenario.disturbances, time))
        top = LANES_TOP + LANE * len(lanes) + 4
        limits = map(drawn_limit, (verdict.expectation for verdict in scenario.verdicts))
        seconds = [call.seconds for call in scenario.calls]
        seconds += [limit.seconds for limit in limits if limit is not None and limit.is_latency]
        scale = Logarithmic.around(seconds, bottom=top + _PLOT - _INSET[1], top=top + _INSET[0])
        return cls(time, scale, lanes)

    @property
    def top(self) -> float:
        """Return the upper edge of the plot."""
        return self.latency.top - _INSET[0]

    @property
    def bottom(self) -> float:
        """Return the lower edge of the plot."""
        return self.latency.bottom + _INSET[1]
