from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stormproof_chaos.journal import (
    CallMade,
    ContractChecked,
    FaultChanged,
    Journal,
    JournalError,
    JournalOpened,
    ScenarioFinished,
    ScenarioStarted,
    StepStarted,
    VerdictReached,
    merge_journals,
    read_journal,
    write_journal,
)
from stormproof_chaos.journal._records import from_json, to_json
from stormproof_chaos.journal._writer import write_line
from stormproof_contracts.redaction import redact_text


if TYPE_CHECKING:
    from pathlib import Path

    from stormproof_chaos.journal import Record


def call(at: float = 1.0, label: str = "POST /orders") -> CallMade:
    return CallMade(at=at, scenario="s", step=1, call=label, seconds=0.012, outcome="ok", status=200)


EVERY_RECORD: list[Record] = [
    JournalOpened(started="2026-11-21T03:00:00Z", stormproof="0.1.0", engine="embedded"),
    ContractChecked(
        at=0.5,
        contract="orders-inventory",
        file="contracts/orders-inventory.contract.yaml",
        consumer="orders",
        provider="inventory",
        interaction="stock of a known item",
        kind="http",
        side="provider",
        outcome="verified",
        seconds=0.01,
        text="",
    ),
    ScenarioStarted(at=1.0, scenario="s", file="chaos/x.chaos.yaml", load="POST /orders at 40/s"),
    StepStarted(at=1.0, scenario="s", step=1, seconds=3.0, faults=("partition on orders -> inventory",)),
    FaultChanged(at=1.1, scenario="s", action="added", fault="partition", link="orders -> inventory"),
    call(),
    CallMade(at=1.2, scenario="s", step=1, call="POST /orders", seconds=5.0, outcome="timeout", status=None),
    VerdictReached(
        at=4.0,
        scenario="s",
        step=2,
        expectation="success >= 99%",
        outcome="broken",
        measured="97.5%",
        evidence=("at 1.000s  POST /orders  timeout after 5s",),
        file="chaos/x.chaos.yaml",
        line=8,
        column=14,
    ),
    ScenarioFinished(at=4.1, scenario="s", outcome="broken"),
]


@pytest.mark.parametrize("record", EVERY_RECORD, ids=lambda record: f"{record.event} at {record.at}")
def test_round_trip(record: Record) -> None:
    """A record that is written as JSON and read back is equal."""
    assert record == from_json(json.loads(json.dumps(to_json(record))))


def test_written_form(tmp_path: Path) -> None:
    """The lines of a journal are the documented JSON objects, event first."""
    write_journal(tmp_path / "j.jsonl", EVERY_RECORD)
    lines = (tmp_path / "j.jsonl").read_text().splitlines()
    header = {"version": 1, "started": "2026-11-21T03:00:00Z", "stormproof": "0.1.0", "engine": "embedded"}
    assert list(json.loads(lines[0]).items()) == [("event", "journal"), ("at", 0.0), *header.items()]
    values = {"scenario": "s", "step": 1, "call": "POST /orders", "seconds": 0.012, "outcome": "ok", "status": 200}
    assert list(json.loads(lines[5]).items()) == [("event", "call"), ("at", 1.0), *values.items()]
    assert read_journal(tmp_path / "j.jsonl") == EVERY_RECORD


@settings(deadline=None)
@given(text=st.text().filter(lambda text: redact_text(text) == text), status=st.none() | st.integers(100, 599))
def test_any_text_survives(text: str, status: int | None) -> None:
    """Any text, line breaks and lone surrogates too, stays on one line and reads back as it was."""
    record = CallMade(at=1.5, scenario=text, step=1, call=text, seconds=0.25, outcome="ok", status=status)
    line = write_line(record)
    assert line.count(b"\n") == 1
    assert from_json(json.loads(line)) == record


def test_writing(tmp_path: Path) -> None:
    """A new journal begins with its header, and every record is in the file as soon as it is written."""
    path = tmp_path / "new folder" / "j.jsonl"
    with Journal(path, engine="embedded") as journal:
        journal.write(call())
        header, second = read_journal(path)
    assert isinstance(header, JournalOpened)
    assert (header.engine, header.version) == ("embedded", 1)
    assert call() == second


def test_time_counts_from_the_beginning(tmp_path: Path) -> None:
    """Times are seconds since the journal was opened, by its clock."""
    moments = iter([100.0, 103.5])
    with Journal(tmp_path / "j.jsonl", engine="embedded", clock=lambda: next(moments)) as journal:
        assert journal.at(102.0) == 2.0
        assert journal.now() == 3.5


def test_an_existing_file_is_kept(tmp_path: Path) -> None:
    """A journal never writes over a file that is there."""
    (tmp_path / "j.jsonl").write_text("precious")
    with pytest.raises(FileExistsError):
        Journal(tmp_path / "j.jsonl", engine="embedded")
    assert (tmp_path / "j.jsonl").read_text() == "precious"


def test_writing_after_the_end(tmp_path: Path) -> None:
    """A closed journal refuses records."""
    with Journal(tmp_path / "j.jsonl", engine="embedded") as journal:
        pass
    with pytest.raises(ValueError, match="closed"):
        journal.write(call())


