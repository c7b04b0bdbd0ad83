"""``!regex {match: "A[0-9]+", example: A1}``: text that a regular expression matches as a whole."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from stormproof_contracts.matching._mismatch import Mismatch
from stormproof_contracts.matching._pattern import NO_MISMATCHES


if TYPE_CHECKING:
    from stormproof_contracts.documents import Node
    from stormproof_contracts.matching._pattern import Mismatches, Pattern
    from stormproof_contracts.matching._value import Value
    from stormproof_contracts.matching.matchers._reading import Builder


@dataclass(frozen=True, slots=True)
class Regex:
    """Text that a regular expression of Python's `re` matches from beginning to end."""

    expression: re.Pattern[str]
    value: str
    line: int = 0
    column: int = 0

    def compare(self, actual: Value) -> Mismatches:
        """Return one mismatch unless *actual* is text that the expression matches as a whole."""
        if isinstance(actual, str) and self.expression.fullmatch(actual):
            return NO_MISMATCHES
        return (Mismatch((), self.describe(), actual, "", self.line, self.column),)

    def example(self) -> Value:
        """Return the example that the contract shows."""
        return self.value

    def describe(self) -> str:
        """Return the expression in words."""
        return f"text matching /{self.expression.pattern}/"


def read_regex(node: Node, _builder: Builder) -> Pattern:
    """Read ``!regex {match: expression, example: text}``."""
    fields = node.value
    if not isinstance(fields, dict) or fields.keys() != {"match", "example"}:
        raise ValueError('!regex needs an expression and an example: !regex {match: "A[0-9]+", example: A1}')
    expression, example = fields["match"].value, fields["example"].value
    if not isinstance(expression, str) or not isinstance(example, str):
        raise ValueError("match and example of !regex are both text; put them in quotes")
    compiled = _compile(expression)
    if not compiled.fullmatch(example):
        raise ValueError(f"the example {example!r} of !regex is not matched by its own expression /{expression}/")
    return Regex(compiled, example, node.line, node.column)


@lru_cache(maxsize=1024)
def _compile(expression: str) -> re.Pattern[str]:
    try:
        return re.compile(expression)
    except re.error as error:
        raise ValueError(f"/{expression}/ is no regular expression: {error}") from None
