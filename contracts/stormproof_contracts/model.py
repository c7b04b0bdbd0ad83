"""A contract and its interactions: frozen facts, the same for every kind of interaction.

An interaction is an exchange of plain data. Whatever the protocol, it has the parts that the consumer sends and the
parts that the provider answers with, each one pattern over plain data; only its `Kind` knows how that data becomes
bytes on a wire. So matching, stub, verification and report are written once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from stormproof_contracts.errors import Location
    from stormproof_contracts.matching import Pattern, Value


@dataclass(frozen=True, slots=True)
class ProviderState:
    """What must be true of the provider before an interaction, with its parameters."""

    name: str
    parameters: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Part:
    """The pattern of one direction of an exchange, kept as it was written.

    Attributes:
        pattern: builds the pattern. A contract may have thousands of interactions and each is verified once, so none is
            kept here; who compares often, as a stub does, keeps its own.
    """

    pattern: Callable[[], Pattern]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """One exchange that a consumer relies on.

    Attributes:
        kind: the name of its `Kind`: ``http``, ``grpc``, ``event``.
        title: what it is, unique in its contract.
        location: where it stands.
        consumer: who relies on it.
        provider: who keeps it.
        states: what must be true of the provider before.
        request: what the consumer sends, or None where it only listens.
        response: what the provider answers or announces.
        settings: what the kind needs beside, such as the channel of an event.
    """

    kind: str
    title: str
    location: Location
    consumer: str
    provider: str
    states: tuple[ProviderState, ...] = ()
    request: Part | None = None
    response: Part
    settings: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What one consumer relies on of one provider."""

    path: Path
    consumer: str
    provider: str
    interactions: tuple[Interaction, ...]

    @property
    def name(self) -> str:
        """The name that tests use: the file's, without its endings."""
        return self.path.name.split(".")[0]
