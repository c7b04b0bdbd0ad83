"""reset_peer: what is sent is answered with a TCP reset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stormproof_chaos.engine.toxics.machine import Ending, Machine, NoAttributes, attribute


if TYPE_CHECKING:
    from collections.abc import Iterable

    from stormproof_chaos.engine.toxics.machine import Item, Release


@dataclass(frozen=True, slots=True)
class ResetPeerAttributes(NoAttributes):
    """*timeout* is how many milliseconds after the first chunk or ending the reset comes."""

    timeout: int = attribute()


class ResetPeer(Machine[ResetPeerAttributes]):
    """Drops the first chunk or ending and resets the connection; an idle connection stays."""

    Attributes = ResetPeerAttributes

    def feed(self, item: Item, now: float) -> Iterable[Release]:
        """Release a reset instead of whatever arrives."""
        del item
        return ((now + max(self.attributes.timeout, 0) / 1000, Ending.RESET),)
