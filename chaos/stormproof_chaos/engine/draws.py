"""Random numbers that are a function of where they are used, so that a seed replays a run byte for byte."""

from __future__ import annotations


_MASK = (1 << 64) - 1


class Draws:
    """A stream of numbers named by *parts*; each number in it is named by an offset.

    Number n of a stream is the n-th output of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), computed directly. No
    order of calls and no timing changes it, and a stream costs one integer.
    """

    __slots__ = ("_key",)

    def __init__(self, *parts: str | int) -> None:
        self._key = _fnv1a("\0".join(map(str, parts)).encode("utf-8", "surrogatepass"))

    def uniform(self, offset: int) -> float:
        """Return the number at *offset*, in [0, 1)."""
        mixed = (self._key + (offset + 1) * 0x9E3779B97F4A7C15) & _MASK
        mixed = ((mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ mixed >> 27) * 0x94D049BB133111EB) & _MASK
        return ((mixed ^ mixed >> 31) >> 11) / (1 << 53)

    def spread(self, width: int, offset: int) -> int:
        """Return a whole number in [-width, width - 1], or 0 for a width of 0 or less."""
        return int(self.uniform(offset) * 2 * width) - width if width > 0 else 0


def _fnv1a(data: bytes) -> int:
    """Return the 64-bit FNV-1a hash of *data*."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) & _MASK
    return value
