"""Reads journals back, and makes one of several."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from stormproof_chaos.errors import ChaosError
from stormproof_chaos.journal._records import VERSION, JournalOpened, from_json
from stormproof_chaos.journal._writer import write_line


if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from stormproof_chaos.journal._records import Record


class JournalError(ChaosError):
    """A file is no journal, or one that this version cannot read."""


def read_journal(path: Path) -> list[Record]:
    """Return the records of the journal at *path*, in the order of the file.

    A last line that the end of its process cut short is passed over. A file with no whole line gives no records.

    Raises:
        JournalError: the file cannot be read, or a line of it is no record; names the line.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise JournalError(f"{path}: cannot be read: {error.strerror}") from None
    whole, rest = lines[:-1], lines[-1]
    records = [_read_line(path, number, line) for number, line in enumerate(whole, 1)]
    if rest and not records and not rest.startswith(b"{"):
        raise JournalError(f"{path}: is no journal; its lines are JSON objects")
    if records:
        _check_header(path, records[0])
    return records


def merge_journals(parts: Iterable[Path]) -> list[Record]:
    """Return the records of several journals as one, in the order of time, counted from the earliest start.

    Raises:
        JournalError: one of them is no journal.
    """
    journals = [records for part in parts if (records := read_journal(part))]
    if not journals:
        return []
    first = min(map(_started, journals))
    header = min(journals, key=_started)[0]
    moved = [
        replace(record, at=record.at + (_started(records) - first)) for records in journals for record in records[1:]
    ]
    return [header, *sorted(moved, key=lambda record: record.at)]


def write_journal(path: Path, records: Iterable[Record]) -> None:
    """Write *records* as the whole journal at *path*."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(map(write_line, records)))


def _read_line(path: Path, number: int, line: bytes) -> Record:
    try:
        return from_json(json.loads(line))
    except (ValueError, RecursionError) as error:
        raise JournalError(f"{path}:{number}: {error}") from None


def _check_header(path: Path, first: Record) -> None:
    if not isinstance(first, JournalOpened):
        raise JournalError(f"{path}:1: a journal begins with the event 'journal', got {first.event!r}")
    if first.version > VERSION:
        text = f"written by stormproof {first.stormproof} as version {first.version}; this one reads up to {VERSION}"
        raise JournalError(f"{path}:1: {text}")
    try:
        datetime.fromisoformat(first.started)
    except ValueError:
        raise JournalError(f"{path}:1: 'started' is no time: {first.started!r}") from None


def _started(records: Sequence[Record]) -> float:
    header = records[0]
    return datetime.fromisoformat(header.started).timestamp() if isinstance(header, JournalOpened) else 0.0
