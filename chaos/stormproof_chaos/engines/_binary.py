"""The real Toxiproxy, as a program that is installed on this machine."""

from __future__ import annotations

import os
import shutil
from contextlib import ExitStack
from typing import TYPE_CHECKING

from stormproof_chaos.engines._server import LocalServer
from stormproof_chaos.errors import CannotStart, Unavailable
from stormproof_chaos.processes import free_port, http_ready, start, wait_until


if TYPE_CHECKING:
    from stormproof_chaos.processes import Process


VARIABLE = "STORMPROOF_TOXIPROXY_SERVER"
_PROGRAM = "toxiproxy-server"
_START_SECONDS = 30.0
_ATTEMPTS = 5
_QUESTION = "/version"
_LOST = "address already in use"
_INSTALL = (
    "  to install it   go install github.com/Shopify/toxiproxy/v2/cmd/server@v2.12.0,"
    f" then rename server to {_PROGRAM}\n"
    "  or without it   --stormproof-engine=embedded"
)


def open_binary(seed: int | None) -> LocalServer:
    """Start it. Toxiproxy accepts *seed* and, up to 2.12, draws without it."""
    program, chance = _find(), [] if seed is None else ["-seed", str(seed)]
    for _ in range(_ATTEMPTS):
        # It can bind port 0, but never tells which port that became.
        server = _open(program, free_port(), chance)
        if server is not None:
            return server
    raise Unavailable(f"the engine 'binary' cannot be had: other programs took {_ATTEMPTS} ports before it could")


def _open(program: str, port: int, chance: list[str]) -> LocalServer | None:
    """Start it on *port*; None when another program was faster."""
    api = f"http://127.0.0.1:{port}"
    answers = http_ready(f"{api}{_QUESTION}")
    with ExitStack() as undo:
        process = _start([program, "-host", "127.0.0.1", "-port", str(port), *chance])
        undo.callback(process.stop)
        # Without its port it neither ends nor serves, and the other program may well answer: so it has to be the one
        # that was asked.
        wait_until(
            lambda: _wrote(process, _LOST) or (answers() and _wrote(process, _QUESTION)),
            process=process,
            timeout=_START_SECONDS,
            what=f"{api}{_QUESTION}",
        )
        if _wrote(process, _LOST):
            return None
        undo.pop_all()
    return LocalServer(name="binary", api=api, tail=process.tail, close=process.stop)


def _find() -> str:
    wanted = os.environ.get(VARIABLE) or _PROGRAM
    found = shutil.which(wanted)
    if found is None:
        where = f"{wanted}, which {VARIABLE} names, is no program" if wanted != _PROGRAM else f"{wanted} is not on PATH"
        raise Unavailable(f"the engine 'binary' cannot be had: {where}\n{_INSTALL}")
    return found


def _start(command: list[str]) -> Process:
    try:
        return start(command, name=_PROGRAM, env={"LOG_LEVEL": "debug"})  # which tells of each question it is asked
    except CannotStart as error:
        raise Unavailable(f"the engine 'binary' cannot be had: {error}\n{_INSTALL}") from error


def _wrote(process: Process, words: str) -> bool:
    return any(words in line for line in process.tail())
