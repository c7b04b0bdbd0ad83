"""Directories that are gone when their user is."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from stormproof_chaos.processes import reaper


if TYPE_CHECKING:
    from collections.abc import Generator


@contextmanager
def temporary_directory(prefix: str) -> Generator[Path]:
    """Make a directory whose name starts with *prefix*, and remove it at the end or when this process is killed."""
    path = Path(tempfile.mkdtemp(prefix=prefix))
    watch = reaper.watch_directory(path)
    try:
        yield path
    finally:
        with suppress(FileNotFoundError):  # its user may have removed it
            shutil.rmtree(path)
        watch.release()
