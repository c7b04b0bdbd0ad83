"""What a kind hands to the format reader: the parts of an interaction, before it has a name and a place."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from stormproof_contracts.matching import Object
from stormproof_contracts.matching._build import PatternBuilder, key_name, optional_name
from stormproof_contracts.model import Part


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stormproof_contracts.documents import Node
    from stormproof_contracts.matching import Pattern


#: Requests refuse what the contract does not name; responses let a provider add to it.
REQUEST = PatternBuilder(closed=True)
RESPONSE = PatternBuilder(closed=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an interaction says in the terms of its kind."""

    response: Part
    request: Part | None = None
    settings: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def part(entries: Mapping[str, Callable[[], Pattern]], *, optional: frozenset[str] = frozenset(), node: Node) -> Part:
    """Return the part whose entries are built when first needed; keys beside them are let through."""

    def build() -> Pattern:
        patterns = {name: make() for name, make in entries.items()}
        return Object(patterns, optional, closed=False, line=node.line, column=node.column)

    return Part(build)


def named_patterns(node: Node, builder: PatternBuilder, *, fold: bool = False) -> Object:
    """Return the pattern of a mapping of names such as headers, open to other names; *fold* ignores their case."""
    entries = node.value if isinstance(node.value, dict) else {}
    name_of = str.lower if fold else str
    return Object(
        {name_of(key_name(key)): builder.pattern(child) for key, child in entries.items()},
        frozenset(name_of(name) for key in entries if (name := optional_name(key))),
        closed=False,
        line=node.line,
        column=node.column,
    )
