"""``stormproof report``: the HTML report of a journal."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

from stormproof_chaos.journal import JournalError, merge_journals


if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence


HELP = "draw the HTML report of one or more journals"
EXAMPLE = "stormproof report stormproof-report/journal.jsonl --to report"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the journals and the folder."""
    parser.add_argument("journals", nargs="+", type=Path, metavar="JOURNAL")
    parser.add_argument("--to", type=Path, default=Path("stormproof-report"), metavar="FOLDER")


def run(arguments: argparse.Namespace) -> int:
    """Return 0 when the report is written, 2 when a journal cannot be read."""
    from stormproof_chaos.report import write_report  # noqa: PLC0415 - only where there is something to draw

    try:
        records = merge_journals(cast("Sequence[Path]", arguments.journals))
    except JournalError as error:
        print(error, file=sys.stderr)
        return 2
    print(write_report(records, arguments.to))
    return 0
