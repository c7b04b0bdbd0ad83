"""From asking for the engine to the first answer through a proxy of it, beside starting a bare Python."""

from __future__ import annotations

import subprocess
import sys

from benchmarks.measuring import ROOT, clean, median, provider, row, timed


OURS = """
import sys, time, http.client
started = time.perf_counter()
from stormproof_chaos.engines import open_engine
engine = open_engine("embedded")
proxy = engine.proxy("benchmark", sys.argv[1].removeprefix("http://"))
connection = http.client.HTTPConnection(proxy.listen)
connection.request("GET", "/")
assert connection.getresponse().read()
print(time.perf_counter() - started)
connection.close()
engine.close()
"""


def main() -> None:
    """Time the first proxied answer in fresh processes."""
    with provider() as url:
        command = [sys.executable, "-c", OURS, url]
        runs = [subprocess.run(command, check=True, capture_output=True, text=True, env=clean()) for _ in range(9)]
    seconds = sorted(float(run.stdout) for run in runs)[4]
    bare = median(lambda: timed([sys.executable, "-c", "import requests"], ROOT), 9)
    row(
        "first proxied answer, imports included",
        seconds * 1000,
        "ms",
        "<= 150 ms",
        f"{seconds / bare:.2f} of import requests",
    )
