"""The reaper: one tiny helper process a session that ends what this process leaves behind.

Whatever would outlive a killed process is registered with it, and released once it has been ended in order. The helper
starts with the first registration and learns of the end of this process by its closing pipe, so SIGKILL is no escape.
A forked child begins with none of its own; threads may register at any time.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path


_PROGRAM = Path(__file__).with_name("_ending.py")
_END_SECONDS = 45.0  # longer than every limit inside the helper together


@dataclass(frozen=True, slots=True)
class Watch:
    """Something the reaper ends unless it is released first."""

    kind: str
    value: str | int

    def release(self) -> None:
        """Forget it, because it has been ended; doing so again changes nothing."""
        _state.release(self)


def prepare() -> None:
    """Start the helper, so that a registration after the start of a program takes no time it could be lost in."""
    _state.prepare()


def watch_process_group(group: int) -> Watch:
    """Have the process group *group* ended: SIGTERM, three seconds, SIGKILL."""
    return _state.watch(Watch("group", group))


def watch_directory(path: Path) -> Watch:
    """Have the directory *path* removed, with all that is in it."""
    return _state.watch(Watch("directory", str(path.absolute())))


def watch_container(container: str) -> Watch:
    """Have the Docker container of this id removed, with its anonymous volumes."""
    return _state.watch(Watch("container", container))


def watch_proxy(url: str) -> Watch:
    """Have the proxy at *url*, of an engine that is not ours to end, deleted by one HTTP DELETE."""
    return _state.watch(Watch("proxy", url))


class _Helper:
    """The helper process and this process's end of its pipe."""

    def __init__(self) -> None:
        reading, self._pipe = os.pipe()
        try:
            self._popen = subprocess.Popen(
                [sys.executable, "-I", "-S", str(_PROGRAM)],
                stdin=reading,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        finally:
            os.close(reading)

    def tell(self, order: str, watch: Watch) -> bool:
        """Give one order; False when the helper is no more."""
        try:
            os.write(self._pipe, f"{json.dumps([order, watch.kind, watch.value])}\n".encode())
        except BrokenPipeError:
            os.close(self._pipe)
            self._popen.wait()
            return False
        return True

    def finish(self, *, idle: bool) -> None:
        """Have it end what is left and wait for that; an *idle* one is simply ended."""
        if idle:
            self._popen.kill()
        os.close(self._pipe)
        self._popen.wait(_END_SECONDS)

    def disown(self) -> None:
        """Let go of it in a forked child, whose copy of the pipe would keep it waiting."""
        os.close(self._pipe)
        self._popen.returncode = 0  # not this process's child: nothing to collect, nothing to warn of


class _Reaper:
    """What this process has registered, and the helper that knows it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watched: dict[Watch, None] = {}
        self._helper: _Helper | None = None

    def prepare(self) -> None:
        with self._lock:
            if self._helper is None:
                self._helper = _Helper()

    def watch(self, watch: Watch) -> Watch:
        with self._lock:
            self._watched[watch] = None
            self._order("watch", watch)
        return watch

    def release(self, watch: Watch) -> None:
        with self._lock:
            if watch in self._watched:
                del self._watched[watch]
                self._order("release", watch)

    def _order(self, order: str, watch: Watch) -> None:
        """Tell the helper; a new one, where there is none or somebody ended it, is told everything."""
        if self._helper is None or not self._helper.tell(order, watch):
            self._helper = _Helper()
            for known in self._watched:
                self._helper.tell("watch", known)

    def finish(self) -> None:
        """End what is left: an orderly exit leaves nothing behind even for an instant."""
        with self._lock:
            helper, self._helper = self._helper, None
            if helper is not None:
                helper.finish(idle=not self._watched)

    def forget(self) -> None:
        """Begin anew in a forked child, to which nothing of the parent's belongs."""
        self._lock = threading.Lock()
        self._watched = {}
        helper, self._helper = self._helper, None
        if helper is not None:
            helper.disown()


_state = _Reaper()
atexit.register(_state.finish)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_state.forget)
