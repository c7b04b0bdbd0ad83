"""The end of a run: one journal out of its parts, the report drawn from it, the summary on the terminal."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from stormproof._recorder import JOURNAL, part_name
from stormproof._session import report_folder
from stormproof_chaos.journal import ContractChecked, VerdictReached, merge_journals, read_journal, write_journal


if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from stormproof_chaos.journal import Record


RECORDS = pytest.StashKey["Sequence[Record]"]()

# Of several outcomes of one interaction on one side, the one to show: a failure is never hidden by a success.
_WEIGHT = {"not exercised": 0, "skipped": 1, "verified": 2, "failed": 3}


def finish(config: pytest.Config, started: float) -> None:
    """Merge the parts of this run, begun at *started* (seconds since the epoch), and draw the report."""
    if hasattr(config, "workerinput"):
        return
    folder = report_folder(config)
    config.stash[RECORDS] = records = gather(folder, started)
    if any(isinstance(record, (ContractChecked, VerdictReached)) for record in records):
        from stormproof_chaos.report import write_report  # noqa: PLC0415 - only where there is something to draw

        write_report(records, folder)


def gather(folder: Path, started: float) -> Sequence[Record]:
    """Return the records of the run that began at *started*, as one journal that is also written."""
    parts = [path for path in sorted(folder.glob(part_name("*"))) if path.stat().st_mtime >= started]
    if parts:
        records = without_repeats(merge_journals(parts))
        write_journal(folder / JOURNAL, records)
        for path in parts:
            path.unlink()
        return records
    path = folder / JOURNAL
    return read_journal(path) if path.is_file() and path.stat().st_mtime >= started else []


def without_repeats(records: Iterable[Record]) -> list[Record]:
    """Return *records* with one line for each side of an interaction: workers that never tried it said so too."""
    best: dict[tuple[str, str, str], ContractChecked] = {}
    for record in records:
        if isinstance(record, ContractChecked):
            key = (record.file, record.interaction, record.side)
            known = best.get(key)
            if known is None or _WEIGHT[record.outcome] > _WEIGHT[known.outcome]:
                best[key] = record
    kept = set(map(id, best.values()))
    return [record for record in records if not isinstance(record, ContractChecked) or id(record) in kept]


def summarise(reporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Write contracts, scenarios and the path of the report."""
    records = config.stash.get(RECORDS, ())
    contracts, scenarios = contract_rows(records), scenario_rows(records)
    if not contracts and not scenarios:
        return
    reporter.section("stormproof", sep="-")
    if contracts:
        _write_table(reporter, ("contract", "side", "verified", "failed", "not exercised"), contracts)
    if scenarios:
        _write_table(reporter, ("scenario", "", "held", "broken", "could not tell"), scenarios)
    for line in _holes(records):
        reporter.write_line(line)
    index = report_folder(config) / "index.html"
    reporter.write_line(f"report: {os.path.relpath(index, config.invocation_params.dir)}")


def contract_rows(records: Iterable[Record]) -> list[tuple[str, ...]]:
    """Return a row for each contract and side."""
    outcomes: dict[tuple[str, str], Counter[str]] = {}
    for record in without_repeats(list(records)):
        if isinstance(record, ContractChecked):
            outcomes.setdefault((record.contract, record.side), Counter())[record.outcome] += 1
    return [
        (contract, side, str(count["verified"]), str(count["failed"]), str(count["not exercised"] + count["skipped"]))
        for (contract, side), count in sorted(
            outcomes.items(), key=lambda entry: (entry[0][0], entry[0][1] != "provider")
        )
    ]


def scenario_rows(records: Iterable[Record]) -> list[tuple[str, ...]]:
    """Return a row for each scenario."""
    outcomes: dict[str, Counter[str]] = {}
    for record in records:
        if isinstance(record, VerdictReached):
            outcomes.setdefault(record.scenario, Counter())[record.outcome] += 1
    return [
        (scenario, "", str(count["held"]), str(count["broken"]), str(count["could not tell"]))
        for scenario, count in outcomes.items()
    ]


def _holes(records: Iterable[Record]) -> list[str]:
    lines: list[str] = []
    for record in records:
        if isinstance(record, ContractChecked) and record.outcome == "not exercised":
            lines.append(f"not exercised: {record.interaction}  ({record.contract}, {record.side})")
        elif isinstance(record, ContractChecked) and record.outcome == "skipped":
            lines.append(f"skipped: {record.text}")
        elif isinstance(record, VerdictReached) and record.outcome != "held":
            lines.append(f"{record.outcome}: {record.scenario} / {record.expectation}: {record.measured}")
    return list(dict.fromkeys(lines))  # one reason may skip many


def _write_table(reporter: pytest.TerminalReporter, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    for row in [head, *rows]:
        texts = [cell.ljust(width) for cell, width in zip(row[:2], widths[:2], strict=True)]
        numbers = [cell.rjust(width) for cell, width in zip(row[2:], widths[2:], strict=True)]
        failed = row is not head and row[3] != "0"
        reporter.write_line("  ".join([*texts, *numbers]).rstrip(), red=failed)
