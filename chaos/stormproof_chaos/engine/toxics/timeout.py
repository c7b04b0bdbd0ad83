"""timeout: nothing gets through, and after a while of silence the connection closes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stormproof_chaos.engine.toxics.machine import NEVER, Ending, Machine, NoAttributes, attribute


if TYPE_CHECKING:
    from collections.abc import Iterable

    from stormproof_chaos.engine.toxics.machine import Item, Release


@dataclass(frozen=True, slots=True)
class TimeoutAttributes(NoAttributes):
    """*timeout* is in milliseconds since the last chunk, or since the start; at 0 the connection stays open."""

    timeout: int = attribute()


class Timeout(Machine[TimeoutAttributes]):
    """Drops every chunk; a stream that lost bytes cannot go on once the toxic is gone, so it closes then."""

    Attributes = TimeoutAttributes
    _dropped = False

    def start(self, now: float) -> None:
        """Set the alarm."""
        self.alarm = now + self.attributes.timeout / 1000 if self.attributes.timeout > 0 else NEVER

    def feed(self, item: Item, now: float) -> Iterable[Release]:
        """Drop a chunk and wait anew; an ending passes."""
        if not isinstance(item, bytes):
            return ((now, item),)
        self._dropped = True
        self.start(now)
        return ()

    def ring(self, now: float) -> Iterable[Release]:
        """Close."""
        return ((now, Ending.CLOSE),)

    def leave(self) -> Ending | None:
        """Return a close if bytes were lost."""
        return Ending.CLOSE if self._dropped else None
