"""Scalars of protocol buffers as plain data: which values fit a type, and the one way each is written."""

from __future__ import annotations

import base64
import binascii
import math
import re
import struct
from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from collections.abc import Mapping

    from stormproof_contracts.matching import Value


_SIGNED_32, _SIGNED_64 = (-(2**31), 2**31 - 1), (-(2**63), 2**63 - 1)
_UNSIGNED_32, _UNSIGNED_64 = (0, 2**32 - 1), (0, 2**64 - 1)

#: The smallest and the largest value of each integer type.
RANGES: Final[Mapping[str, tuple[int, int]]] = {
    **dict.fromkeys(("int32", "sint32", "sfixed32"), _SIGNED_32),
    **dict.fromkeys(("int64", "sint64", "sfixed64"), _SIGNED_64),
    **dict.fromkeys(("uint32", "fixed32"), _UNSIGNED_32),
    **dict.fromkeys(("uint64", "fixed64"), _UNSIGNED_64),
}
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]")
_LARGEST_FLOAT = 3.4028235677973366e38  # from here on, rounding to 32 bits gives infinity
_LARGEST_DOUBLE = 2**1024 - 2**970  # and here, rounding to 64 bits


def canonical(kind: str, value: Value) -> Value:
    """Return *value* of scalar type *kind* as messages are decoded to it.

    Raises:
        ValueError: it is no value of the type; without text where it is of quite another type.
    """
    if kind in RANGES:
        return _integer(kind, value)
    if kind in ("float", "double"):
        return _real(kind, value)
    if kind == "bool" and isinstance(value, bool):
        return value
    if kind == "string" and isinstance(value, str):
        return value
    if kind == "bytes" and isinstance(value, str):
        return encode_bytes(decode_bytes(value))
    raise ValueError


def _integer(kind: str, value: Value) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError
    least, most = RANGES[kind]
    if not least <= value <= most:
        raise ValueError(f"it goes from {least} to {most}")
    return value


def _real(kind: str, value: Value) -> Value:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise ValueError
    if isinstance(value, float) and not math.isfinite(value):
        return value
    if abs(value) >= (_LARGEST_FLOAT if kind == "float" else _LARGEST_DOUBLE):
        raise ValueError(f"it is too large for a {kind}")
    if kind == "double":
        return value
    shortest = shortest_float(_as_float(value))
    return value if shortest == value else shortest


def shortest_float(value: float) -> float:
    """Return the decimal of fewest digits that a 32-bit *value* stands for: 0.1, not 0.10000000149011612."""
    if not math.isfinite(value):
        return value
    for digits in range(6, 9):
        candidate = float(f"{value:.{digits}g}")
        if abs(candidate) < _LARGEST_FLOAT and _as_float(candidate) == value:
            return candidate
    return float(f"{value:.9g}")  # always enough, IEEE 754


def _as_float(value: float) -> float:
    return float(struct.unpack("<f", struct.pack("<f", value))[0])


def encode_bytes(value: bytes) -> str:
    """Return *value* as base64 text (RFC 4648, section 4)."""
    return base64.b64encode(value).decode()


def decode_bytes(text: str) -> bytes:
    """Return the bytes of base64 *text*, in the standard or the URL alphabet, with or without padding.

    Raises:
        ValueError: the text is no base64.
    """
    plain = text.rstrip("=").replace("-", "+").replace("_", "/")
    if _NOT_BASE64.search(plain):
        raise ValueError("it is written in base64")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4))
    except binascii.Error:
        raise ValueError("it is written in base64") from None
