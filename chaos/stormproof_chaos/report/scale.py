"""Where a time and a latency lie in a plot, and which of them are written at its axes."""

from __future__ import annotations

import math
from dataclasses import dataclass


SHORTEST = 1e-4  # seconds; a logarithmic axis has no zero, and nothing crosses a network faster
_STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Linear:
    """Times from *start* to *end*, drawn from *left* to *right*."""

    start: float
    end: float
    left: float
    right: float

    def __call__(self, value: float) -> float:
        """Return where *value* lies; what is outside lies at the nearer edge."""
        share = (value - self.start) / (self.end - self.start)
        return self.left + min(max(share, 0.0), 1.0) * (self.right - self.left)

    def ticks(self, count: int) -> list[float]:
        """Return about *count* round times since the start."""
        length = self.end - self.start
        step = rounded_up(length / count)
        return [number * step for number in range(math.floor(length / step * (1 + 1e-9)) + 1)]


@dataclass(frozen=True, slots=True)
class Logarithmic:
    """Latencies from *low* to *high* in seconds, drawn from *bottom* up to *top*."""

    low: float
    high: float
    bottom: float
    top: float

    @classmethod
    def around(cls, values: list[float], *, bottom: float, top: float) -> Logarithmic:
        """Return the scale with round ends that holds all *values*, at least one decade of it."""
        low = _rounded_down(max(min(values, default=0.001), SHORTEST))
        high = rounded_up(max(max(values, default=1.0), 10 * low))
        return cls(low, high, bottom, top)

    def __call__(self, value: float) -> float:
        """Return where *value* lies; what is outside lies at the nearer edge."""
        share = math.log(max(value, self.low) / self.low) / math.log(self.high / self.low)
        return self.bottom + min(share, 1.0) * (self.top - self.bottom)

    def ticks(self) -> list[float]:
        """Return the latencies to write: 1, 2, 5 of each decade, or the decades alone where those would crowd."""
        steps = _STEPS if self.high / self.low < 5_000 else (1,)
        decades = range(math.floor(math.log10(self.low)) - 1, math.ceil(math.log10(self.high)) + 1)
        ticks = [step * 10.0**decade for decade in decades for step in steps]
        return [tick for tick in ticks if self.low * 0.999 <= tick <= self.high * 1.001]


def rounded_up(value: float) -> float:
    """Return the least of 1, 2 and 5 times a power of ten that is no less than *value*, which is above 0."""
    decade = 10.0 ** math.floor(math.log10(value))
    return next(step * decade for step in (*_STEPS, 10) if step * decade >= value * (1 - 1e-9))


def _rounded_down(value: float) -> float:
    decade = 10.0 ** math.floor(math.log10(value) + 1e-9)
    return next(step * decade for step in reversed(_STEPS) if step * decade <= value * (1 + 1e-9))
