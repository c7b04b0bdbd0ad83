"""``!any [a, b]``: one of several."""

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
class AnyOf:
    """A value that fits at least one of the choices."""

    choices: tuple[Pattern, ...]
    line: int = 0
    column: int = 0

    def compare(self, actual: Value) -> Mismatches:
        """Return nothing when a choice fits; else the differences of the nearest, or one that names all choices."""
        closest: Mismatches | None = None
        for choice in self.choices:
            differences = choice.compare(actual)
            if not differences:
                return NO_MISMATCHES
            inside = all(difference.path for difference in differences)
            if inside and (closest is None or len(differences) < len(closest)):
                closest = differences
        return closest or (Mismatch((), self.describe(), actual, "", self.line, self.column),)

    def example(self) -> Value:
        """Return the example of the first choice."""
        return self.choices[0].example()

    def describe(self) -> str:
        """Return all choices in words."""
        return " or ".join(choice.describe() for choice in self.choices)


def read_any(node: Node, builder: Builder) -> Pattern:
    """Read ``!any [choice, choice, ...]``."""
    if not isinstance(node.value, list) or not node.value:
        raise ValueError(f"!any stands before a list of choices, such as !any [open, closed], not {node.kind}")
    exact = builder.as_exact()
    return AnyOf(tuple(exact.pattern(choice) for choice in node.value), node.line, node.column)
