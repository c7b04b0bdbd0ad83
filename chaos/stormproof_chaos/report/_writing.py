"""Writes the report."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from stormproof_chaos.report.page import page
from stormproof_chaos.report.reading import read


if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from stormproof_chaos.journal import Record


NAME = "index.html"


def write_report(records: Iterable[Record], folder: Path) -> Path:
    """Write the report on the *records* of a journal to ``index.html`` in *folder*, and return its path.

    The folder is made; a report in it is replaced at once, so that a reader never sees half of one.

    Raises:
        OSError: the folder or the file cannot be written.
    """
    content = page(read(records)).encode("utf-8")
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{NAME}.{os.getpid()}"
    try:
        part.write_bytes(content)
        return part.replace(folder / NAME)
    finally:
        part.unlink(missing_ok=True)
