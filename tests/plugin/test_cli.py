"""The command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from stormproof.cli import COMMANDS, main


if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.contract.yaml").write_text(
        "consumer: a\nprovider: b\ninteractions: [{http: x, request: {path: /}, response: {status: 200}}]\n"
    )
    (tmp_path / "bad.chaos.yaml").write_text("scenaro: x\nload: {call: GET, rate: 5}\nsteps: []\n")
    (tmp_path / "stormproof.yaml").write_text("services: {a: {rum: x}}\n")
    return tmp_path


def test_lint_is_silent_about_what_is_right(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A right file exits with 0 and prints no problem."""
    assert main(["lint", "good.contract.yaml"]) == 0
    assert capsys.readouterr().out == ""


def test_lint_tells_every_problem_of_every_kind_of_file(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Problems of all files are located, and the exit is 1."""
    assert main(["lint", "good.contract.yaml", "bad.chaos.yaml", "stormproof.yaml", "other.yaml"]) == 1
    out = capsys.readouterr().out
    assert "bad.chaos.yaml:1:1: unknown key 'scenaro'" in out
    assert "stormproof.yaml:1:" in out
    assert "other.yaml: the name does not say what kind of file this is" in out


def test_lint_speaks_json(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Machines get file, line, column and text."""
    assert main(["lint", "bad.chaos.yaml", "--format", "json"]) == 1
    problems = json.loads(capsys.readouterr().out)
    assert {key: problems[0][key] for key in ("file", "line", "column")} == {
        "file": "bad.chaos.yaml",
        "line": 1,
        "column": 1,
    }


def test_a_report_is_drawn_from_a_journal(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The path of the page is printed; what is no journal exits with 2 and says why."""
    opened = {
        "event": "journal",
        "at": 0,
        "version": 1,
        "started": "2026-11-21T03:00:00Z",
        "stormproof": "0",
        "engine": "x",
    }
    (here / "run.jsonl").write_text(json.dumps(opened) + "\n")
    assert main(["report", "run.jsonl", "--to", "out"]) == 0
    assert (here / capsys.readouterr().out.strip()).read_text().startswith("<!doctype html>")
    assert main(["report", "none.jsonl"]) == 2
    assert "none.jsonl: cannot be read" in capsys.readouterr().err


def test_a_mistyped_command_gets_the_one_that_was_meant(capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown command exits with 2 and a suggestion."""
    assert main(["lnit"]) == 2
    assert capsys.readouterr().err == "stormproof has no command 'lnit'. Did you mean 'lint'?\n"


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "toxiproxy"])
def test_the_help_of_a_command_shows_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every ``--help`` ends in one real use."""
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert f"example:\n  stormproof {command} " in capsys.readouterr().out
