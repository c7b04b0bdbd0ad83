"""Verdicts: what the records of calls say about what was expected. Pure, and better silent than wrong."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from stormproof_chaos.observe._call import Call, CallOutcome
from stormproof_chaos.observe._latency import Latency
from stormproof_chaos.observe._observation import Observation, Stretch, observe, percentile
from stormproof_chaos.observe._recovery import Recovery
from stormproof_chaos.observe._share import Share
from stormproof_chaos.observe._verdict import Outcome, Verdict
from stormproof_contracts.errors import did_you_mean
from stormproof_contracts.units import parse_bound, parse_duration, parse_share


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stormproof_chaos.observe._expectation import Expectation, SteadyExpectation
    from stormproof_contracts.errors import Location
    from stormproof_contracts.units import Bound


def read_expectation(name: str, text: str, location: Location) -> Expectation:
    """Return the expectation called *name* that *text* writes, such as ``p95`` and ``<= 300ms``.

    Raises:
        ValueError: there is no such expectation, or the text means none; says what to write.
    """
    if name not in EXPECTATIONS:
        raise ValueError(f"no expectation is called {name!r}.{did_you_mean(name, EXPECTATIONS)}")
    return EXPECTATIONS[name](name, text, location)


def read_steady(name: str, text: str, location: Location) -> SteadyExpectation:
    """Return an expectation that a steady state may be made of.

    Raises:
        ValueError: there is no such expectation, it is none of a steady state, or the text means none.
    """
    if name in EXPECTATIONS and name not in STEADY_EXPECTATIONS:
        raise ValueError(f"{name!r} is expected of a step, not of the steady state; write it under expect")
    if name not in STEADY_EXPECTATIONS:
        raise ValueError(f"no expectation is called {name!r}.{did_you_mean(name, STEADY_EXPECTATIONS)}")
    return STEADY_EXPECTATIONS[name](name, text, location)


def _share(name: str, text: str, location: Location) -> Share:
    successes = name == "success"
    bound = parse_bound(text, parse_share, relation=">=" if successes else "<=")
    return Share(name=name, text=_words(name, bound), bound=bound, location=location, counts_success=successes)


def _latency(rank: int, name: str, text: str, location: Location) -> Latency:
    bound = parse_bound(text, parse_duration, relation="<=")
    return Latency(name=name, text=_words(name, bound), bound=bound, location=location, rank=rank)


def _recovery(name: str, text: str, location: Location) -> Recovery:
    return Recovery(name=name, text=f"{name} {text}", limit=parse_duration(text), location=location)


def _words(name: str, bound: Bound) -> str:
    written = bound.text if bound.text.startswith(bound.relation) else f"{bound.relation} {bound.text}"
    return f"{name} {written}"


#: What may be expected of any stretch of calls: a line each.
STEADY_EXPECTATIONS: Final[Mapping[str, Callable[[str, str, Location], SteadyExpectation]]] = {
    "success": _share,
    "error": _share,
    "p50": partial(_latency, 50),
    "p90": partial(_latency, 90),
    "p95": partial(_latency, 95),
    "p99": partial(_latency, 99),
    "max": partial(_latency, 100),
}

#: What may be expected of a step.
EXPECTATIONS: Final[Mapping[str, Callable[[str, str, Location], Expectation]]] = {
    **STEADY_EXPECTATIONS,
    "recovers within": _recovery,
}


__all__ = [
    "EXPECTATIONS",
    "STEADY_EXPECTATIONS",
    "Call",
    "CallOutcome",
    "Latency",
    "Observation",
    "Outcome",
    "Recovery",
    "Share",
    "Stretch",
    "Verdict",
    "observe",
    "percentile",
    "read_expectation",
    "read_steady",
]
