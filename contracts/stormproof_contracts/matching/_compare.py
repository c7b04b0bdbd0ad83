"""The one comparison that stub, verifier, message check and conformance runner all call."""

from __future__ import annotations

from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from stormproof_contracts.matching._mismatch import Mismatch
    from stormproof_contracts.matching._pattern import Pattern
    from stormproof_contracts.matching._value import Value


def compare(expected: Pattern, actual: Value) -> list[Mismatch]:
    """Return every difference between *actual* and what *expected* asks for, in the order of the pattern."""
    return list(expected.compare(actual))


def matches(expected: Pattern, actual: Value) -> bool:
    """Tell whether *actual* is what *expected* asks for."""
    return not expected.compare(actual)
