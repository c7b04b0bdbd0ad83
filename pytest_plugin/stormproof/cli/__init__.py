"""The command line, ``stormproof``: one command a file, one line each in `COMMANDS`."""

from __future__ import annotations

import argparse
import importlib
import sys
from typing import TYPE_CHECKING, Final, Protocol, cast

from stormproof_contracts.errors import did_you_mean


if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Command(Protocol):
    """A module with one command."""

    HELP: str
    EXAMPLE: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's own arguments."""
        ...

    def run(self, arguments: argparse.Namespace) -> int:
        """Carry the command out and return its exit code."""
        ...


COMMANDS: Final[Mapping[str, str]] = {
    "lint": "stormproof.cli.lint",
    "report": "stormproof.cli.report",
    "toxiproxy": "stormproof.cli.toxiproxy",
}


def main(words: Sequence[str] | None = None) -> int:
    """Carry out the command that *words* (the command line unless given) name; returns the exit code."""
    words = sys.argv[1:] if words is None else words
    if words and words[0] == "toxiproxy":
        return _command("toxiproxy").run(argparse.Namespace(words=list(words[1:])))
    if words and not words[0].startswith("-") and words[0] not in COMMANDS:
        print(f"stormproof has no command {words[0]!r}.{did_you_mean(words[0], COMMANDS)}", file=sys.stderr)
        return 2
    parser = argparse.ArgumentParser(prog="stormproof", description="Contracts that hold in a storm.")
    parser.add_argument("--version", action="store_true", help="show the version")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name in COMMANDS:
        command = _command(name)
        described = argparse.RawDescriptionHelpFormatter
        example = f"example:\n  {command.EXAMPLE}"
        command.add_arguments(
            commands.add_parser(
                name, help=command.HELP, description=command.HELP, epilog=example, formatter_class=described
            )
        )
    arguments = parser.parse_args(words)
    if arguments.version:
        from stormproof import __version__  # noqa: PLC0415 - reads the disk

        print(f"stormproof {__version__}")
        return 0
    if arguments.command is None:
        parser.print_help()
        return 2
    return _command(arguments.command).run(arguments)


def _command(name: str) -> Command:
    return cast("Command", importlib.import_module(COMMANDS[name]))
