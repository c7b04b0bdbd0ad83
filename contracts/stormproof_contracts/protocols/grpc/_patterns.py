"""Patterns over messages: objects that know which absent fields mean their default."""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stormproof_contracts.documents import Node
from stormproof_contracts.matching import Object
from stormproof_contracts.matching._build import PatternBuilder


if TYPE_CHECKING:
    from collections.abc import Mapping

    from stormproof_contracts.matching import Mismatches, Pattern, Value


class MessageEntries(dict[str, Node]):
    """The entries of a mapping that writes a message, by the names of the ``.proto``.

    ``defaults`` holds what each entry is when the message does not carry it. A field without presence is never sent
    with its default (Protocol Buffers, "Field Presence"), so its absence says that it has it.
    """

    def __init__(self, entries: Mapping[str, Node], defaults: Mapping[str, Value]) -> None:
        super().__init__(entries)
        self.defaults = defaults


@dataclass(frozen=True, slots=True)
class Message:
    """A message whose absent fields are compared as their defaults."""

    fields: Object
    defaults: Mapping[str, Value]
    line: int = 0
    column: int = 0

    def compare(self, actual: Value) -> Mismatches:
        """Return the mismatches of every field."""
        if isinstance(actual, MappingType) and any(name not in actual for name in self.defaults):
            return self.fields.compare({**self.defaults, **actual})
        return self.fields.compare(actual)

    def example(self) -> Value:
        """Return a message with every field that the contract names."""
        return self.fields.example()

    def describe(self) -> str:
        """Return the kind of value."""
        return "message"


class MessagePatternBuilder(PatternBuilder):
    """Builds `Message` where the contract writes one, also inside of matchers."""

    def pattern(self, node: Node) -> Pattern:
        """Return the pattern that *node* writes."""
        pattern = super().pattern(node)
        entries = node.value
        if isinstance(pattern, Object) and isinstance(entries, MessageEntries) and entries.defaults:
            return Message(pattern, entries.defaults, node.line, node.column)
        return pattern


#: As in every kind: requests refuse what the contract does not name, responses let a provider add to it.
REQUEST_MESSAGE = MessagePatternBuilder(closed=True)
RESPONSE_MESSAGE = MessagePatternBuilder(closed=False)
