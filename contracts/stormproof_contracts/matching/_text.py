"""Patterns over values that a protocol carries as text: headers, query parameters, metadata."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stormproof_contracts.documents._scalars import resolve
from stormproof_contracts.matching._pattern import NO_MISMATCHES


if TYPE_CHECKING:
    from stormproof_contracts.matching._pattern import Mismatches, Pattern
    from stormproof_contracts.matching._value import Value


@dataclass(frozen=True, slots=True)
class TextForm:
    """Text that fits a pattern as it stands, or as the number or boolean that it spells."""

    pattern: Pattern

    def compare(self, actual: Value) -> Mismatches:
        """Return the mismatches of the text itself, unless what it spells fits."""
        differences = self.pattern.compare(actual)
        if differences and isinstance(actual, str) and not self.pattern.compare(resolve(actual)):
            return NO_MISMATCHES
        return differences

    def example(self) -> Value:
        """Return the example as text."""
        return as_text(self.pattern.example())

    def describe(self) -> str:
        """Return what is expected in words."""
        return self.pattern.describe()


def as_text(value: Value) -> str:
    """Return *value* as it is written in a header or a query: booleans as ``true`` and ``false``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
