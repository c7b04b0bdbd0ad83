"""Reasons for not judging, which every expectation shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stormproof_chaos.observe._verdict import Verdict
from stormproof_chaos.observe._words import duration


if TYPE_CHECKING:
    from stormproof_chaos.observe._expectation import Expectation
    from stormproof_chaos.observe._observation import Observation


FEWEST = 5


def too_few(expectation: Expectation, observation: Observation) -> Verdict | None:
    """Return the verdict on too few calls, or None when there are enough."""
    count = len(observation.calls)
    if count >= expectation.fewest:
        return None
    calls = f"{count} call{'s' * (count != 1)}"
    under_way = (
        f"; {observation.undecided} more were under way when the next fault came" if observation.undecided else ""
    )
    return could_not_tell(
        expectation,
        observation,
        f"{calls} to judge by, and {expectation.name} needs {expectation.fewest}{under_way}: "
        "make the step longer or the rate higher",
    )


def generator_was_late(observation: Observation) -> str:
    """Return that the load was not the one that was written."""
    worst = max(call.late for call in observation.calls)
    return (
        f"the load generator was late by {duration(observation.lateness)} at p95, {duration(worst)} at most: "
        "lower the rate, or run on a machine with more room"
    )


def could_not_tell(
    expectation: Expectation, observation: Observation, reason: str, evidence: tuple[str, ...] = ()
) -> Verdict:
    """Return that *reason* keeps *expectation* from being judged."""
    return Verdict(
        expectation=expectation.text,
        outcome="could not tell",
        measured=reason,
        evidence=evidence,
        location=expectation.location,
        step=observation.stretch.step,
    )
