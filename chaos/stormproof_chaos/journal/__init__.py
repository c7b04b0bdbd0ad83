"""The journal of a run: one causal timeline, as JSON lines. The report is drawn from it alone."""

from stormproof_chaos.journal._reader import JournalError, merge_journals, read_journal, write_journal
from stormproof_chaos.journal._records import (
    CallMade,
    ContractChecked,
    FaultChanged,
    JournalOpened,
    Record,
    ScenarioFinished,
    ScenarioStarted,
    StepStarted,
    VerdictReached,
)
from stormproof_chaos.journal._writer import Journal


__all__ = [
    "CallMade",
    "ContractChecked",
    "FaultChanged",
    "Journal",
    "JournalError",
    "JournalOpened",
    "Record",
    "ScenarioFinished",
    "ScenarioStarted",
    "StepStarted",
    "VerdictReached",
    "merge_journals",
    "read_journal",
    "write_journal",
]
