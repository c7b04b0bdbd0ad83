"""Runs one service on a port of loopback."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import uvicorn


if TYPE_CHECKING:
    from starlette.applications import Starlette


def port_argument() -> int:
    """Return the port that the command line gives."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    return int(parser.parse_args().port)


def serve(app: Starlette) -> None:
    """Serve *app* until the process is ended."""
    uvicorn.run(app, host="127.0.0.1", port=port_argument(), log_level="warning")
