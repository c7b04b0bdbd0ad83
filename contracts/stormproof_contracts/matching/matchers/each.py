"""``!each item``: a list of one or more, each like this; ``!each {of: item, min: 0, max: 5}`` sets the length."""

from __future__ import annotations

from collections.abc import Sequence as SequenceType
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stormproof_contracts.matching._mismatch import Mismatch
from stormproof_contracts.matching._pattern import NO_MISMATCHES
from stormproof_contracts.matching.matchers._reading import untagged


if TYPE_CHECKING:
    from stormproof_contracts.documents import Node
    from stormproof_contracts.matching._pattern import Mismatches, Pattern
    from stormproof_contracts.matching._value import Value
    from stormproof_contracts.matching.matchers._reading import Builder


@dataclass(frozen=True, slots=True)
class Each:
    """A list whose every item fits one pattern.

    Attributes:
        item: the pattern of every item.
        least: the smallest length, 1 unless written.
        most: the largest length, or None for no bound.
    """

    item: Pattern
    least: int = 1
    most: int | None = None
    line: int = 0
    column: int = 0

    def compare(self, actual: Value) -> Mismatches:
        """Return the mismatches of every item, and one for a wrong length."""
        if not isinstance(actual, SequenceType) or isinstance(actual, (str, bytes)):
            return (Mismatch((), self.describe(), actual, "", self.line, self.column),)
        found: list[Mismatch] = []
        if len(actual) < self.least or (self.most is not None and len(actual) > self.most):
            accept = "!each {of: ..., min: 0}" if not actual else ""
            found.append(Mismatch((), self.describe(), actual, accept, self.line, self.column))
        for index, value in enumerate(actual):
            differences = self.item.compare(value)
            if differences:
                found.extend([difference.below(index) for difference in differences])
        return found or NO_MISMATCHES

    def example(self) -> Value:
        """Return the shortest list with at least one item that is allowed."""
        length = max(self.least, 0 if self.most == 0 else 1)
        return [self.item.example() for _ in range(length)]

    def describe(self) -> str:
        """Return the allowed length in words."""
        if self.most is None:
            return f"array of {self.least} or more"
        return f"array of {self.least} to {self.most}"


def read_each(node: Node, builder: Builder) -> Pattern:
    """Read ``!each item`` or ``!each {of: item, min: N, max: N}``."""
    typed = builder.as_typed()
    if not isinstance(node.value, dict) or not {"of"} <= node.value.keys() <= {"of", "min", "max"}:
        return Each(untagged(node, typed), line=node.line, column=node.column)
    least = _length(node.value.get("min"), 1)
    most = _length(node.value.get("max"), None)
    if most is not None and (least or 0) > most:
        raise ValueError(f"!each asks for at least {least} and at most {most}")
    return Each(typed.pattern(node.value["of"]), least or 0, most, node.line, node.column)


def _length(node: Node | None, default: int | None) -> int | None:
    if node is None:
        return default
    if not isinstance(node.value, int) or isinstance(node.value, bool) or node.value < 0:
        raise ValueError(f"min and max of !each are whole numbers from 0, got {node.kind}")
    return node.value
