"""The quantities faults are measured in: how each is read, checked, rounded and written."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from stormproof_chaos.errors import InvalidFault
from stormproof_contracts.units import parse_duration, parse_share, parse_size


if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A kind of number.

    Attributes:
        unit: What a bare number counts.
        parse: Reads it from text.
        text: Writes it, so that *parse* reads the same value again.
        per_unit: How many of the smallest steps that can be carried out make one unit.
        most: Above this it is surely meant in another unit.
        mistaken: That other unit, and how many of it make one of the right one.
        example: A value for messages, as text.
        least: The smallest that makes sense.
    """

    unit: str
    parse: Callable[[str], float]
    text: Callable[[float], str]
    per_unit: float
    example: str
    most: float = math.inf
    mistaken: tuple[str, float] = ("", 1)
    least: float = 0

    def accept(self, value: object, meaning: str) -> float:
        """Return *value*, a number in the unit or text with one, rounded to what can be carried out.

        Raises:
            InvalidFault: it cannot be meant; *meaning*, such as ``the delay of latency``, begins the text.
        """
        number = self._number(value, meaning)
        if number > self.most:
            other, factor = self.mistaken
            meant = number / factor
            instead = f"write {meant:g}, or {self.text(meant)!r}"
            raise InvalidFault(f"{meaning} is in {self.unit}, and {number:g} looks like {other}: {instead}")
        steps = round(number * self.per_unit)
        rounded = steps / self.per_unit if self.per_unit >= 1 else steps * round(1 / self.per_unit)
        if number < self.least or (number and not rounded):
            raise InvalidFault(f"{meaning} is at least {self.text(self.least or 1 / self.per_unit)}, not {value!r}")
        return rounded

    def _number(self, value: object, meaning: str) -> float:
        if isinstance(value, str):
            try:
                return self.parse(value.strip())
            except ValueError as error:
                raise InvalidFault(f"{meaning}: {error}") from error
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
            raise InvalidFault(f"{meaning} is a number of {self.unit} from 0 up, not {value!r}")
        return value


def _duration_text(seconds: float) -> str:
    microseconds = round(seconds * 1_000_000)
    if microseconds % 1000:
        return f"{microseconds}us"
    return f"{microseconds // 1000}ms" if microseconds < 1_000_000 else f"{microseconds / 1_000_000:g}s"


_SIZES = {"GB": 1000**3, "GiB": 1024**3, "MB": 1000**2, "MiB": 1024**2, "KB": 1000, "KiB": 1024}


def _size_text(size: float) -> str:
    for unit, count in _SIZES.items():
        if size and size % count == 0:
            return f"{size / count:.0f}{unit}"
    return f"{size:.0f}B"


_LONGEST_SECONDS = 600.0  # ten minutes: no test waits longer, and who writes more means milliseconds
_MILLISECONDS = ("milliseconds", 1000.0)

Seconds = Annotated[
    float,
    Quantity(
        unit="seconds",
        parse=parse_duration,
        text=_duration_text,
        per_unit=1000,
        example="100ms",
        most=_LONGEST_SECONDS,
        mistaken=_MILLISECONDS,
    ),
]
ShortSeconds = Annotated[
    float,
    Quantity(
        unit="seconds",
        parse=parse_duration,
        text=_duration_text,
        per_unit=1_000_000,
        example="10ms",
        most=60.0,
        mistaken=_MILLISECONDS,
    ),
]
Share = Annotated[
    float,
    Quantity(
        unit="shares of one",
        parse=parse_share,
        text=lambda share: f"{share * 100:g}%",
        per_unit=10_000,
        example="50%",
        most=1.0,
        mistaken=("percent", 100.0),
    ),
]
Bytes = Annotated[float, Quantity(unit="bytes", parse=parse_size, text=_size_text, per_unit=1, example="10KB")]
SomeBytes = Annotated[
    float, Quantity(unit="bytes", parse=parse_size, text=_size_text, per_unit=1, example="10KB", least=1)
]
BytesPerSecond = Annotated[
    float,
    Quantity(
        unit="bytes a second",
        parse=parse_size,
        text=lambda rate: f"{_size_text(rate)}/s",
        per_unit=0.001,  # Toxiproxy counts in whole KB a second, of 1000 bytes
        example="64KB/s",
        least=1000,
    ),
]
