"""Matchers of one scalar by its type or form: ``!integer 7``, ``!uuid ...``, ``!datetime ...``."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stormproof_contracts.matching._mismatch import Mismatch, show, type_name
from stormproof_contracts.matching._pattern import NO_MISMATCHES


if TYPE_CHECKING:
    from collections.abc import Callable

    from stormproof_contracts.documents import Node
    from stormproof_contracts.matching._pattern import Mismatches, Pattern
    from stormproof_contracts.matching._value import Value
    from stormproof_contracts.matching.matchers._reading import Builder, Reader


@dataclass(frozen=True, slots=True)
class ScalarType:
    """A set of scalars: its tag name, the test of membership, and the word for it in messages."""

    name: str
    accepts: Callable[[Value], bool]
    words: str


@dataclass(frozen=True, slots=True)
class Scalar:
    """Any value of a scalar type."""

    type: ScalarType
    value: Value
    line: int = 0
    column: int = 0

    def compare(self, actual: Value) -> Mismatches:
        """Return one mismatch unless *actual* is of the type."""
        if self.type.accepts(actual):
            return NO_MISMATCHES
        accept = f"!any [!{self.type.name} {_written(self.value)}, {_tagged(actual)}]"
        return (Mismatch((), self.type.words, actual, accept, self.line, self.column),)

    def example(self) -> Value:
        """Return the value that the contract shows."""
        return self.value

    def describe(self) -> str:
        """Return the type in words."""
        return self.type.words


def _is_integer(value: Value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_decimal(value: Value) -> bool:
    return isinstance(value, float)


def _is_number(value: Value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_boolean(value: Value) -> bool:
    return isinstance(value, bool)


def _is_text(value: Value) -> bool:
    return isinstance(value, str)


def _is_null(value: Value) -> bool:
    return value is None


_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME = re.compile(r"\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?", re.ASCII | re.IGNORECASE)
_DATETIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)?", re.ASCII)


def _is_uuid(value: Value) -> bool:
    return isinstance(value, str) and _UUID.fullmatch(value) is not None


def _is_date(value: Value) -> bool:
    return isinstance(value, str) and _DATE.fullmatch(value) is not None and _parses(dt.date.fromisoformat, value)


def _is_time(value: Value) -> bool:
    return isinstance(value, str) and _TIME.fullmatch(value) is not None and _parses(dt.time.fromisoformat, value)


def _is_datetime(value: Value) -> bool:
    if not isinstance(value, str) or _DATETIME.fullmatch(value) is None:
        return False
    return _parses(dt.datetime.fromisoformat, value.upper())


def _parses(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True


INTEGER = ScalarType("integer", _is_integer, "integer")
NUMBER = ScalarType("number", _is_number, "number")
BOOLEAN = ScalarType("boolean", _is_boolean, "boolean")
TEXT = ScalarType("text", _is_text, "text")
NULL = ScalarType("null", _is_null, "null")

#: Dates and times are those of RFC 3339; the offset may be absent.
SCALARS = (
    INTEGER,
    NUMBER,
    BOOLEAN,
    TEXT,
    NULL,
    ScalarType("decimal", _is_decimal, "decimal"),
    ScalarType("uuid", _is_uuid, "UUID"),
    ScalarType("date", _is_date, "date as 2026-01-31"),
    ScalarType("time", _is_time, "time as 13:37:00"),
    ScalarType("datetime", _is_datetime, "datetime as 2026-01-31T13:37:00Z"),
)


def scalar_reader(scalar_type: ScalarType) -> Reader:
    """Return the function that reads ``!name example`` for *scalar_type*."""

    def read(node: Node, _builder: Builder) -> Pattern:
        value = node.value
        if isinstance(value, (dict, list)):
            raise ValueError(f"!{scalar_type.name} stands before one example value, not {node.kind}")
        if not scalar_type.accepts(value):
            hint = "" if value is not None or scalar_type is NULL else "; write an example after the tag"
            raise ValueError(f"the example of !{scalar_type.name} must be {scalar_type.words}, got {show(value)}{hint}")
        return Scalar(scalar_type, value, node.line, node.column)

    return read


def scalar_like(value: bool | float | str | None, node: Node) -> Pattern:
    """Return the matcher of every scalar with the JSON type of *value*; integers and decimals are both numbers."""
    return Scalar(_type_of(value), value, node.line, node.column)


def _type_of(value: bool | float | str | None) -> ScalarType:
    match value:
        case None:
            return NULL
        case bool():
            return BOOLEAN
        case int() | float():
            return NUMBER
        case str():
            return TEXT


_TAGS = {"string": "text", "integer": "integer", "decimal": "decimal", "boolean": "boolean", "null": "null"}


def _tagged(value: Value) -> str:
    tag = _TAGS.get(type_name(value))
    return f"!{tag} {_written(value)}" if tag and value is not None else f"!like {_written(value)}"


def _written(value: Value) -> str:
    return show(value).split("  (")[0]