def test_threads_share_a_journal(tmp_path: Path) -> None:
    """Lines that several threads write at once stay whole."""
    with Journal(tmp_path / "j.jsonl", engine="embedded") as journal:

        def write() -> None:
            for _ in range(200):
                journal.write(call(label="x" * 3000))

        threads = [threading.Thread(target=write) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(read_journal(tmp_path / "j.jsonl")) == 801


def test_secrets_are_replaced(tmp_path: Path) -> None:
    """Passwords in URLs and bearer tokens never reach the file, also inside of evidence."""
    record = VerdictReached(
        at=1,
        scenario="s",
        step=1,
        expectation="e",
        outcome="broken",
        measured="Authorization: Bearer abcdefgh12345",
        evidence=("http://ada:hunter2@host/",),
        file="f",
        line=1,
        column=1,
    )
    with Journal(tmp_path / "j.jsonl", engine="http://ada:hunter2@127.0.0.1:8474") as journal:
        journal.write(record)
    text = (tmp_path / "j.jsonl").read_text()
    assert "hunter2" not in text
    assert "abcdefgh12345" not in text
    assert text.count("[redacted]") == 3


def test_a_killed_process_leaves_what_it_wrote(tmp_path: Path) -> None:
    """What was written is there after the process was killed at once."""
    program = (
        "import os, signal, sys; from pathlib import Path; from stormproof_chaos.journal import *\n"
        "journal = Journal(Path(sys.argv[1]), engine='embedded')\n"
        "journal.write(ScenarioStarted(at=1, scenario='s', file='f', load='l'))\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    path = tmp_path / "j.jsonl"
    ended = subprocess.run([sys.executable, "-c", program, os.fspath(path)], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert [record.event for record in read_journal(path)] == ["journal", "scenario"]


@settings(deadline=None)
@given(st.data())
def test_a_truncated_journal(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """A journal that is cut anywhere reads as the whole lines that are left."""
    path = tmp_path_factory.mktemp("cut") / "j.jsonl"
    write_journal(path, EVERY_RECORD)
    content = path.read_bytes()
    left = content[: data.draw(st.integers(0, len(content)))]
    path.write_bytes(left)
    assert EVERY_RECORD[: left.count(b"\n")] == read_journal(path)


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ('{"event":"journal"}', "j.jsonl:1: 'journal' has no 'at'"),
        ("[1]", "j.jsonl:1: the line is no JSON object"),
        ("nonsense", "j.jsonl:1: Expecting value"),
        ('{"at":1}', "j.jsonl:1: the line has no 'event'"),
        ('{"event":"jurnal"}', "unknown event 'jurnal'. Did you mean 'journal'?"),
        (
            '{"event":"finished","at":"1","scenario":"s","outcome":"held"}',
            "'at' of 'finished' is '1', which is no float",
        ),
        ('{"event":"finished","at":1,"scenario":"s","outcome":"held"}', "begins with the event 'journal'"),
        (
            '{"event":"journal","at":0,"version":2,"started":"2026-11-21T03:00:00Z","stormproof":"9.9","engine":"e"}',
            "written by stormproof 9.9 as version 2; this one reads up to 1",
        ),
        (
            '{"event":"journal","at":0,"version":1,"started":"yesterday","stormproof":"0.1.0","engine":"e"}',
            "'started' is no time: 'yesterday'",
        ),
    ],
)
def test_broken_journals(tmp_path: Path, lines: str, text: str) -> None:
    """What is wrong with a journal is told with the line."""
    (tmp_path / "j.jsonl").write_text(f"{lines}\n")
    with pytest.raises(JournalError) as caught:
        read_journal(tmp_path / "j.jsonl")
    assert text in str(caught.value)


def test_a_file_of_another_kind(tmp_path: Path) -> None:
    """A file without a line of JSON is no journal, and neither is one that is not there."""
    (tmp_path / "j.jsonl").write_text("hello")
    with pytest.raises(JournalError, match="is no journal"):
        read_journal(tmp_path / "j.jsonl")
    with pytest.raises(JournalError, match="No such file"):
        read_journal(tmp_path / "absent.jsonl")


def test_keys_of_later_versions(tmp_path: Path) -> None:
    """Keys that a later version adds to a record are passed over."""
    record = from_json({"event": "finished", "at": 1, "scenario": "s", "outcome": "held", "mood": "fine"})
    assert ScenarioFinished(at=1.0, scenario="s", outcome="held") == record


def part(path: Path, started: str, *records: Record) -> Path:
    write_journal(path, [JournalOpened(started=started, stormproof="0.1.0", engine="embedded"), *records])
    return path


def test_merging(tmp_path: Path) -> None:
    """Parts become one journal in the order of time, counted from the earliest start."""
    later = part(tmp_path / "b", "2026-11-21T03:00:02.500000Z", call(0.1, "b1"), call(0.0, "b0"))
    earlier = part(tmp_path / "a", "2026-11-21T03:00:00Z", call(2.55, "a1"), call(1.0, "a0"))
    (tmp_path / "c").write_text("")
    header, *calls = merge_journals([later, earlier, tmp_path / "c"])
    assert isinstance(header, JournalOpened)
    assert header.started == "2026-11-21T03:00:00Z"
    assert [(record.call, round(record.at, 6)) for record in calls if isinstance(record, CallMade)] == [
        ("a0", 1.0),
        ("b0", 2.5),
        ("a1", 2.55),
        ("b1", 2.6),
    ]


def test_merging_nothing() -> None:
    """No parts make no records."""
    assert merge_journals([]) == []
