"""limit_data: the connection closes after so many bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stormproof_chaos.engine.toxics.machine import Ending, Machine, NoAttributes, attribute


if TYPE_CHECKING:
    from collections.abc import Iterable

    from stormproof_chaos.engine.toxics.machine import Item, Release


@dataclass(frozen=True, slots=True)
class LimitDataAttributes(NoAttributes):
    """*bytes* counts for each connection and direction; at 0 the first chunk closes."""

    bytes: int = attribute()


class LimitData(Machine[LimitDataAttributes]):
    """Passes that many bytes, cuts the chunk that exceeds them, and closes; a change keeps the count."""

    Attributes = LimitDataAttributes
    _passed = 0

    def feed(self, item: Item, now: float) -> Iterable[Release]:
        """Release what is within the limit, and a close when it is reached."""
        if not isinstance(item, bytes):
            return ((now, item),)
        within = item[: max(self.attributes.bytes - self._passed, 0)]
        self._passed += len(within)
        passed: list[Release] = [(now, within)] if within else []
        return [*passed, (now, Ending.CLOSE)] if self._passed >= self.attributes.bytes else passed
