"""What every test of stormproof shares."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest


if TYPE_CHECKING:
    from collections.abc import Callable, Generator


def pytest_configure() -> None:
    """Hear Ctrl-C, here and in every child: a shell that puts a job in the background has it ignore SIGINT."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
    call: pytest.CallInfo[Any],
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With --stormproof-require no test of this suite may be skipped, whatever its reason."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and item.config.getoption("--stormproof-require"):
        report.outcome = "failed"
        report.longrepr = f"--stormproof-require allows no skip:\n{report.longrepr}"
    return report


@pytest.fixture
def eventually() -> Callable[[Callable[[], object]], None]:
    """Wait until a condition holds, for a minute at most."""

    def wait(condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < deadline, "it did not come true within a minute"
            time.sleep(0.005)

    return wait


@pytest.fixture
def is_running() -> Callable[[int], bool]:
    """Tell whether a process exists and has not ended; a zombie has ended."""

    def check(process: int) -> bool:
        try:
            os.kill(process, 0)
            return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text(encoding="utf-8")
        except (ProcessLookupError, FileNotFoundError):
            return False

    return check
