from __future__ import annotations

import base64
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from stormproof_chaos.journal import (
    CallMade,
    ContractChecked,
    FaultChanged,
    JournalOpened,
    ScenarioFinished,
    ScenarioStarted,
    StepStarted,
    VerdictReached,
)


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

    def screenshot(self) -> bytes:
        """Return the whole page as a PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot", captureBeyondViewport=True)["data"])

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


@pytest.fixture(scope="session")
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


FAILURE = """contracts/orders-inventory.contract.yaml:9:9  "stock of a known item"   orders -> inventory

  expected  $.quantity        integer
  got       $.quantity        "7"  (string)"""
PARTITION, LINK = "partition", "orders -> inventory"
SILENT = "checkout survives a silent inventory"


def checked(interaction: str, side: str, outcome: str, text: str = "") -> ContractChecked:
    """Return the record of one side of an interaction between orders and inventory."""
    return ContractChecked(
        at=0.1,
        contract="orders-inventory",
        file="contracts/orders-inventory.contract.yaml",
        consumer="orders",
        provider="inventory",
        interaction=interaction,
        kind="http",
        side=side,
        outcome=outcome,
        seconds=0.01,
        text=text,
    )


def judged(step: int, expectation: str, outcome: str, measured: str, *evidence: str) -> VerdictReached:
    """Return the record of a verdict of the silent inventory."""
    return VerdictReached(
        at=9.0 if step else 2.0,
        scenario=SILENT,
        step=step,
        expectation=expectation,
        outcome=outcome,
        measured=measured,
        evidence=evidence,
        file="chaos/inventory.chaos.yaml",
        line=6 + step,
        column=14,
    )


def called(at: float, *, fails: bool) -> CallMade:
    """Return a call due at that second, of a scenario whose second step lasts from second 4 to 7."""
    step = 0 if at < 2 else 1 if at < 4 else 2 if at < 7 else 3
    if fails and step == 2 and int(at * 40) % 3 == 0:
        return CallMade(
            at=at, scenario=SILENT, step=2, call="POST /orders", seconds=1.0, outcome="timeout", status=None
        )
    seconds = 0.3 if step == 2 else 0.012
    return CallMade(at=at, scenario=SILENT, step=step, call="POST /orders", seconds=seconds, outcome="ok", status=201)


def scenario_records(*, fails: bool, finishes: bool = True, rate: int = 40) -> list[Record]:
    """Return a scenario of ten seconds with a partition in its second step; interrupted in it if it does not finish."""
    records: list[Record] = [
        ScenarioStarted(at=1.0, scenario=SILENT, file="chaos/inventory.chaos.yaml", load=f"POST /orders at {rate}/s"),
        StepStarted(at=2.0, scenario=SILENT, step=1, seconds=2.0, faults=()),
        StepStarted(at=4.0, scenario=SILENT, step=2, seconds=3.0, faults=(f"{PARTITION} on {LINK}",)),
        FaultChanged(at=4.0, scenario=SILENT, action="added", fault=PARTITION, link=LINK),
        judged(0, "p95 <= 300ms", "held", "12 ms"),
    ]
    if finishes:
        records += [
            FaultChanged(at=7.0, scenario=SILENT, action="removed", fault=PARTITION, link=LINK),
            StepStarted(at=7.0, scenario=SILENT, step=3, seconds=2.0, faults=()),
            judged(2, "success >= 99%", "broken" if fails else "held", "66.6%" if fails else "100%", "4.050 s timeout"),
            judged(2, "breaker opens within 2s", "could not tell" if fails else "held", ""),
            judged(3, "recovers within 1s", "held", "0.1 s", "7.000 s answered"),
        ]
    end = 9.0 if finishes else 5.0
    records += [called(1 + number / rate, fails=fails) for number in range(int((end - 1) * rate))]
    if finishes:
        records.append(ScenarioFinished(at=9.1, scenario=SILENT, outcome="broken" if fails else "held"))
    return records


@pytest.fixture
def opened() -> Record:
    """The first line of a journal."""
    return JournalOpened(started="2026-11-21T03:00:00.000000Z", stormproof="0.1.0", engine="embedded")


@pytest.fixture
def contracts_alone(opened: Record) -> list[Record]:
    """A run of contracts with every outcome, and no scenario."""
    return [
        opened,
        checked("stock of a known item", "provider", "failed", FAILURE),
        checked("stock of a known item", "consumer", "verified"),
        checked("reserve stock", "provider", "skipped", "pip install 'stormproof[grpc]'"),
        checked("release stock", "consumer", "not exercised", "no test called DELETE /reservations/1"),
    ]


@pytest.fixture
def failing(contracts_alone: list[Record]) -> list[Record]:
    """A run in which an interaction failed and an expectation was broken."""
    return [*contracts_alone, *scenario_records(fails=True)]


@pytest.fixture
def green(opened: Record) -> list[Record]:
    """A run in which everything held."""
    return [opened, checked("stock of a known item", "provider", "verified"), *scenario_records(fails=False)]


@pytest.fixture
def interrupted(opened: Record) -> list[Record]:
    """A run that ended in the middle of a step."""
    return [opened, *scenario_records(fails=False, finishes=False)]


@pytest.fixture
def large(opened: Record) -> list[Record]:
    """A scenario of 100,000 calls."""
    return [opened, *scenario_records(fails=True, rate=12_500)]
