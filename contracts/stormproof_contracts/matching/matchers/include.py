"""``!include part``: text that holds this part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stormproof_contracts.matching._mismatch import Mismatch
from stormproof_contracts.matching._pattern import NO_MISMATCHES


if TYPE_CHECKING:
    from stormproof_contracts.documents import Node
    from stormproof_contracts.matching._pattern import Mismatches, Pattern
    from stormproof_contracts.matching._value import Value
    from stormproof_contracts.matching.matchers._reading import Builder


@dataclass(frozen=True, slots=True)
class Include:
    """Text with a part somewhere in it."""

    part: str
    line: int = 0
    column: int = 0

    def compare(self, actual: Value) -> Mismatches:
        """Return one mismatch unless *actual* is text that holds the part."""
        if isinstance(actual, str) and self.part in actual:
            return NO_MISMATCHES
        return (Mismatch((), self.describe(), actual, "", self.line, self.column),)

    def example(self) -> Value:
        """Return the part."""
        return self.part

    def describe(self) -> str:
        """Return what is asked for in words."""
        return f"text including {self.part!r}"


def read_include(node: Node, _builder: Builder) -> Pattern:
    """Read ``!include part``."""
    if not isinstance(node.value, str) or not node.value:
        raise ValueError(f"!include stands before the text that must be in the value, not {node.kind}")
    return Include(node.value, node.line, node.column)
