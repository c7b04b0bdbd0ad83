from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from stormproof_chaos.journal import ContractChecked
from stormproof_chaos.report import write_report


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from stormproof_chaos.journal import Record


NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = tuple(
    f"--{switch}"
    for switch in (
        "headless",
        "no-sandbox",
        "disable-gpu",
        "disable-quic",
        "no-first-run",
        "disable-background-networking",
        "disable-breakpad",
        "disable-crash-reporter",
        "disable-component-update",
        "disable-sync",
        "disable-dev-shm-usage",
        "hide-scrollbars",
        "remote-debugging-pipe",
    )
)
# Chromium takes its commands from descriptor 3 and answers on 4; both may be in use where it is started from.
LAUNCHER = """
import fcntl, os, sys
high = [fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3]]
for target, source in zip((3, 4), high): os.dup2(source, target)
os.execv(sys.argv[3], sys.argv[3:])
"""
PATIENCE = 60  # seconds for one answer of the browser


class Browser:
    """A headless Chromium, spoken to over a pair of pipes (Chrome DevTools Protocol)."""

    def __init__(self, program: str, profile: Path) -> None:
        commands, self._commands = os.pipe()
        self._answers, answers = os.pipe()
        arguments = [program, *QUIET, f"--user-data-dir={profile}", "about:blank"]
        self._process = subprocess.Popen(
            [sys.executable, "-c", LAUNCHER, str(commands), str(answers), *arguments],
            pass_fds=(commands, answers),
            start_new_session=True,
            stderr=subprocess.DEVNULL,
        )
        os.close(commands)
        os.close(answers)
        self._number, self._rest = 0, b""
        self.events: list[dict[str, Any]] = []

    def call(self, method: str, session: str | None = None, **parameters: object) -> dict[str, Any]:
        """Return the browser's answer to one command."""
        self._number += 1
        command = {"id": self._number, "method": method, "params": parameters}
        if session:
            command["sessionId"] = session
        os.write(self._commands, json.dumps(command).encode() + b"\0")
        while True:
            message = self._message()
            if message.get("id") == self._number:
                assert "error" not in message, message["error"]
                return message["result"]  # type: ignore[no-any-return]
            self.events.append(message)

    def close(self) -> None:
        """End the browser and every process it started."""
        os.close(self._commands)
        os.close(self._answers)
        with suppress(ProcessLookupError):  # it may have ended when its pipe was closed
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(PATIENCE)

    def _message(self) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._answers], [], [], max(deadline - time.monotonic(), 0))
            assert ready, "the browser does not answer"
            chunk = os.read(self._answers, 1 << 20)
            assert chunk, "the browser ended"
            self._rest += chunk
        message, self._rest = self._rest.split(b"\0", 1)
        return json.loads(message)  # type: ignore[no-any-return]


class Tab:
    """One page in the browser."""

    def __init__(self, browser: Browser, page: Path, *, width: int, dark: bool) -> None:
        self._browser = browser
        self._target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        attached = browser.call("Target.attachToTarget", targetId=self._target, flatten=True)
        self._session = attached["sessionId"]
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setDeviceMetricsOverride", **size)
        still = {"name": "prefers-reduced-motion", "value": "reduce"}  # jumps, so that a click hits what it aims at
        self.call("Emulation.setEmulatedMedia", features=[scheme, still])
        for domain in ("Log", "Runtime", "Page", "Network"):
            self.call(f"{domain}.enable")
        self.call("Page.navigate", url=page.as_uri())
        self.wait_for("document.readyState === 'complete' && location.protocol === 'file:'")

    def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """Return the answer to a command about this page."""
        return self._browser.call(method, self._session, **parameters)

    def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait_for(self, condition: str) -> None:
        """Wait until a JavaScript expression is true."""
        deadline = time.monotonic() + PATIENCE
        while not self.evaluate(condition):
            assert time.monotonic() < deadline, f"never true: {condition}"

    def click(self, selector: str) -> None:
        """Click the middle of the first element that *selector* finds, as a mouse does."""
        rectangle = (
            f"(() => {{ const e = document.querySelector({json.dumps(selector)});"
            " e.scrollIntoView({block: 'center', behavior: 'instant'});"
            " const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()"
        )
        x, y = self.evaluate(rectangle)
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def press(self, key: str) -> None:
        """Press a key."""
        code = {"Tab": 9, "Enter": 13}[key]
        text = {"text": "\r"} if key == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **text)

    def events(self, method: str) -> list[dict[str, Any]]:
        """Return what this page reported by *method* so far."""
        mine = (event for event in self._browser.events if event.get("sessionId") == self._session)
        return [event["params"] for event in mine if event["method"] == method]

    def close(self) -> None:
        """Close the page."""
        self._browser.call("Target.closeTarget", targetId=self._target)


class OpenTab(Protocol):
    """Opens a page in the browser."""

    def __call__(self, page: Path, *, width: int = 1280, dark: bool = False) -> Tab: ...


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A headless Chromium."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip(f"needs Chromium, as one of {', '.join(NAMES)} on PATH: apt-get install chromium")
    started = Browser(program, tmp_path_factory.mktemp("profile"))
    try:
        yield started
    finally:
        started.close()


@pytest.fixture
def open_tab(browser: Browser) -> Iterator[OpenTab]:
    """Pages of the browser, closed after the test."""
    opened: list[Tab] = []

    def open_one(page: Path, *, width: int = 1280, dark: bool = False) -> Tab:
        opened.append(Tab(browser, page, width=width, dark=dark))
        return opened[-1]

    yield open_one
    for tab in opened:
        tab.close()


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
    assert first.endswith("1.00s · timeout · POST /orders · step 2")
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
