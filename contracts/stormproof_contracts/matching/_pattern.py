"""The one interface of everything that can be compared: a literal, a structure, a matcher."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable


if TYPE_CHECKING:
    from collections.abc import Sequence

    from stormproof_contracts.matching._mismatch import Mismatch
    from stormproof_contracts.matching._value import Value


Mismatches: TypeAlias = "Sequence[Mismatch]"

#: What a pattern returns for a value that fits. One shared value, so that the way of success allocates nothing.
NO_MISMATCHES: Mismatches = ()


@runtime_checkable
class Pattern(Protocol):
    """What a value must look like.

    A pattern is frozen and pure. It is compared often, so a fitting value costs no allocation: a child returns its
    mismatches with paths relative to itself, and its parent puts its own step before them only when there are any.
    """

    def compare(self, actual: Value) -> Mismatches:
        """Return how *actual* differs; an empty sequence means that it fits."""
        ...

    def example(self) -> Value:
        """Return a value that fits."""
        ...

    def describe(self) -> str:
        """Return what is expected, in a few words, as the middle column of a failure shows it."""
        ...
