"""``stormproof toxiproxy``: the embedded engine as a drop-in toxiproxy-server."""

from __future__ import annotations

from typing import TYPE_CHECKING


if TYPE_CHECKING:
    import argparse


HELP = "serve the Toxiproxy HTTP API with the embedded engine"
EXAMPLE = "stormproof toxiproxy --port 8474"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Leave the arguments to the engine, which has help of its own."""
    parser.add_argument("words", nargs="*", metavar="OPTION")


def run(arguments: argparse.Namespace) -> int:
    """Run the engine until it is interrupted."""
    from stormproof_chaos.engine.server import main  # noqa: PLC0415 - only for this command

    return main(arguments.words)
