from __future__ import annotations

import re
from dataclasses import fields, replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormproof_chaos.journal import (
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
from stormproof_chaos.report import write_report
from stormproof_chaos.report.page import page
from stormproof_chaos.report.reading import read


if TYPE_CHECKING:
    from pathlib import Path


VOID = {"meta", "br", "hr", "link"}
ATTACK = "</script><script>alert(1)</script><img src=x onerror='alert(2)'>\"--><svg onload=alert(3)>"


class _Walk(HTMLParser):
    """Walks a page, and stumbles where a tag is not closed in its turn."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.places: list[str] = []
        self.links: list[str] = []
        self.names: set[str] = set()
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            self.names.add(name)
            if name == "id":
                self.places.append(value or "")
            if name in {"href", "src"}:
                self.links.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in {"style", "script"}:
            self.text += data


def walked(records: list[Record]) -> _Walk:
    """Return the walk over the page of *records*, which is sound in itself."""
    walk = _Walk(page(read(records)))
    assert walk.open == []
    assert len(walk.places) == len(set(walk.places))
    assert all(link.startswith("#") and link[1:] in walk.places for link in walk.links)
    assert not [name for name in walk.names if name.startswith("on") or name == "style"]
    return walk


SECONDS = st.floats(0, 1e6)
TEXT = st.text(max_size=30) | st.just(ATTACK)
NAMES = st.sampled_from(["a", ATTACK])
STEPS = st.integers(0, 4)
CALL_OUTCOMES = st.sampled_from(["ok", "error", "timeout", "refused", "reset", "lost", ATTACK])
CHECK_OUTCOMES = st.sampled_from(["verified", "failed", "not exercised", "skipped", ATTACK])
OUTCOMES = st.sampled_from(["held", "broken", "could not tell", ATTACK])
EXPECTATIONS = TEXT | st.sampled_from(["p95 <= 300ms", "recovers within 2s", "answers within 600ms"])
TEXTS = st.lists(TEXT, max_size=3).map(tuple)
RECORDS: st.SearchStrategy[list[Record]] = st.lists(
    st.one_of(
        st.builds(JournalOpened, started=TEXT, stormproof=TEXT, engine=TEXT),
        st.builds(
            ContractChecked,
            **dict.fromkeys(("contract", "file", "consumer", "provider", "interaction", "kind", "side", "text"), TEXT),
            at=SECONDS,
            outcome=CHECK_OUTCOMES,
            seconds=SECONDS,
        ),
        st.builds(ScenarioStarted, at=SECONDS, scenario=NAMES, file=TEXT, load=TEXT),
        st.builds(
            FaultChanged,
            at=SECONDS,
            scenario=NAMES,
            action=st.sampled_from(["added", "removed"]),
            fault=TEXT,
            link=st.sampled_from(["", "a -> b"]),
        ),
        st.builds(
            CallMade,
            at=SECONDS,
            scenario=NAMES,
            step=STEPS,
            call=TEXT,
            seconds=SECONDS,
            outcome=CALL_OUTCOMES,
            status=st.none() | st.just(200),
        ),
        st.builds(
            VerdictReached,
            at=SECONDS,
            scenario=NAMES,
            step=STEPS,
            expectation=EXPECTATIONS,
            outcome=OUTCOMES,
            measured=TEXT,
            evidence=TEXTS,
            file=TEXT,
            line=STEPS,
            column=STEPS,
        ),
        st.builds(ScenarioFinished, at=SECONDS, scenario=NAMES, outcome=OUTCOMES),
    ),
    max_size=40,
)


@given(RECORDS, SECONDS)
def test_every_journal_gives_a_sound_page(records: list[Record], at: float) -> None:
    """Tags are closed in turn, places are unique, links lead to them, and nothing of the journal becomes a tag."""
    steps = [StepStarted(at=at + number, scenario="a", step=number, seconds=1.0, faults=(ATTACK,)) for number in (1, 2)]
    walk = walked([*records, *steps])
    assert "img" not in walk.tags
    assert walk.tags.count("script") - walk.tags.count("figure") <= 1


def _attacked(record: Record) -> Record:
    """Return *record* with the attack in every text of it, outcomes and numbers apart."""
    texts = {
        field.name: ATTACK if field.type == "str" else (ATTACK,)
        for field in fields(record)
        if field.type in {"str", "tuple[str, ...]"} and field.name != "action"
    }
    return replace(record, **texts)  # type: ignore[arg-type]  # the fields of text, whatever the record


def test_no_text_of_a_journal_appears_raw(failing: list[Record]) -> None:
    """An attack in every field of every record is shown as the text it is, and nowhere raw."""
    records = [_attacked(record) for record in failing]
    text = page(read(records))
    assert "<img" not in text
    assert "<svg onload" not in text
    assert "alert(1)</script>" not in text
    assert text.count("<script") == 2, "the page's own and its data"
    assert ATTACK in walked(records).text


def test_a_run_that_failed_says_so_first(failing: list[Record]) -> None:
    """The headline counts what failed, the list under it links to it, the texts of failures are open."""
    text = page(read(failing))
    assert re.search(r"<h1[^>]*>.*1 check failed and 1 expectation broken.*</h1>", text)
    assert re.search(r'<a href="#interaction-1">stock of a known item</a>', text)
    assert re.search(r'<a href="#scenario-1-verdict-2">success &gt;= 99%, measured 66.6%</a>', text)
    assert "<details open><summary>provider side failed" in text
    assert "got       $.quantity        &quot;7&quot;  (string)" in text


def test_sides_of_an_interaction_share_its_row(contracts_alone: list[Record]) -> None:
    """An interaction is one row: what a side came to, with its sign, and what nothing checked."""
    text = re.sub(r"\s+", " ", walked(contracts_alone).text)
    assert "stock of a known itemhttp✕ failed✓ verified" in text
    assert "reserve stockhttp» skippednot checked" in text
    assert "release stockhttpnot checked○ not exercised" in text


def test_a_green_run_is_calm(green: list[Record]) -> None:
    """Nothing needs attention, and nothing is open."""
    walk = walked(green)
    assert "Everything that was checked held" in walk.text
    assert "attention" not in walk.places
    assert "open" not in walk.names


def test_verdicts_and_plot_lead_to_each_other(failing: list[Record]) -> None:
    """A verdict links to its step in the plot, the step to its expectations, and a drawn limit to its verdict."""
    text = page(read(failing))
    assert '<a href="#scenario-1-step-2" aria-label="step 2 in the plot">' in text
    assert re.search(r'id="scenario-1-step-2">.{1,400}<a href="#scenario-1-expectations-2"', text)
    assert '<a class="limit could not tell" href="#scenario-1-verdict-3">' in text


def test_a_plot_reads_without_colour_and_without_eyes(failing: list[Record]) -> None:
    """Each outcome has a shape of its own in the plot and in the legend, and the marks have a text."""
    text = page(read(failing))
    assert text.count('class="sample"') == 2
    assert "m0-4.5l4.3 7.6h-8.6z" in text
    assert "answered after 12ms to 1s, half of them within 12ms; not ok: 40 timeout" in text


def test_an_interrupted_run_says_so(interrupted: list[Record]) -> None:
    """The headline, the scenario and the plot say that it was interrupted."""
    text = walked(interrupted).text
    assert "Interrupted before the end" in text
    assert "ends in the middle of 1 scenario" in text


@pytest.mark.parametrize("length", [0, 1])
def test_a_run_without_results_says_so(opened: Record, length: int) -> None:
    """A journal with no line, or only its first, is no success."""
    text = walked([opened][:length]).text
    assert "Nothing was checked" in text
    assert "tells of no contract and no scenario" in text


def test_contracts_alone_are_a_page(contracts_alone: list[Record]) -> None:
    """Without scenarios there is no empty section of them, and the other way round."""
    assert "scenarios" not in walked(contracts_alone).places
    assert "contracts" in walked(contracts_alone).places


def test_scenarios_alone_are_a_page(interrupted: list[Record]) -> None:
    """Without contracts there is no empty section of them."""
    assert "contracts" not in walked(interrupted).places


def test_could_not_tell_is_neither_held_nor_broken(green: list[Record]) -> None:
    """A run in which something could not be judged is no green one."""
    records = [replace(each, outcome="could not tell") if isinstance(each, VerdictReached) else each for each in green]
    assert "Nothing broke, but 4 expectations could not be judged" in walked(records).text


def test_a_hundred_thousand_calls_make_a_usable_page(large: list[Record], tmp_path: Path) -> None:
    """The page stays small, counts every call, and says which are drawn."""
    path = write_report(large, tmp_path)
    text = path.read_text(encoding="utf-8")
    calls = [record for record in large if isinstance(record, CallMade)]
    failed = sum(call.outcome != "ok" for call in calls)
    assert len(calls) == 100_000
    assert path.stat().st_size < 1_000_000
    assert "100,000 calls over" in text
    assert f"{failed:,} timeout" in text
    assert re.search(rf"Drawn are 6,000 of them: .* of {failed:,} that failed", text)


def test_long_texts_are_cut_so_that_the_page_stays_small(opened: Record) -> None:
    """Ten thousand long failures do not make a page of a hundred megabytes."""
    check = ContractChecked(
        **dict.fromkeys(("contract", "file", "consumer", "provider", "kind"), "a"),
        at=0.0,
        interaction="",
        side="provider",
        outcome="failed",
        seconds=0.0,
        text="why " * 5_000,
    )
    records = [opened, *(replace(check, interaction=str(number)) for number in range(2_000))]
    text = page(read(records))
    assert len(text) < 2_500_000
    assert "19,700 more characters in the journal" in text


def test_the_policy_allows_the_page_and_nothing_else(green: list[Record]) -> None:
    """Nothing is loaded, and only the page's own style and script are allowed, each by its digest."""
    text = page(read(green))
    match = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', text)
    assert match is not None
    policy = match[1].replace("&#x27;", "'")
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert not re.findall(r"(?:https?:)?//(?!www.w3.org)\w", re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE))


def test_the_report_replaces_the_one_before(green: list[Record], failing: list[Record], tmp_path: Path) -> None:
    """The folder is made, holds one file, and that is the report of the last run."""
    folder = tmp_path / "deep" / "stormproof-report"
    write_report(failing, folder)
    path = write_report(green, folder)
    assert path == folder / "index.html"
    assert [each.name for each in folder.iterdir()] == ["index.html"]
    assert "Everything that was checked held" in path.read_text(encoding="utf-8")
