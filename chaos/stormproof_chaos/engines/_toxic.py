"""A toxic as the Toxiproxy API tells of it: a value, nothing more."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, cast


if TYPE_CHECKING:
    from collections.abc import Mapping


Stream = Literal["upstream", "downstream"]


_numbers = itertools.count(1)


def _no_attributes() -> Mapping[str, float]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Toxic:
    """What happens to one direction of the connections of a proxy.

    Attributes:
        type: Toxiproxy's name of it, such as ``latency``.
        stream: ``upstream`` towards the provider, ``downstream`` back to the consumer.
        toxicity: The share of connections that get it, from 0 to 1.
        attributes: Its numbers, in Toxiproxy's units.
        name: Its name on its proxy; empty for one that is not on any yet.
    """

    type: str
    stream: Stream = "downstream"
    toxicity: float = 1.0
    attributes: Mapping[str, float] = field(default_factory=_no_attributes)
    name: str = ""

    def named(self) -> Toxic:
        """Return it with a name that no other toxic of this process has, unless it has one."""
        return self if self.name else replace(self, name=f"{self.type}_{self.stream}_{next(_numbers)}")

    def as_json(self) -> dict[str, object]:
        """Return the body that creates it."""
        return {
            "name": self.name or f"{self.type}_{self.stream}",
            "type": self.type,
            "stream": self.stream,
            "toxicity": self.toxicity,
            "attributes": whole_numbers(self.attributes),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Toxic:
        """Read one from an answer of the API; keys it does not know are left alone."""
        stream = cast("Stream", data["stream"].lower())
        return cls(data["type"], stream, float(data["toxicity"]), MappingProxyType(data["attributes"]), data["name"])

    def __str__(self) -> str:
        numbers = "".join(f", {name} {value}" for name, value in self.attributes.items())
        share = "" if self.toxicity == 1 else f", on {self.toxicity:.0%} of connections"
        return f"{self.name or self.type} ({self.type} {self.stream}{numbers}{share})"


def whole_numbers(attributes: Mapping[str, float]) -> dict[str, float]:
    """Return *attributes* with 5.0 as 5: Toxiproxy answers 400 to a whole number that is written as a float."""
    return {name: int(value) if float(value).is_integer() else value for name, value in attributes.items()}
