"""slicer: the stream arrives in small pieces, with a pause after each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stormproof_chaos.engine.toxics.machine import Machine, NoAttributes, attribute


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stormproof_chaos.engine.toxics.machine import Item, Release


@dataclass(frozen=True, slots=True)
class SlicerAttributes(NoAttributes):
    """Sizes in bytes; *delay* in microseconds."""

    average_size: int = attribute(minimum=1)
    size_variation: int = attribute()
    delay: int = attribute()

    def problem(self) -> str | None:
        """Return that the variation leaves no size to vary."""
        if self.size_variation >= self.average_size:
            return f"size_variation ({self.size_variation}) must be less than average_size ({self.average_size})"
        return None


class Slicer(Machine[SlicerAttributes]):
    """Halves a chunk, somewhere near its middle, until no piece is longer than average plus variation."""

    Attributes = SlicerAttributes
    _offset = 0
    _free_at = 0.0

    def feed(self, item: Item, now: float) -> Iterable[Release]:
        """Release a chunk in pieces, each a pause after the one before; what follows waits for the last pause too."""
        self._free_at = max(self._free_at, now)
        if not isinstance(item, bytes):
            return ((self._free_at, item),)
        return self._slice(item)

    def _slice(self, chunk: bytes) -> Iterator[Release]:
        for start, end in self._pieces(len(chunk)):
            yield self._free_at, chunk[start:end]
            self._free_at += max(self.attributes.delay, 0) / 1_000_000
        self._offset += len(chunk)

    def _pieces(self, length: int) -> Iterator[tuple[int, int]]:
        longest = max(self.attributes.average_size + self.attributes.size_variation, 1)
        todo = [(0, length)]
        while todo:
            start, end = todo.pop()
            if end - start <= longest:
                yield start, end
                continue
            middle = start + (end - start) // 2
            middle += self.draws.spread(self.attributes.size_variation, self._offset + middle)
            middle = min(max(middle, start + 1), end - 1)
            todo += [(middle, end), (start, middle)]
