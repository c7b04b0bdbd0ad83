"""Where a label stands in a plot: there, of several places, where it covers the least."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple


if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


LETTER, LINE = 6.9, 15.0  # average width of a letter, and height of a line, in units of the plot


class Box(NamedTuple):
    """The room a label takes."""

    left: float
    top: float
    width: float
    height: float = LINE

    def holds(self, x: float, y: float) -> bool:
        """Tell whether a point lies in the box."""
        return self.left <= x <= self.left + self.width and self.top <= y <= self.top + self.height

    def overlaps(self, other: Box) -> bool:
        """Tell whether two boxes share room."""
        beside = self.left + self.width <= other.left or other.left + other.width <= self.left
        return not beside and abs(self.top - other.top) * 2 < self.height + other.height

    def within(self, left: float, top: float, right: float, bottom: float) -> Box:
        """Return the box moved into a frame."""
        x = max(min(self.left, right - self.width), left)
        return self._replace(left=x, top=max(min(self.top, bottom - self.height), top))


def quietest(places: Iterable[Box], points: Sequence[tuple[float, float]], taken: Sequence[Box]) -> Box:
    """Return the first of *places* that overlaps the fewest boxes *taken*, and of those the fewest *points*."""

    def cost(place: Box) -> tuple[int, int]:
        return sum(map(place.overlaps, taken)), sum(place.holds(x, y) for x, y in points)

    return min(places, key=cost)
