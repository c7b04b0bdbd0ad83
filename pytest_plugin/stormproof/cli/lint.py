"""``stormproof lint``: every problem of every file, located."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

from stormproof_contracts.errors import DocumentError, Location, Problem, did_you_mean


if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence


HELP = "show every problem of contract, chaos and topology files"
EXAMPLE = "stormproof lint contracts/*.contract.yaml chaos/*.chaos.yaml stormproof.yaml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the files and the format."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace) -> int:
    """Return 0 when every file is right, 1 when one is not."""
    problems = [problem for path in cast("Sequence[Path]", arguments.files) for problem in problems_of(path)]
    if arguments.format == "json":
        print(json.dumps([_plain(problem) for problem in problems], indent=2))
    else:
        for problem in problems:
            print(problem)
        _say_how_many(len(problems), len(arguments.files))
    return 1 if problems else 0


def problems_of(path: Path) -> Sequence[Problem]:
    """Return what is wrong with the file at *path*; its name says of which kind it is."""
    reader = next((read for ending, read in READERS.items() if path.name.endswith(ending)), None)
    if reader is None:
        hint = did_you_mean("".join(path.suffixes), READERS)
        return [Problem(Location(path), f"the name does not say what kind of file this is.{hint}")]
    try:
        reader(path)
    except DocumentError as error:
        return error.problems
    return ()


def _read_contract(path: Path) -> object:
    from stormproof_contracts.formats import load_contract  # noqa: PLC0415 - only for this kind of file

    return load_contract(path, project=Path.cwd() if path.resolve().is_relative_to(Path.cwd()) else None)


def _read_scenario(path: Path) -> object:
    from stormproof_chaos.scenarios import read_scenario  # noqa: PLC0415 - only for this kind of file

    return read_scenario(path)


def _read_topology(path: Path) -> object:
    from stormproof_fixtures.topology import read_topology  # noqa: PLC0415 - only for this kind of file

    return read_topology(path)


READERS: dict[str, Callable[[Path], object]] = {
    ".contract.yaml": _read_contract,
    ".contract.yml": _read_contract,
    ".chaos.yaml": _read_scenario,
    ".chaos.yml": _read_scenario,
    "stormproof.yaml": _read_topology,
}


def _plain(problem: Problem) -> dict[str, object]:
    location = problem.location
    return {"file": str(location.path), "line": location.line, "column": location.column, "text": problem.text}


def _say_how_many(problems: int, files: int) -> None:
    noun = "problem" if problems == 1 else "problems"
    print(f"{problems} {noun} in {files} file{'s' * (files != 1)}", file=sys.stderr)
