"""Writes one scenario into the journal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stormproof_chaos.journal import (
    CallMade,
    FaultChanged,
    ScenarioFinished,
    ScenarioStarted,
    StepStarted,
    VerdictReached,
)


if TYPE_CHECKING:
    from stormproof_chaos.journal import Journal
    from stormproof_chaos.observe import Call, Verdict
    from stormproof_chaos.scenarios._model import FaultOnLink, Scenario
    from stormproof_chaos.scenarios._result import ScenarioResult


@dataclass(frozen=True, slots=True)
class Notes:
    """What is written of *scenario*; moments are those of the journal's clock."""

    journal: Journal
    scenario: Scenario

    def started(self, label: str) -> None:
        """Write that the scenario begins, calling *label*."""
        self.journal.write(
            ScenarioStarted(
                at=self.journal.now(),
                scenario=self.scenario.title,
                file=str(self.scenario.location.path),
                load=f"{label} at {self.scenario.load.rate:g}/s",
            )
        )

    def step(self, number: int, moment: float) -> None:
        """Write that step *number*, counted from 1, begins."""
        step = self.scenario.steps[number - 1]
        self.journal.write(
            StepStarted(
                at=self.journal.at(moment),
                scenario=self.scenario.title,
                step=number,
                seconds=step.seconds,
                faults=tuple(map(str, step.faults)),
            )
        )

    def fault(self, action: str, fault: FaultOnLink) -> None:
        """Write that *fault* is ``added`` or ``removed`` now."""
        self.journal.write(
            FaultChanged(
                at=self.journal.now(),
                scenario=self.scenario.title,
                action=action,
                fault=str(fault.fault),
                link=fault.link,
            )
        )

    def call(self, call: Call, due: float) -> None:
        """Write *call*, which was due at the moment *due*."""
        self.journal.write(
            CallMade(
                at=self.journal.at(due),
                scenario=self.scenario.title,
                step=call.step,
                call=call.label,
                seconds=call.seconds,
                outcome=call.outcome,
                status=call.status,
            )
        )

    def finished(self, result: ScenarioResult) -> None:
        """Write every verdict of *result*, and the outcome of all."""
        for verdict in result.verdicts:
            self._verdict(verdict)
        self.journal.write(
            ScenarioFinished(at=self.journal.now(), scenario=self.scenario.title, outcome=result.outcome)
        )

    def _verdict(self, verdict: Verdict) -> None:
        self.journal.write(
            VerdictReached(
                at=self.journal.now(),
                scenario=self.scenario.title,
                step=verdict.step,
                expectation=verdict.expectation,
                outcome=verdict.outcome,
                measured=verdict.measured,
                evidence=verdict.evidence,
                file=str(verdict.location.path),
                line=verdict.location.line,
                column=verdict.location.column,
            )
        )
