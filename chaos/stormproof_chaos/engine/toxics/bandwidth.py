"""bandwidth: no more than so many bytes a second, for each connection and direction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stormproof_chaos.engine.toxics.machine import KIB, NEVER, Machine, NoAttributes, attribute


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stormproof_chaos.engine.toxics.machine import Item, Release


@dataclass(frozen=True, slots=True)
class BandwidthAttributes(NoAttributes):
    """*rate* is in kilobytes (1000 bytes) a second; at 0 nothing passes."""

    rate: int = attribute()


class Bandwidth(Machine[BandwidthAttributes]):
    """Sends a chunk when the line would have carried it: no burst at first, no credit for having been idle."""

    Attributes = BandwidthAttributes
    _free_at = 0.0

    @property
    def capacity(self) -> int:
        """Return what the line carries in 100 ms, or one full read: a queue long enough to keep the line busy."""
        return max(64 * KIB, min(self._piece, 4096 * KIB))

    @property
    def _piece(self) -> int:
        return max(self.attributes.rate, 0) * 100

    def start(self, now: float) -> None:
        """Begin with a free line."""
        self._free_at = now

    def feed(self, item: Item, now: float) -> Iterable[Release]:
        """Release a chunk in pieces of at most 100 ms' worth, each when the line has carried it."""
        if not isinstance(item, bytes):
            return ((now, item),)
        if not self._piece:
            return ((NEVER, item),)
        self._free_at = max(self._free_at, now)
        return self._carry(item)

    def _carry(self, chunk: bytes) -> Iterator[Release]:
        for start in range(0, len(chunk), self._piece):
            piece = chunk[start : start + self._piece]
            self._free_at += len(piece) / (self.attributes.rate * 1000)
            yield self._free_at, piece
