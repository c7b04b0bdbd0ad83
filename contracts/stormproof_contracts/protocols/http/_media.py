"""Media types in Content-Type and Accept: the base must be equal, and every parameter that is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stormproof_contracts.matching import NO_MISMATCHES, Mismatch


if TYPE_CHECKING:
    from stormproof_contracts.matching import Mismatches, Value


@dataclass(frozen=True, slots=True)
class MediaType:
    """A media type; parameters that the contract does not name are let through (RFC 9110, section 8.3.1)."""

    text: str
    line: int = 0
    column: int = 0

    def compare(self, actual: Value) -> Mismatches:
        """Return one mismatch unless base and named parameters are equal, whatever their case."""
        if isinstance(actual, str):
            base, parameters = _split(self.text)
            actual_base, actual_parameters = _split(actual)
            if base == actual_base and parameters <= actual_parameters:
                return NO_MISMATCHES
        return (Mismatch((), self.describe(), actual, "", self.line, self.column),)

    def example(self) -> Value:
        """Return the media type as written."""
        return self.text

    def describe(self) -> str:
        """Return the media type as written."""
        return self.text


def is_json(media_type: str) -> bool:
    """Tell whether *media_type* is JSON: ``application/json`` or a ``+json`` suffix (RFC 6839)."""
    base = _split(media_type)[0]
    return base == "application/json" or base.endswith("+json")


def is_text(media_type: str) -> bool:
    """Tell whether a body of *media_type* reads as text."""
    base = _split(media_type)[0]
    return base.startswith("text/") or base.endswith(("xml", "javascript", "yaml", "x-www-form-urlencoded"))


def _split(text: str) -> tuple[str, frozenset[tuple[str, str]]]:
    base, *parameters = text.split(";")
    pairs = (parameter.partition("=") for parameter in parameters if parameter.strip())
    return base.strip().lower(), frozenset(
        (name.strip().lower(), value.strip(' "').lower()) for name, _, value in pairs
    )
