"""The embedded engine: stormproof's own server, as a child process. Needs nothing installed."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from stormproof_chaos.engines._server import LocalServer
from stormproof_chaos.processes import start, wait_until


if TYPE_CHECKING:
    from stormproof_chaos.processes import Process


_PROGRAM = Path(__file__).parents[1] / "engine" / "__main__.py"
_START_SECONDS = 30.0


def open_embedded(seed: int | None) -> LocalServer:
    """Start it; *seed* decides what its toxics draw."""
    # Isolated and without site-packages, which it does not need, it starts in half the time.
    command = [sys.executable, "-I", "-S", "-E", str(_PROGRAM), "--watch-stdin"]
    chance = [] if seed is None else ["--seed", str(seed)]
    with ExitStack() as undo:
        process = start([*command, *chance], name="the embedded engine", holds_stdin=True)
        undo.callback(process.stop)
        import_module("stormproof_chaos.engines._wire")  # 90 ms that pass while it starts
        wait_until(
            lambda: bool(_addresses(process)), process=process, timeout=_START_SECONDS, what="the address of its API"
        )
        undo.pop_all()
    return LocalServer(name="embedded", api=f"http://{_addresses(process)[0]}", tail=process.tail, close=process.stop)


def _addresses(process: Process) -> list[str]:
    """Return the address of the API, once the line that tells of it is complete."""
    return [json.loads(line)["api"] for line in process.tail() if line.startswith('{"api"') and line.endswith("}")]
