"""What a toxic is: attributes that are its schema, and a state machine for each link it stands on.

A machine knows no socket and no clock. It is told what arrives and when, and answers with releases: what leaves, and
when. The stage around it (`chain.Stage`) keeps the releases in order until their time has come.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeAlias, TypeVar


if TYPE_CHECKING:
    from collections.abc import Iterable

    from stormproof_chaos.engine.draws import Draws


class Ending(Enum):
    """How a stream of bytes ends."""

    EOF = "eof"  # no more bytes this way; the other way may go on
    CLOSE = "close"  # both ways, in order
    RESET = "reset"  # both ways, at once, with a TCP reset


Item: TypeAlias = bytes | Ending
Release: TypeAlias = tuple[float, Item]  # the second at which it leaves, and what leaves

NEVER = float("inf")
KIB = 1024
LARGEST = (1 << 63) - 1  # what an attribute holds at most: the wire format has 64-bit integers


def attribute(minimum: int = 0) -> int:
    """Declare an integer attribute of a toxic; it defaults to 0, as all of Toxiproxy's do."""
    declared: int = field(default=0, metadata={"minimum": minimum})
    return declared


@dataclass(frozen=True, slots=True)
class NoAttributes:
    """The attributes of a toxic that has none; the base of all others."""

    def problem(self) -> str | None:
        """Return what is wrong between the attributes, where each alone is in its range."""
        return None


A = TypeVar("A", bound=NoAttributes)


class Machine(Generic[A]):
    """One toxic on one link: passes everything on at once, until a subclass says otherwise."""

    Attributes: ClassVar[type[NoAttributes]] = NoAttributes

    def __init__(self, attributes: A, draws: Draws) -> None:
        self.attributes = attributes
        self.draws = draws
        self.alarm = NEVER  # when to call `ring`, whatever arrives

    @property
    def capacity(self) -> int:
        """Return how many bytes may be held here before the link stops reading."""
        return 64 * KIB

    def start(self, now: float) -> None:
        """Begin, or begin again with changed attributes."""

    def feed(self, item: Item, now: float) -> Iterable[Release]:
        """Take what arrives, and answer with what is to leave and when."""
        return ((now, item),)

    def ring(self, now: float) -> Iterable[Release]:
        """Answer the alarm."""
        del now
        return ()

    def leave(self) -> Ending | None:
        """Return how the stream must end when this toxic is taken away, if it cannot go on."""
        return None


ToxicType: TypeAlias = type[Machine[Any]]
