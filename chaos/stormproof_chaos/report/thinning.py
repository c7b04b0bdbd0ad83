"""Which calls of many are drawn: few enough for a page, chosen so that nothing that stands out is lost."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple


if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Mark(NamedTuple):
    """One call as a point: *x* and *y* are where it lies, *failed* says whether it must be kept before others."""

    x: float
    y: float
    failed: bool


def thinned(marks: Sequence[Mark], limit: int) -> list[int]:
    """Return the positions of at most *limit* marks (8 or more), in their order.

    All of them where they fit. Else the highest and lowest good and failed mark of each column come first (columns as
    narrow as half the limit allows), then every failed mark that fits into most of the rest, then others. Where not all
    of a kind fit they are spread evenly over the order.
    """
    if len(marks) <= limit:
        return list(range(len(marks)))
    kept = _extremes(marks, columns=limit // 8)
    others = [index for index in range(len(marks)) if index not in kept]
    failed = [index for index in others if marks[index].failed]
    good = [index for index in others if not marks[index].failed]
    room = limit - len(kept)
    kept.update(_spread(failed, room - min(room // 4, len(good))))
    kept.update(_spread(good, limit - len(kept)))
    return sorted(kept)


def _extremes(marks: Sequence[Mark], columns: int) -> set[int]:
    left = min(mark.x for mark in marks)
    width = max(mark.x for mark in marks) - left
    cells: dict[tuple[int, bool], list[int]] = defaultdict(list)
    for index, mark in enumerate(marks):
        column = min(int((mark.x - left) / width * columns), columns - 1) if width > 0 else 0
        cells[column, mark.failed].append(index)
    return {index for cell in cells.values() for index in _ends(cell, marks)}


def _ends(cell: Iterable[int], marks: Sequence[Mark]) -> tuple[int, int]:
    by_height = sorted(cell, key=lambda index: marks[index].y)
    return by_height[0], by_height[-1]


def _spread(candidates: Sequence[int], room: int) -> Sequence[int]:
    if len(candidates) <= room:
        return candidates
    return [candidates[position * len(candidates) // room] for position in range(room)]
