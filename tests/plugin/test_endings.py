"""However a run ends, nothing of it is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.plugin.test_storm import SERVICE, TOPOLOGY


if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.plugin.conftest import Project


PATIENCE = 30.0

HANGING = """
import pathlib, time

def test_it(stormproof):
    from stormproof import partition
    stormproof.topology
    with stormproof.fault("front -> back", partition()):
        pathlib.Path("started").touch()
        time.sleep(600)
"""


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="finds processes through /proc: run it on Linux")
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda ending: ending.name)
def test_no_process_survives_its_run(
    empty: Project, eventually: Callable[[Callable[[], object]], None], ending: signal.Signals
) -> None:
    """Ctrl-C, SIGTERM and SIGKILL of pytest end services and engine too."""
    empty.write("service.py", SERVICE)
    empty.write("stormproof.yaml", TOPOLOGY)
    empty.write("test_it.py", HANGING)
    mark = f"STORMPROOF_TEST_RUN={os.getpid()}-{ending.name}-{time.monotonic_ns()}"
    name, _, value = mark.partition("=")
    run = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:schemathesis"],
        cwd=empty.pytester.path,
        env={**os.environ, name: value},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        eventually((empty.pytester.path / "started").exists)
        assert len(_marked(mark)) > 2, "pytest, an engine and two services run"
        run.send_signal(ending)
        run.wait(PATIENCE)
        eventually(lambda: not _marked(mark))
    finally:
        run.kill()
        run.wait()


def _marked(mark: str) -> list[int]:
    """Return the processes that inherited *mark* in their environment."""
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if mark.encode() in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
            except OSError:
                continue
    return found
