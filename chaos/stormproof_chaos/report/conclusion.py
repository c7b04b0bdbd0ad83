"""What a run comes to: its headline, its counts, and what of it needs a reader's attention."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stormproof_chaos.report import anchors
from stormproof_chaos.report.outcomes import needs_attention, severity
from stormproof_chaos.report.quantities import counted, listed
from stormproof_chaos.report.story import INTERRUPTED, Figures


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stormproof_chaos.report.pairings import Pairing
    from stormproof_chaos.report.story import Scenario, Story


@dataclass(frozen=True, slots=True)
class Concern:
    """Something that did not hold: the *outcome* of *what*, *where*, and its *place* on the page."""

    outcome: str
    what: str
    where: str
    place: str


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The outcome of a whole run, and what it is made of; *sides* are the sides of interactions by their outcome."""

    interactions: int
    sides: dict[str, Counter[str]]
    scenarios: Counter[str]
    expectations: Counter[str]
    calls: Figures
    concerns: tuple[Concern, ...]

    @property
    def checks(self) -> Counter[str]:
        """Return the outcomes of all sides of all interactions."""
        return sum(self.sides.values(), Counter[str]())

    @property
    def outcome(self) -> str:
        """Return the one word for the run: the worst of what needs attention, else "held" where anything did."""
        parts = {*self.checks, *self.scenarios, *self.expectations}
        if parts & {"verified", "held"}:
            parts = {"held", *filter(needs_attention, parts)}
        return min(parts, key=severity, default="not exercised")


def concluded(story: Story, pairings: Sequence[Pairing]) -> Conclusion:
    """Return what *story* comes to."""
    rows = [row for pairing in pairings for row in pairing.rows]
    sides: dict[str, Counter[str]] = {}
    for row in rows:
        for name, side in row.sides.items():
            sides.setdefault(name, Counter())[side.outcome] += 1
    concerns = [*_of_contracts(pairings), *_of_scenarios(story.scenarios)]
    return Conclusion(
        interactions=len(rows),
        sides=sides,
        scenarios=Counter(scenario.outcome for scenario in story.scenarios),
        expectations=Counter(verdict.outcome for scenario in story.scenarios for verdict in scenario.verdicts),
        calls=Figures.of(call for scenario in story.scenarios for call in scenario.calls),
        concerns=tuple(sorted(concerns, key=lambda concern: severity(concern.outcome))),
    )


def headline(conclusion: Conclusion) -> str:
    """Return the outcome of the run as one sentence."""
    failed = conclusion.checks["failed"]
    broken, unsure = conclusion.expectations["broken"], conclusion.expectations["could not tell"]
    bad = [counted(failed, "check") + " failed"] if failed else []
    bad += [counted(broken, "expectation") + " broken"] if broken else []
    if bad:
        return listed(bad)
    match conclusion.outcome:
        case "broken":
            return counted(conclusion.scenarios["broken"], "scenario") + " broken"
        case "could not tell":
            return f"Nothing broke, but {counted(unsure, 'expectation')} could not be judged"
        case "interrupted":
            return "Interrupted before the end"
        case "held":
            return "Everything that was checked held"
        case _:
            return "Nothing was checked"


def _of_contracts(pairings: Sequence[Pairing]) -> Iterator[Concern]:
    for pairing in pairings:
        for row in pairing.rows:
            for name, side in row.sides.items():
                if needs_attention(side.outcome):
                    where = f"{pairing.consumer} → {pairing.provider}, {name} side"
                    yield Concern(side.outcome, row.interaction, where, anchors.of_interaction(row.number))


def _of_scenarios(scenarios: Sequence[Scenario]) -> Iterator[Concern]:
    for number, scenario in enumerate(scenarios, 1):
        if scenario.outcome == INTERRUPTED:
            yield Concern(
                INTERRUPTED, scenario.name, "the journal ends in the middle of it", anchors.of_scenario(number)
            )
        for place, verdict in enumerate(scenario.verdicts, 1):
            if needs_attention(verdict.outcome):
                what = (
                    f"{verdict.expectation}, measured {verdict.measured}" if verdict.measured else verdict.expectation
                )
                yield Concern(verdict.outcome, what, scenario.name, anchors.of_verdict(number, place))
