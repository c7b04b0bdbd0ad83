from __future__ import annotations

import sys
from collections.abc import Callable

import pytest


Eventually = Callable[[Callable[[], object]], None]
Python = Callable[[str], list[str]]


@pytest.fixture
def python() -> Python:
    """Return the command that runs a piece of Python with only the standard library."""
    return lambda code: [sys.executable, "-I", "-S", "-c", code]
