"""Reading and collecting large contract files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.measuring import base_install, clean, large_contract, project, row, timed


LOAD = """
import resource, sys, time
from pathlib import Path
from stormproof_contracts.formats import load_contract
started = time.perf_counter()
contract = load_contract(Path(sys.argv[1]))
print(time.perf_counter() - started, len(contract.interactions), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
LIBYAML = """
import sys, time, yaml
text = open(sys.argv[1]).read()
started = time.perf_counter()
loader = yaml.CSafeLoader(text)
while loader.check_event():
    loader.get_event()
print(time.perf_counter() - started)
"""


def main() -> None:
    """Load 10,000 interactions in a fresh process, beside libyaml alone; then collect them with pytest."""
    with project(large_contract(10_000)) as folder, base_install() as python:
        file = str(folder / "orders-inventory.contract.yaml")
        floor = float(_output(LIBYAML, file))
        seconds, _, kilobytes = _output(LOAD, file).split()
        row(
            "10,000 interactions loaded",
            float(seconds),
            "s",
            "<= 2.2 s",
            f"{float(seconds) / floor:.2f} of libyaml's events",
        )
        row("memory of it", int(kilobytes) / 1024, "MB")
        size = Path(file).stat().st_size / 1e6
        row("size of the file", size, "MB")
        collect = timed([str(python), "-m", "pytest", "--collect-only", "-qq"], folder)
        row("10,000 interactions collected, whole process", collect, "s", "<= 3 s")


def _output(code: str, argument: str) -> str:
    run = subprocess.run(
        [sys.executable, "-c", code, argument], check=True, capture_output=True, text=True, env=clean()
    )
    return run.stdout
