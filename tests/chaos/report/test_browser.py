from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from stormproof_chaos.report import write_report


if TYPE_CHECKING:
    from pathlib import Path

    from stormproof_chaos.journal import Record


def test_the_page_works_under_its_own_policy(failing: list[Record], tmp_path: Path, open_tab: OpenTab) -> None:
    """Its style and script run, nothing is refused or logged, and it asks for no other file."""
    tab = open_tab(write_report(failing, tmp_path))
    assert tab.evaluate("getComputedStyle(document.querySelector('.tiles')).display") == "grid"
    assert tab.evaluate("document.querySelector('#only').hidden") is False
    assert tab.events("Log.entryAdded") == []
    assert tab.events("Runtime.exceptionThrown") == []
    assert [event["request"]["url"] for event in tab.events("Network.requestWillBeSent")] == [
        (tmp_path / "index.html").as_uri()
    ]


def test_a_reader_clicks_from_verdict_to_plot_and_back(
    failing: list[Record], tmp_path: Path, open_tab: OpenTab
) -> None:
    """The list of concerns leads to the verdict, that to its step, that to its expectations."""
    tab = open_tab(write_report(failing, tmp_path))
    places = []
    for link in (
        "#attention a[href='#scenario-1-verdict-2']",
        "#scenario-1-verdict-2 a",
        "#scenario-1-step-2 a .band",
        "a.limit[href='#scenario-1-verdict-3'] text",
    ):
        tab.click(link)
        places.append(tab.evaluate("location.hash.slice(1)"))
        tab.wait_for(
            "(() => { const r = document.querySelector(':target').getBoundingClientRect();"
            " return r.top < innerHeight && r.bottom > 0; })()"
        )
    assert places == ["scenario-1-verdict-2", "scenario-1-step-2", "scenario-1-expectations-2", "scenario-1-verdict-3"]


def test_single_calls_are_read_off_the_plot(failing: list[Record], tmp_path: Path, open_tab: OpenTab) -> None:
    """The buttons lead from failed call to failed call, around the end, and say what each was."""
    tab = open_tab(write_report(failing, tmp_path))
    told = "document.querySelector('output').textContent"
    tab.click("[data-move='1']")
    first = tab.evaluate(told)
    assert first.endswith("1.00 s · timeout · POST /orders · step 2")
    tab.click("[data-move='1']")
    assert tab.evaluate(told) != first
    tab.click("[data-move='-1']")
    assert tab.evaluate(told) == first
    tab.click("[data-move='-1']")
    last = tab.evaluate(told)
    assert last > first, "the one before the first is the last"
    assert tab.evaluate("document.querySelector('.ring').getAttribute('cx') > 0")


def test_what_is_fine_can_be_hidden(failing: list[Record], tmp_path: Path, open_tab: OpenTab) -> None:
    """The switch hides rows that held and keeps those that did not."""
    tab = open_tab(write_report(failing, tmp_path))
    shown = "[1, 2].map((row) => document.querySelector(`#interaction-${row}`).checkVisibility())"
    assert tab.evaluate(shown) == [True, True]
    tab.click("#only")
    assert tab.evaluate(shown) == [True, False]
    assert tab.evaluate("document.querySelector('#only').getAttribute('aria-pressed')") == "true"
    tab.click("#only")
    assert tab.evaluate(shown) == [True, True]


def test_a_keyboard_reaches_everything(failing: list[Record], tmp_path: Path, open_tab: OpenTab) -> None:
    """The first stop is the skip link; every link, button, fold and plot is a stop, each with a visible focus."""
    tab = open_tab(write_report(failing, tmp_path))
    expected = tab.evaluate("document.querySelectorAll('a, button, summary, .scroll').length")
    stops = []
    for _ in range(expected):
        tab.press("Tab")
        stops.append(
            tab.evaluate(
                "(() => { const e = document.activeElement; const s = getComputedStyle(e);"
                " const shape = e.querySelector('.band, path');"
                " return [e.textContent, s.outlineStyle !== 'none' || !!shape &&"
                " getComputedStyle(shape).stroke === getComputedStyle(document.querySelector('a')).color]; })()"
            )
        )
    assert stops[0][0] == "Skip to the results"
    assert [text for text, visible in stops if not visible] == []
    assert tab.evaluate("document.activeElement.matches('.verdicts :is(a, summary)')"), (
        "the last stop is in the last table"
    )


@pytest.mark.parametrize("width", [360, 420, 1280])
def test_the_page_fits_its_window(failing: list[Record], tmp_path: Path, open_tab: OpenTab, width: int) -> None:
    """Only the plot scrolls sideways, never the page, even with a name of two hundred letters."""
    from dataclasses import replace

    from stormproof_chaos.journal import ContractChecked

    records = [replace(each, interaction="x" * 200) if isinstance(each, ContractChecked) else each for each in failing]
    tab = open_tab(write_report(records, tmp_path), width=width)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("dark", [False, True])
def test_text_has_contrast(failing: list[Record], tmp_path: Path, open_tab: OpenTab, dark: bool) -> None:
    """Every colour of text has a contrast of 4.5 or more on what it stands on (WCAG 2.2, 1.4.3)."""
    tab = open_tab(write_report(failing, tmp_path), dark=dark)
    low = tab.evaluate(
        """(() => {
          const parts = (text) => text.match(/[\\d.]+/g).map(Number);
          const light = (rgb) => rgb.slice(0, 3).map((c) => c / 255)
            .map((c) => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
            .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
          const behind = (e) => {
            for (; e; e = e.parentElement) {
              const back = parts(getComputedStyle(e).backgroundColor);
              if (back.length === 3 || back[3] > 0) return back;
            }
            return [255, 255, 255];
          };
          const low = new Set();
          for (const e of document.querySelectorAll("body *")) {
            const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
            if (!own || !e.checkVisibility() || e.matches("script, style")) continue;
            const style = getComputedStyle(e);
            const ink = light(parts(e.closest("svg") ? style.fill : style.color));
            const paper = light(behind(e));
            const contrast = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
            if (contrast < 4.5) low.add(`${e.tagName}.${e.getAttribute("class")} ${contrast.toFixed(2)}`);
          }
          return [...low];
        })()"""
    )
    assert low == []


def test_a_hundred_thousand_calls_open_and_answer(large: list[Record], tmp_path: Path, open_tab: OpenTab) -> None:
    """The page of a large run loads, and its plot can be read."""
    tab = open_tab(write_report(large, tmp_path))
    tab.click("[data-move='1']")
    assert "timeout" in tab.evaluate("document.querySelector('output').textContent")


def test_nothing_is_folded_on_paper(green: list[Record], tmp_path: Path, open_tab: OpenTab) -> None:
    """Printing opens the evidence, and folds it again afterwards."""
    tab = open_tab(write_report(green, tmp_path))
    folded = "document.querySelectorAll('details:not([open])').length"
    assert tab.evaluate(folded) > 0
    assert tab.evaluate(f"(() => {{ dispatchEvent(new Event('beforeprint')); return {folded}; }})()") == 0
    assert tab.evaluate(f"(() => {{ dispatchEvent(new Event('afterprint')); return {folded}; }})()") > 0
