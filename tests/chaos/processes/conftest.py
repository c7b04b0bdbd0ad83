from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest


Eventually = Callable[[Callable[[], object]], None]
Python = Callable[[str], list[str]]


@pytest.fixture
def eventually() -> Eventually:
    """Wait, with a generous limit, until a condition holds."""

    def wait(condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + 30
        while not condition():
            assert time.monotonic() < deadline, "it never came true"
            time.sleep(0.005)

    return wait


@pytest.fixture
def python() -> Python:
    """Return the command that runs a piece of Python with only the standard library."""
    return lambda code: [sys.executable, "-I", "-S", "-c", code]


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
