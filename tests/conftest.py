"""What every test of stormproof shares."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

import pytest


if TYPE_CHECKING:
    from collections.abc import Generator


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
