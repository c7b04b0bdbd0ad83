"""Which share of the calls succeeded, or failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stormproof_chaos.observe._doubt import FEWEST, could_not_tell, generator_was_late, too_few
from stormproof_chaos.observe._verdict import Verdict, weigh
from stormproof_chaos.observe._words import describe_failures, share


if TYPE_CHECKING:
    from collections.abc import Sequence

    from stormproof_chaos.observe._call import Call
    from stormproof_chaos.observe._observation import Observation
    from stormproof_contracts.errors import Location
    from stormproof_contracts.units import Bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A bound on the share of calls that succeed (``success``) or fail (``error``)."""

    name: str
    text: str
    bound: Bound
    location: Location
    counts_success: bool
    fewest: int = FEWEST

    def kept_by(self, calls: Sequence[Call]) -> bool:
        """Tell whether *calls* keep the bound."""
        return self.bound.holds(self._count(calls) / len(calls))

    def judge(self, observation: Observation) -> Verdict:
        """Judge by every call of the step; one that started late and failed counts for neither side."""
        if verdict := too_few(self, observation):
            return verdict
        calls = observation.calls
        counted, whole = self._count(calls), len(calls)
        low, high = sorted((counted, self._count(observation.unblamed.calls)))
        outcome = weigh(self.bound, low / whole, high / whole, driven=observation.driven)
        if outcome == "could not tell":
            return could_not_tell(self, observation, generator_was_late(observation), describe_failures(calls))
        return Verdict(
            expectation=self.text,
            outcome=outcome,
            measured=share(counted, whole),
            evidence=describe_failures(calls),
            location=self.location,
            step=observation.stretch.step,
        )

    def _count(self, calls: Sequence[Call]) -> int:
        return sum(call.succeeded is self.counts_success for call in calls)
