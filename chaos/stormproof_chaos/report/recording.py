"""One scenario, gathered from its records in the order they were written."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import inf
from operator import attrgetter
from typing import TypeAlias

from stormproof_chaos.journal import (
    CallMade,
    FaultChanged,
    ScenarioFinished,
    StepStarted,
    VerdictReached,
)
from stormproof_chaos.report.story import INTERRUPTED, Disturbance, Scenario, Step


Happening: TypeAlias = StepStarted | FaultChanged | CallMade | VerdictReached | ScenarioFinished


@dataclass(slots=True)
class Recording:
    """What is known of a scenario so far; it starts as *scenario*, an empty one."""

    scenario: Scenario
    steps: list[Step] = field(default_factory=list[Step])
    present: list[Disturbance] = field(default_factory=list[Disturbance])
    gone: list[Disturbance] = field(default_factory=list[Disturbance])
    calls: list[CallMade] = field(default_factory=list[CallMade])
    verdicts: list[VerdictReached] = field(default_factory=list[VerdictReached])
    start: float = inf
    end: float = 0.0
    planned: float = 0.0
    outcome: str = INTERRUPTED

    def add(self, happening: Happening) -> None:
        """Take in one more record."""
        if not isinstance(happening, VerdictReached | ScenarioFinished):  # neither preparing nor judging is drawn
            self.start, self.end = min(self.start, happening.at), max(self.end, happening.at)
        match happening:
            case StepStarted(at=at, step=number, seconds=seconds, faults=faults):
                self.steps.append(Step(number, at, at + seconds, faults))
                self.planned = max(self.planned, at + seconds)
            case FaultChanged():
                self._change(happening)
            case CallMade(at=at, seconds=seconds):
                self.calls.append(happening)
                self.end = max(self.end, at + seconds)
            case VerdictReached():
                self.verdicts.append(happening)
            case ScenarioFinished(at=at, outcome=outcome):
                self.end = max(self.end, min(self.planned, at))
                self.outcome = outcome

    def finish(self) -> Scenario:
        """Return the scenario as far as it came; what was still under way ends with it."""
        start = self.scenario.start if self.start == inf else self.start
        end = max(self.end, start)
        cut = (replace(fault, end=end) for fault in self.present)
        return replace(
            self.scenario,
            start=start,
            end=end,
            outcome=self.outcome,
            steps=self._spans(end),
            disturbances=tuple(sorted((*self.gone, *cut), key=attrgetter("start"))),
            calls=tuple(sorted(self.calls, key=attrgetter("at"))),
            verdicts=tuple(sorted(self.verdicts, key=attrgetter("step"))),
        )

    def _change(self, change: FaultChanged) -> None:
        label = " on ".join(filter(None, (change.fault, change.link)))
        if change.action == "added":
            self.present.append(Disturbance(label, change.at, change.at))
            return
        for fault in self.present:
            if fault.label == label:
                self.present.remove(fault)
                self.gone.append(replace(fault, end=change.at))
                return

    def _spans(self, end: float) -> tuple[Step, ...]:
        """Return the steps one after the other, each cut where the next begins or the scenario ends."""
        told = sorted(self.steps, key=attrgetter("start"))
        limits = (*(step.start for step in told[1:]), end)
        spans = (replace(step, end=min(step.end, limit)) for step, limit in zip(told, limits, strict=False))
        return tuple(span for span in spans if span.end > span.start)
