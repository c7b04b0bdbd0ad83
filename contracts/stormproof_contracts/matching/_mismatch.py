"""One difference between what was expected and what came, and how it is shown."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias, final


if TYPE_CHECKING:
    from stormproof_contracts.matching._value import Value


#: The steps from the root of a value to a place in it: keys of mappings and indexes of lists.
Path: TypeAlias = tuple[str | int, ...]

_LONGEST_SHOWN = 120


@final
class Missing:
    """The type of MISSING, the actual value where there is none."""

    def __repr__(self) -> str:
        return "missing"


MISSING: Final = Missing()


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One difference.

    Attributes:
        path: where in the compared value, relative to its root.
        expected: what the pattern asks for, in words.
        actual: the value that came, or MISSING.
        accept: YAML that would accept the actual value too, or empty where there is no sensible one.
        line: the line of the pattern in its file, 0 when it has none.
        column: the column of the pattern in its file, 0 when it has none.
    """

    path: Path
    expected: str
    actual: Value | Missing
    accept: str = ""
    line: int = 0
    column: int = 0

    def below(self, step: str | int) -> Mismatch:
        """Return the same mismatch as the parent sees it, one step further down."""
        return Mismatch((step, *self.path), self.expected, self.actual, self.accept, self.line, self.column)


def show(value: Value | Missing) -> str:
    """Return *value* as a failure shows it, with its JSON type; long ones are cut."""
    if isinstance(value, Missing):
        return "missing"
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        text = repr(value)
    if len(text) > _LONGEST_SHOWN:
        text = f"{text[: _LONGEST_SHOWN - 3]}..."
    return text if value is None else f"{text}  ({type_name(value)})"


def type_name(value: Value) -> str:  # noqa: PLR0911 - one line for each type of JSON
    """Return the JSON type of *value*, telling integers and decimals apart."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "decimal"
        case str():
            return "string"
        case bytes():
            return "binary"
        case _:
            return "object" if hasattr(value, "keys") else "array"
