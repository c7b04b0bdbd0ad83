"""Quantities as people write them: ``600ms``, ``64 KB/s``, ``40/s``, ``>= 99%``."""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Callable


_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_BYTES = {"B": 1, "KB": 1000, "KiB": 1024, "MB": 1000**2, "MiB": 1024**2, "GB": 1000**3, "GiB": 1024**3}
_QUANTITY = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z%]*)\s*(?:/\s*(s|min|h))?\s*", re.ASCII)
_COMPARISON = re.compile(r"\s*(<=|>=|==|<|>)?\s*(.+?)\s*")
_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
}


def parse_duration(text: str) -> float:
    """Return the seconds that *text* says, such as ``600ms``, ``2s`` or ``1.5 min``.

    Raises:
        ValueError: the text is no duration; a bare number is none either, since its unit is anybody's guess.
    """
    number, unit = _quantity(text, "a duration", "600ms, 2s or 1.5 min")
    if unit not in _SECONDS:
        raise ValueError(f"{text!r} is no duration: write a number with a unit, such as 600ms, 2s or 1.5 min")
    return number * _SECONDS[unit]


def parse_size(text: str) -> int:
    """Return the bytes that *text* says, such as ``64 KB`` (1000 bytes each) or ``1 MiB`` (1024 * 1024)."""
    number, unit = _quantity(text.removesuffix("/s"), "a size", "500 B, 64 KB or 1 MiB")
    if unit not in _BYTES:
        raise ValueError(f"{text!r} is no size: write a number with a unit, such as 500 B, 64 KB or 1 MiB")
    return round(number * _BYTES[unit])


def parse_rate(text: str) -> float:
    """Return events per second for *text* such as ``40/s`` or ``90/min``."""
    match = _QUANTITY.fullmatch(text)
    if match is None or match[2] or not match[3] or float(match[1]) <= 0:
        raise ValueError(f"{text!r} is no rate: write a positive number per unit of time, such as 40/s or 90/min")
    return float(match[1]) / _SECONDS[match[3]]


def parse_share(text: str) -> float:
    """Return the share that *text* says: ``99%`` and ``0.99`` are both 0.99."""
    number, unit = _quantity(text, "a share", "99% or 0.99")
    share = number / 100 if unit == "%" else number
    if unit not in ("", "%") or share > 1:
        raise ValueError(f"{text!r} is no share: write 99% or 0.99")
    return share


@dataclass(frozen=True, slots=True)
class Bound:
    """A comparison with a limit, such as ``<= 300ms``; ``text`` is how it was written."""

    relation: str
    limit: float
    text: str

    def holds(self, value: float) -> bool:
        """Tell whether *value*, in the unit the limit was parsed to, keeps the bound."""
        return _OPERATORS[self.relation](value, self.limit)


def parse_bound(text: str, parse: Callable[[str], float], *, relation: str) -> Bound:
    """Read a comparison whose limit *parse* understands; *relation* is meant where the text names none."""
    match = _COMPARISON.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no comparison: write one such as {relation} 5")
    return Bound(match[1] or relation, parse(match[2]), text.strip())


def format_duration(seconds: float) -> str:
    """Return *seconds* as a person would write it: ``420ms``, ``2s``, ``1.5s``, ``350us``."""
    for limit, factor, unit in ((0.0009995, 1e6, "us"), (0.9995, 1e3, "ms")):
        if 0 < seconds < limit:
            return f"{seconds * factor:.3g}{unit}"
    if seconds == 0:
        return "0ms"
    return f"{seconds:.3g}s" if seconds < 999.5 else f"{seconds:.0f}s"


def _quantity(text: str, what: str, examples: str) -> tuple[float, str]:
    match = _QUANTITY.fullmatch(text)
    if match is None or match[3]:
        raise ValueError(f"{text!r} is no {what.split(' ', 1)[1]}: write one such as {examples}")
    return float(match[1]), match[2]
