"""latency: every chunk arrives late, by a fixed time and some jitter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stormproof_chaos.engine.toxics.machine import KIB, Machine, NoAttributes, attribute


if TYPE_CHECKING:
    from collections.abc import Iterable

    from stormproof_chaos.engine.toxics.machine import Item, Release


@dataclass(frozen=True, slots=True)
class LatencyAttributes(NoAttributes):
    """The delay is *latency* plus a whole number in [-jitter, jitter - 1], all in milliseconds."""

    latency: int = attribute()
    jitter: int = attribute()


class Latency(Machine[LatencyAttributes]):
    """Holds each chunk for its delay; an ending waits only for the chunks before it."""

    Attributes = LatencyAttributes
    _offset = 0

    @property
    def capacity(self) -> int:
        """Return room for what is under way on a fast line with a long delay."""
        return 4096 * KIB

    def feed(self, item: Item, now: float) -> Iterable[Release]:
        """Release a chunk after its delay; what comes out is never reordered, so a late chunk holds those behind it."""
        if not isinstance(item, bytes):
            return ((now, item),)
        delay = self.attributes.latency + self.draws.spread(self.attributes.jitter, self._offset)
        self._offset += len(item)
        return ((now + max(delay, 0) / 1000, item),)
