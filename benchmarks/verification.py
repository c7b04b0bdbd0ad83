"""Verifying contracts over a socket, as pytest items: whole processes, beside runs of empty tests."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from benchmarks.measuring import base_install, clean, contract, median, project, provider, row, timed


if TYPE_CHECKING:
    from pathlib import Path


EMPTY = "import pytest\n\n@pytest.mark.parametrize('number', range({}))\ndef test_it(number): pass\n"


def main() -> None:
    """Measure 1,000 and 10,000 interactions."""
    with base_install() as python, provider() as url:
        for interactions, target, rounds in ((1_000, "<= 0.6 s", 5), (10_000, "<= 6 s, < 250 MB", 1)):
            with project() as empty:
                (empty / "test_it.py").write_text(EMPTY.format(interactions))
                command = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider"]
                floor = median(lambda command=command, empty=empty: timed(command, empty), rounds)
            with project(contract(interactions)) as folder:
                verify = [*command, "--stormproof-provider", f"inventory={url}"]
                seconds = median(lambda verify=verify, folder=folder: timed(verify, folder), rounds)
                row(
                    f"{interactions:,} interactions verified",
                    seconds,
                    "s",
                    target,
                    f"{seconds / floor:.2f} of empty tests {floor:.2f} s",
                )
                row("memory of it", _peak(verify, folder), "MB")


PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, capture_output=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def _peak(command: list[str], folder: Path) -> float:
    """Return the largest resident memory of *command* in MB; measured from a process that has no other children."""
    measured = [sys.executable, "-c", PEAK, *command]
    run = subprocess.run(measured, cwd=folder, check=True, capture_output=True, text=True, env=clean())
    return int(run.stdout) / 1024
