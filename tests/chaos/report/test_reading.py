from __future__ import annotations

from collections import Counter
from dataclasses import replace

from stormproof_chaos.journal import (
    FaultChanged,
    Record,
    ScenarioFinished,
    ScenarioStarted,
    StepStarted,
    VerdictReached,
)
from stormproof_chaos.report.reading import read
from stormproof_chaos.report.story import Disturbance, Figures, Step


def test_a_scenario_is_gathered_from_its_records(failing: list[Record]) -> None:
    """Steps follow each other, faults last from added to removed, every call counts."""
    (scenario,) = read(failing).scenarios
    partition = "partition on orders -> inventory"
    assert scenario.steps == (Step(1, 1, 4), Step(2, 4, 7, (partition,)), Step(3, 7, 9))
    assert scenario.disturbances == (Disturbance(partition, 4, 7),)
    assert Figures.of(scenario.calls).outcomes == Counter(ok=280, timeout=40)
    assert scenario.outcome == "broken"


def test_the_steady_state_is_what_precedes_the_first_fault() -> None:
    """Verdicts on the steady state belong to all steps before the first that has a fault."""
    steps = [
        StepStarted(at=float(number), scenario="a", step=number, seconds=1.0, faults=("reset",) if number == 3 else ())
        for number in range(1, 6)
    ]
    (scenario,) = read([*steps, ScenarioFinished(at=6.0, scenario="a", outcome="held")]).scenarios
    assert [step.number for step in scenario.steps_of(0)] == [1, 2]
    assert [step.number for step in scenario.steps_of(4)] == [4]
    assert scenario.steps_of(9) == ()


def test_preparing_is_no_part_of_a_scenario(failing: list[Record]) -> None:
    """A scenario is drawn from its first step on, however long its services took to start."""
    assert read(failing).scenarios[0].start == 1.0


def test_what_was_under_way_ends_with_the_journal(interrupted: list[Record]) -> None:
    """A scenario with no end is interrupted; its fault and its step last to the last answer."""
    (scenario,) = read(interrupted).scenarios
    last_answer = max(call.at + call.seconds for call in scenario.calls)
    assert scenario.outcome == "interrupted"
    assert scenario.end == scenario.steps[-1].end == scenario.disturbances[-1].end == last_answer


def test_the_same_scenario_twice_is_two_runs() -> None:
    """Records belong to the latest start of their scenario."""
    starts = [ScenarioStarted(at=at, scenario="a", file="", load="") for at in (1.0, 5.0)]
    ends = [ScenarioFinished(at=at, scenario="a", outcome=word) for at, word in ((2.0, "broken"), (6.0, "held"))]
    story = read([starts[0], ends[0], starts[1], ends[1]])
    assert [scenario.outcome for scenario in story.scenarios] == ["broken", "held"]


def test_overlapping_faults_of_one_kind_end_one_by_one() -> None:
    """Each removal ends the oldest fault of its kind and link; one of what is not there changes nothing."""

    def changed(at: float, action: str) -> Record:
        return FaultChanged(at=at, scenario="a", action=action, fault="reset", link="x -> y")

    actions = ((1, "removed"), (2, "added"), (3, "added"), (4, "removed"), (6, "removed"))
    records = [changed(at, action) for at, action in actions]
    (scenario,) = read(records).scenarios
    assert [(fault.start, fault.end) for fault in scenario.disturbances] == [(2, 4), (3, 6)]


def test_a_step_with_no_time_takes_no_room() -> None:
    """A step that the next one follows at once is no part of the plot."""
    steps: list[Record] = [StepStarted(at=1.0, scenario="a", step=number, seconds=2.0, faults=()) for number in (1, 2)]
    (scenario,) = read([*steps, ScenarioFinished(at=3.0, scenario="a", outcome="held")]).scenarios
    assert scenario.steps == (Step(2, 1, 3),)


def test_an_empty_journal_is_an_empty_story() -> None:
    """No records, no claims."""
    story = read([])
    assert (story.opened, story.seconds, story.checks, story.scenarios) == (None, 0, (), ())


def test_judging_is_no_part_of_a_scenario(failing: list[Record]) -> None:
    """A scenario ends with its last step or call, however much later its verdicts come."""
    late = [replace(each, at=60.0) if isinstance(each, VerdictReached | ScenarioFinished) else each for each in failing]
    (scenario,) = read(late).scenarios
    assert scenario.end == 9.0
