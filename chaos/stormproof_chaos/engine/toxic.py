"""A toxic as the API tells of it: a named fault on one direction of a proxy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from stormproof_chaos.engine.toxics import TOXICS
from stormproof_chaos.engine.toxics.noop import Noop


if TYPE_CHECKING:
    from typing import Any

    from stormproof_chaos.engine.draws import Draws
    from stormproof_chaos.engine.toxics.machine import Machine, NoAttributes


class Direction(Enum):
    """Which way bytes go: to the upstream, or back down to the client."""

    UPSTREAM = "upstream"
    DOWNSTREAM = "downstream"

    # Members are single objects; Enum would hash their names, in Python, several times a connection.
    __hash__ = object.__hash__


@dataclass(frozen=True, slots=True, kw_only=True)
class Toxic:
    """One toxic of a proxy; *stream* is kept as the client wrote it, and *toxicity* is a probability."""

    name: str
    type: str
    stream: str
    toxicity: float
    attributes: NoAttributes

    @property
    def direction(self) -> Direction:
        """Return the direction that *stream* names."""
        return Direction(self.stream.lower())

    def machine(self, draws: Draws) -> Machine[Any]:
        """Make the state machine for one link."""
        return TOXICS[self.type](self.attributes, draws)

    def chooses(self, chance: float) -> bool:
        """Tell whether a connection whose draw is *chance* gets this toxic."""
        return chance < self.toxicity


def bystander(draws: Draws) -> Machine[Any]:
    """Make the machine for a link that a toxic did not choose."""
    return Noop(Noop.Attributes(), draws)
