"""JSON bodies as Toxiproxy reads them, with its words for what is wrong.

Keys match in any case, unknown keys are ignored, null leaves the default, only the first value is read.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, NoReturn, TypeAlias


if TYPE_CHECKING:
    from collections.abc import Sequence

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

_LARGEST = (1 << 63) - 1
_LITERALS = {"n": "null", "t": "true", "f": "false"}
_BLANKS = " \t\r\n"


class BodyError(ValueError):
    """A body that cannot be read; the text is the one after `bad request body: `."""


class Fields:
    """The members of a JSON object, read one by one.

    For the messages, *owner* is what Toxiproxy calls the object that has them, and *place* is where such an object
    was expected.
    """

    def __init__(self, value: Json, owner: str, *, place: str) -> None:
        if value is not None and not isinstance(value, dict):
            raise mismatch(value, place)
        self._owner = owner
        self._members = {name.lower(): member for name, member in (value or {}).items()}

    @property
    def names(self) -> Sequence[str]:
        """Return the names, in lower case."""
        return list(self._members)

    def raw(self, name: str) -> Json:
        """Return what is there, or None."""
        return self._members.get(name)

    def text(self, name: str, default: str) -> str:
        """Return a string."""
        value = self._members.get(name)
        if value is None:
            return default
        return value if isinstance(value, str) else self._refuse(name, _kind(value), "string")

    def flag(self, name: str) -> bool | None:
        """Return true, false, or None where nothing is said."""
        value = self._members.get(name)
        return value if value is None or isinstance(value, bool) else self._refuse(name, _kind(value), "bool")

    def number(self, name: str, default: float) -> float:
        """Return a finite number."""
        value = self._members.get(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float):
            return self._refuse(name, _kind(value), "float32")
        if not math.isfinite(value) or abs(value) > 3.4e38:
            return self._refuse(name, f"number {value}"[:80], "float32")
        return value

    def integer(self, name: str, default: int, *, whole_floats: bool) -> int:
        """Return an integer; with *whole_floats*, 5.0 is one."""
        value = self._members.get(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float):
            return self._refuse(name, _kind(value), "int64")
        if isinstance(value, float) and not (whole_floats and value.is_integer()):
            return self._refuse(name, f"number {value!r}", "int64")
        if not -_LARGEST - 1 <= value <= _LARGEST:
            return self._refuse(name, f"number {value}"[:80], "int64")
        return int(value)

    def _refuse(self, name: str, got: str, wanted: str) -> NoReturn:
        raise BodyError(f"json: cannot unmarshal {got} into Go struct field {self._owner}.{name} of type {wanted}")


def mismatch(value: Json, place: str) -> BodyError:
    """Return the error of a *value* that has another type than its *place* wants."""
    return BodyError(f"json: cannot unmarshal {_kind(value)} into Go {place}")


def first_value(body: bytes) -> Json:
    """Return the first JSON value of *body*; what follows it is not read.

    Raises:
        BodyError: there is none.
    """
    text = body.decode("utf-8", "replace").lstrip(_BLANKS)
    if not text:
        raise BodyError("EOF")
    try:
        value: Json = _DECODER.raw_decode(text)[0]
    except json.JSONDecodeError as error:
        raise BodyError(_fault(text, error.pos)) from None
    except RecursionError:
        raise BodyError("exceeded max depth") from None
    except ValueError:  # an integer of thousands of digits
        raise BodyError("json: cannot unmarshal number into Go value") from None
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise json.JSONDecodeError("no JSON", name, 0)


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


def _fault(text: str, position: int) -> str:
    """Say what is wrong at *position*, as Go's decoder does in the common cases."""
    rest = text[position:].lstrip(_BLANKS)
    literal = _LITERALS.get(rest[:1], "")
    if not rest or (rest != literal and literal.startswith(rest)) or (rest[0] == '"' and '"' not in rest[1:]):
        return "unexpected EOF"
    for wanted, got in zip(literal[1:], rest[1:], strict=False):
        if wanted != got:
            return f"invalid character {got!r} in literal {literal} (expecting {wanted!r})"
    return f"invalid character {rest[0]!r} looking for beginning of value"


def _kind(value: Json) -> str:
    kinds = ((bool, "bool"), (int | float, "number"), (str, "string"), (list, "array"), (dict, "object"))
    return next((name for kind, name in kinds if isinstance(value, kind)), "null")
