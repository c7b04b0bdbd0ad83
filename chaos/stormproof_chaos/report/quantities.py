"""Numbers as people read them: 12ms, 97.5%, 100,000 calls."""

from __future__ import annotations

import math


_ALL_TEXTS, _SHORTEST_TEXT = 500_000, 300  # characters: of all texts of one kind together, and of each at the least


def duration(seconds: float) -> str:
    """Return *seconds* in the unit that reads best, about three digits of it: ``0.4ms``, ``12ms``, ``2min 5s``."""
    if round(seconds, 1) >= 120:
        minutes, rest = divmod(round(seconds), 60)
        return f"{minutes}min {rest}s" if rest else f"{minutes}min"
    if seconds >= 0.9995:
        return f"{_short(seconds, 2)}s"
    return f"{_short(seconds * 1000, 0 if seconds >= 0.01 else 1)}ms"


def percent(part: int, whole: int) -> str:
    """Return *part* of *whole* in percent, rounded towards zero so that only all of it reads 100%."""
    return f"{_short(math.floor(1000 * part / whole) / 10, 1)}%"


def counted(number: int, noun: str, nouns: str = "") -> str:
    """Return ``1 call``, ``2 calls``, ``100,000 calls``; *nouns* is the plural where an s does not make it."""
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"


def listed(words: list[str]) -> str:
    """Return ``a``, ``a and b``, ``a, b and c``."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def shortened(text: str, limit: int) -> str:
    """Return *text*, cut after *limit* characters with a note of how many more the journal has."""
    left_out = len(text) - limit
    return text if left_out <= 0 else f"{text[:limit]}\n… {counted(left_out, 'more character')} in the journal"


def text_room(texts: int, longest: int) -> int:
    """Return how many characters each of so many *texts* may have: *longest*, and less where they are too many."""
    return min(max(_ALL_TEXTS // max(texts, 1), _SHORTEST_TEXT), longest)


def _short(number: float, digits: int) -> str:
    text = f"{number:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
