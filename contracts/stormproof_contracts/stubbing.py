"""The desk of a stub: which interaction a request is, and what came that is none.

Pure but for the log: it knows no socket. Every `Kind` serves through it, so closeness, logging and the report of what
was exercised are the same for all.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stormproof_contracts.matching import compare


if TYPE_CHECKING:
    from collections.abc import Iterable

    from stormproof_contracts.errors import Location
    from stormproof_contracts.matching import Mismatch, Pattern, Value
    from stormproof_contracts.model import Interaction, Part


@dataclass(frozen=True, slots=True)
class Call:
    """One request that reached a stub.

    Attributes:
        request: what came, as plain data.
        interaction: the one it is, or the closest where it is none; None where the contract has no candidate.
        mismatches: how it differs from that interaction; empty when it is the one.
    """

    request: Value
    interaction: Interaction | None
    mismatches: tuple[Mismatch, ...] = ()

    @property
    def expected(self) -> bool:
        """Whether the contract knows this request."""
        return self.interaction is not None and not self.mismatches


class Desk:
    """Recognises requests and keeps the log. Safe to use from several threads."""

    def __init__(self, interactions: Iterable[Interaction]) -> None:
        self.interactions = tuple(interactions)
        self._calls: list[Call] = []
        self._lock = threading.Lock()
        self._patterns: dict[Location, Pattern] = {}

    @property
    def calls(self) -> tuple[Call, ...]:
        """Every request so far, in the order of arrival."""
        with self._lock:
            return tuple(self._calls)

    def receive(self, request: Value) -> Call:
        """Log *request* and return which interaction it is, or the closest and how it differs."""
        call = self._recognise(request)
        with self._lock:
            self._calls.append(call)
        return call

    def note(self, interaction: Interaction, request: Value = None) -> None:
        """Log that *interaction* took place without a request, such as an announced event."""
        with self._lock:
            self._calls.append(Call(request, interaction))

    def unexpected(self) -> list[Call]:
        """Return the requests that the contract does not know."""
        return [call for call in self.calls if not call.expected]

    def exercised(self) -> list[Interaction]:
        """Return the interactions that took place, in the order of the contract."""
        # By place, not by title: a desk may hold several contracts, and titles are unique within one only.
        places = {call.interaction.location for call in self.calls if call.expected and call.interaction}
        return [interaction for interaction in self.interactions if interaction.location in places]

    def _pattern(self, interaction: Interaction, request: Part) -> Pattern:
        place = interaction.location
        if place not in self._patterns:
            self._patterns[place] = request.pattern()
        return self._patterns[place]

    def _recognise(self, request: Value) -> Call:
        closest: Call | None = None
        for interaction in self.interactions:
            if interaction.request is None:
                continue
            mismatches = compare(self._pattern(interaction, interaction.request), request)
            if not mismatches:
                return Call(request, interaction)
            if closest is None or _distance(mismatches) < _distance(closest.mismatches):
                closest = Call(request, interaction, tuple(mismatches))
        return closest or Call(request, None)


def _distance(mismatches: Iterable[Mismatch]) -> int:
    """Return how far a request is from an interaction: another address weighs more than another field."""
    return sum(1 if len(mismatch.path) > 1 else 100 for mismatch in mismatches)
