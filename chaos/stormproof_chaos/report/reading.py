"""From the records of a journal to the story of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stormproof_chaos.journal import ContractChecked, JournalOpened, Record, ScenarioStarted
from stormproof_chaos.report.recording import Recording
from stormproof_chaos.report.story import INTERRUPTED, Scenario, Story


if TYPE_CHECKING:
    from collections.abc import Iterable


def read(records: Iterable[Record]) -> Story:
    """Return the story the *records* tell, however early they end; the same scenario twice is two runs of it."""
    opened: JournalOpened | None = None
    checks: list[ContractChecked] = []
    recordings: list[Recording] = []
    current: dict[str, Recording] = {}
    last = 0.0
    for record in records:
        last = max(last, record.at)
        match record:
            case JournalOpened():
                opened = record
            case ContractChecked():
                checks.append(record)
            case ScenarioStarted():
                current[record.scenario] = _begun(record)
                recordings.append(current[record.scenario])
            case _:
                if record.scenario not in current:
                    current[record.scenario] = _begun(_unannounced(record.scenario, record.at))
                    recordings.append(current[record.scenario])
                current[record.scenario].add(record)
    scenarios = tuple(recording.finish() for recording in recordings)
    seconds = max([last, *(scenario.end for scenario in scenarios)])
    return Story(opened=opened, seconds=seconds, checks=tuple(checks), scenarios=scenarios)


def _begun(started: ScenarioStarted) -> Recording:
    at = started.at
    scenario = Scenario(
        name=started.scenario, file=started.file, load=started.load, start=at, end=at, outcome=INTERRUPTED
    )
    return Recording(scenario)


def _unannounced(name: str, at: float) -> ScenarioStarted:
    """Return the start that a journal cut at its front lacks."""
    return ScenarioStarted(at=at, scenario=name, file="", load="")
