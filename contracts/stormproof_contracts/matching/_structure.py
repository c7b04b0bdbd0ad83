"""Literals, objects and arrays: the patterns that a contract gets without writing a matcher."""

from __future__ import annotations

import json
from collections.abc import Mapping as MappingType
from collections.abc import Sequence as SequenceType
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stormproof_contracts.matching._mismatch import MISSING, Mismatch, type_name
from stormproof_contracts.matching._pattern import NO_MISMATCHES


if TYPE_CHECKING:
    from collections.abc import Mapping

    from stormproof_contracts.matching._pattern import Mismatches, Pattern
    from stormproof_contracts.matching._value import Value


@dataclass(frozen=True, slots=True)
class Literal:
    """Exactly this scalar. ``1`` and ``1.0`` are equal, as numbers of JSON are; ``1`` and ``true`` are not."""

    value: Value
    line: int = 0
    column: int = 0

    def compare(self, actual: Value) -> Mismatches:
        """Return one mismatch unless *actual* equals the value."""
        value = self.value
        if actual == value and isinstance(actual, bool) is isinstance(value, bool):
            return NO_MISMATCHES
        return (Mismatch((), self.describe(), actual, _loosened(value, actual), self.line, self.column),)

    def example(self) -> Value:
        """Return the value."""
        return self.value

    def describe(self) -> str:
        """Return the value as JSON."""
        return (
            f"{len(self.value)} bytes" if isinstance(self.value, bytes) else json.dumps(self.value, ensure_ascii=False)
        )


@dataclass(frozen=True, slots=True)
class Object:
    """A mapping with these entries.

    Attributes:
        entries: the pattern of each key.
        optional: the keys that may be absent.
        closed: whether a key that is not named is a mismatch. Requests are closed, so that a consumer sends what it
            promised; responses are open, so that a provider may add.
    """

    entries: Mapping[str, Pattern]
    optional: frozenset[str] = frozenset()
    closed: bool = False
    line: int = 0
    column: int = 0

    def compare(self, actual: Value) -> Mismatches:
        """Return the mismatches of every entry, the missing and, when closed, the unexpected keys."""
        if not isinstance(actual, MappingType):
            return (Mismatch((), "object", actual, "", self.line, self.column),)
        found: list[Mismatch] | None = None
        matched = 0
        for key, pattern in self.entries.items():
            try:
                value = actual[key]
            except KeyError:
                if key not in self.optional:
                    found = found or []
                    found.append(Mismatch((key,), "present", MISSING, f"{key}?: ...", *_position(pattern)))
                continue
            matched += 1
            differences = pattern.compare(value)
            if differences:
                found = found or []
                found.extend([difference.below(key) for difference in differences])
        if self.closed and matched < len(actual):
            found = [*(found or ()), *self._unexpected(actual)]
        return found or NO_MISMATCHES

    def _unexpected(self, actual: Mapping[str, Value]) -> list[Mismatch]:
        extra = [key for key in actual if key not in self.entries]
        return [
            Mismatch((key,), "absent", actual[key], f"{key}?: !like {_plain(actual[key])}", self.line, self.column)
            for key in extra
        ]

    def example(self) -> Value:
        """Return an object with every entry, the optional ones too."""
        return {key: pattern.example() for key, pattern in self.entries.items()}

    def describe(self) -> str:
        """Return the kind of value."""
        return "object"


@dataclass(frozen=True, slots=True)
class Array:
    """A list with exactly these items, in this order."""

    items: tuple[Pattern, ...]
    line: int = 0
    column: int = 0

    def compare(self, actual: Value) -> Mismatches:
        """Return the mismatches of every item, the missing and the surplus ones."""
        if not isinstance(actual, SequenceType) or isinstance(actual, (str, bytes)):
            return (Mismatch((), "array", actual, "", self.line, self.column),)
        found: list[Mismatch] = []
        for index, (pattern, value) in enumerate(zip(self.items, actual, strict=False)):
            found.extend([difference.below(index) for difference in pattern.compare(value)])
        found += [
            Mismatch((index,), "present", MISSING, "", *_position(self.items[index]))
            for index in range(len(actual), len(self.items))
        ]
        found += [
            Mismatch((index,), "absent", actual[index], "!each for a list of any length", self.line, self.column)
            for index in range(len(self.items), len(actual))
        ]
        return found or NO_MISMATCHES

    def example(self) -> Value:
        """Return the example of each item."""
        return [pattern.example() for pattern in self.items]

    def describe(self) -> str:
        """Return the kind of value and its length."""
        return f"array of {len(self.items)}"


def _position(pattern: Pattern) -> tuple[int, int]:
    return getattr(pattern, "line", 0), getattr(pattern, "column", 0)


def _plain(value: Value) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        return "..."


def _loosened(expected: Value, actual: Value) -> str:
    """Return the YAML that accepts *actual* where the contract wrote *expected*; a whole structure is not repeated."""
    if isinstance(actual, (MappingType, list, tuple)):
        return ""
    if type_name(expected) == type_name(actual):
        return f"!like {_plain(expected)}"
    return f"!any [{_plain(expected)}, {_plain(actual)}]"
