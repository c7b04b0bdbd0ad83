"""slow_close: the end of the stream arrives late."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stormproof_chaos.engine.toxics.machine import Machine, NoAttributes, attribute


if TYPE_CHECKING:
    from collections.abc import Iterable

    from stormproof_chaos.engine.toxics.machine import Item, Release


@dataclass(frozen=True, slots=True)
class SlowCloseAttributes(NoAttributes):
    """*delay* is in milliseconds."""

    delay: int = attribute()


class SlowClose(Machine[SlowCloseAttributes]):
    """Passes bytes on at once, and an ending after the delay."""

    Attributes = SlowCloseAttributes

    def feed(self, item: Item, now: float) -> Iterable[Release]:
        """Release a chunk now, an ending later."""
        if isinstance(item, bytes):
            return ((now, item),)
        return ((now + max(self.attributes.delay, 0) / 1000, item),)
