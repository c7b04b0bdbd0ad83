"""Appends to a journal, one line at a time, so that what was written survives the process."""

from __future__ import annotations

import json
import threading
import time
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Self, cast

from stormproof_chaos.journal._records import JournalOpened, to_json
from stormproof_contracts.redaction import redact_text


if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from stormproof_chaos.journal._records import Record


class Journal:
    """A journal being written; safe to use from several threads. Closes with its ``with`` block.

    Every line is handed to the operating system at once and in one piece, so a process that is killed loses none but
    the one it was at. Secrets are replaced in every text.

    Args:
        path: A new file; its folder is made. One process writes one file: merge the parts of several.
        engine: Who carries the faults out, such as ``embedded``.
        clock: Seconds that never go back; those who write to this journal take their times from it.

    Raises:
        OSError: the file cannot be written, or exists.
    """

    def __init__(self, path: Path, *, engine: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.path = path
        self.clock = clock
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("xb", buffering=0)
        self._lock = threading.Lock()
        self._began = clock()
        started = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        self.write(JournalOpened(started=started, stormproof=version("stormproof"), engine=engine))

    def now(self) -> float:
        """Return the seconds since the journal began."""
        return self.at(self.clock())

    def at(self, moment: float) -> float:
        """Return *moment* of the clock in seconds since the journal began."""
        return moment - self._began

    def write(self, record: Record) -> None:
        """Append *record*.

        Raises:
            ValueError: the journal is closed.
        """
        line = write_line(record)
        with self._lock:
            self._file.write(line)

    def close(self) -> None:
        """Write no more; nothing happens if it is closed already."""
        with self._lock:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def write_line(record: Record) -> bytes:
    """Return the line of *record*, without its secrets."""
    values = {name: _redacted(value) for name, value in to_json(record).items()}
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace") + b"\n"


def _redacted(value: object) -> object:
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, tuple):
        return [_redacted(item) for item in cast("tuple[object, ...]", value)]
    return value
