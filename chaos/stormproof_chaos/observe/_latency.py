"""How long the calls took."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stormproof_chaos.observe._doubt import FEWEST, could_not_tell, generator_was_late, too_few
from stormproof_chaos.observe._observation import percentile
from stormproof_chaos.observe._verdict import Verdict, weigh
from stormproof_chaos.observe._words import describe_slowest, duration


if TYPE_CHECKING:
    from collections.abc import Sequence

    from stormproof_chaos.observe._call import Call
    from stormproof_chaos.observe._observation import Observation
    from stormproof_contracts.errors import Location
    from stormproof_contracts.units import Bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """A bound on a percentile of latency, over all calls, failed ones too.

    A call that failed counts with the time until it did, a timeout with its full time. Leaving failures out would let a
    service look fast by failing; that it fails fast is what ``success`` is there to see.
    """

    name: str
    text: str
    bound: Bound
    location: Location
    rank: int

    @property
    def fewest(self) -> int:
        """From so many calls on the percentile is another value than the maximum; five at least."""
        return max(FEWEST, -(-100 // (100 - self.rank))) if self.rank < 100 else FEWEST

    def kept_by(self, calls: Sequence[Call]) -> bool:
        """Tell whether *calls* keep the bound."""
        return self.bound.holds(percentile([call.seconds for call in calls], self.rank))

    def judge(self, observation: Observation) -> Verdict:
        """Judge by the time from when each call was due, and by what of it is surely the service's: both must agree."""
        if verdict := too_few(self, observation):
            return verdict
        measured = percentile([call.seconds for call in observation.calls], self.rank)
        surely = percentile([call.seconds for call in observation.unblamed.calls], self.rank)
        outcome = weigh(self.bound, surely, measured, driven=observation.driven)
        evidence = describe_slowest(observation.calls)
        if outcome == "could not tell":
            reason = f"{duration(measured)} measured, but {generator_was_late(observation)}"
            return could_not_tell(self, observation, reason, evidence)
        return Verdict(
            expectation=self.text,
            outcome=outcome,
            measured=duration(measured),
            evidence=evidence,
            location=self.location,
            step=observation.stretch.step,
        )
