"""Which expectations can be drawn: a latency is a line across its step, a time to recover a moment in it."""

from __future__ import annotations

import re
from dataclasses import dataclass


_UNITS = {"us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0}
_DURATION = re.compile(r"(?P<what>.*?)[\s:]*(?:<=?|≤)?\s*(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>us|µs|ms|s|min)")
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
