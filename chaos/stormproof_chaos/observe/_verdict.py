"""What is said of an expectation, and on what grounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias


if TYPE_CHECKING:
    from stormproof_contracts.errors import Location
    from stormproof_contracts.units import Bound


#: ``could not tell`` is no softer ``broken``: it says that the run has no proof either way.
Outcome: TypeAlias = Literal["held", "broken", "could not tell"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One expectation, judged.

    Attributes:
        expectation: As people write it, such as ``p95 <= 300ms``.
        outcome: Whether it held.
        measured: The value that was measured; the reason where it could not be told.
        evidence: The calls that show it, one a line.
        location: Where the expectation is written.
        step: The step it was asked of, counted from 1; 0 for the steady state.
    """

    expectation: str
    outcome: Outcome
    measured: str
    evidence: tuple[str, ...] = ()
    location: Location
    step: int = 0


def weigh(bound: Bound, low: float, high: float, *, driven: bool) -> Outcome:
    """Return what *bound* says of a value that lies between *low* and *high*.

    It holds only when it does for both ends, it is broken only when it is for everything in between, and of a load that
    was not *driven* as written nothing is said: what it measured may be the generator's own trouble.
    """
    if not driven:
        return "could not tell"
    if bound.holds(low) and bound.holds(high):
        return "held"
    if bound.holds(low) or bound.holds(high) or low < bound.limit < high:
        return "could not tell"
    return "broken"
