"""Ends process groups, and as a program of its own ends whatever its parent leaves behind.

The standard library alone, and nothing of this package: it is started as ``python -I -S _ending.py``, which takes ten
milliseconds. It reads one JSON line an order from its standard input, ``["watch", KIND, VALUE]`` or
``["release", KIND, VALUE]``, and ends all that is still watched once the input closes. The kernel closes it when
the parent goes, however it goes.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from typing import TYPE_CHECKING, BinaryIO


if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator


_POLL_SECONDS = 0.005
_GRACE_SECONDS = 3.0
_KILL_SECONDS = 2.0
_STATE, _GROUP, _STARTED = 0, 2, 19  # fields of /proc/PID/stat after the name, see proc_pid_stat(5)


def end_groups(groups: Collection[int], *, grace: float, collect: Callable[[], object] = lambda: None) -> None:
    """End all members of *groups*: SIGTERM, up to *grace* seconds to go by themselves, then SIGKILL.

    *collect* is called while waiting; it collects the exit of those that are children of the caller.
    """
    for number, seconds in ((signal.SIGTERM, grace), (signal.SIGKILL, _KILL_SECONDS)):
        for group in groups:
            _signal(group, number)
        if _wait_for_end(groups, seconds, collect):
            return


def _signal(group: int, number: int) -> bool:
    """Send a signal to every member of *group*; False when there is none."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):  # macOS: not permitted, when all have ended and none was collected
        return False
    return True


def _wait_for_end(groups: Iterable[int], seconds: float, collect: Callable[[], object]) -> bool:
    deadline = time.monotonic() + seconds
    while True:
        collect()
        if not any(_signal(group, 0) and not _all_zombies(group) for group in groups):
            return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(_POLL_SECONDS)


def _all_zombies(group: int) -> bool:
    """Tell whether only ended processes are left, which nobody collects in a container without an init."""
    members = [stat for stat in _stats() if int(stat[_GROUP]) == group]
    return bool(members) and all(stat[_STATE] in "ZX" for stat in members)


def _stats() -> Iterator[list[str]]:
    if not os.path.isdir("/proc/self"):  # noqa: PTH112 - pathlib costs this program half of its start
        return
    for name in os.listdir("/proc"):  # noqa: PTH208
        if name.isdigit() and (stat := _stat(int(name))):
            yield stat


def _stat(process: int) -> list[str] | None:
    """Return the fields of /proc/PID/stat after the name; None where the system or the process has none."""
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8", errors="replace") as file:  # noqa: PTH123
            return file.read().rpartition(")")[2].split()
    except OSError:
        return None


def _started(process: int) -> str | None:
    stat = _stat(process)
    return stat[_STARTED] if stat else None


class _Watched:
    """What is to be ended; each group with the start time of its leader, so that a reused number is left alone."""

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str | int], str | None] = {}

    def obey(self, order: str, kind: str, value: str | int) -> None:
        if order == "watch":
            self.entries[kind, value] = _started(value) if isinstance(value, int) else None
        else:
            self.entries.pop((kind, value), None)

    def groups(self) -> list[int]:
        return [
            value
            for (_, value), started in self.entries.items()
            if isinstance(value, int) and _started(value) in (None, started)
        ]

    def names(self, kind: str) -> list[str]:
        return [str(value) for (known, value) in self.entries if known == kind]

    def end(self) -> None:
        end_groups(self.groups(), grace=_GRACE_SECONDS)
        for url in self.names("proxy"):
            _delete(url)
        if containers := self.names("container"):
            _remove_containers(containers)
        for directory in self.names("directory"):
            _remove_directory(directory)


def _delete(url: str) -> None:
    from urllib.error import URLError  # noqa: PLC0415 - only the reaper of a shared engine pays for it
    from urllib.request import ProxyHandler, Request, build_opener  # noqa: PLC0415

    try:
        build_opener(ProxyHandler({})).open(Request(url, method="DELETE"), timeout=5).close()  # noqa: S310
    except (URLError, OSError):
        return  # the parent is gone, so there is nobody to tell, and the rest is still to be ended


def _remove_containers(containers: list[str]) -> None:
    import subprocess  # noqa: PLC0415 - most sessions have no container

    try:
        subprocess.run(["docker", "rm", "-f", "-v", *containers], capture_output=True, timeout=30, check=False)  # noqa: S607
    except (OSError, subprocess.SubprocessError):
        return  # as above


def _remove_directory(directory: str) -> None:
    import shutil  # noqa: PLC0415 - as above

    shutil.rmtree(directory, ignore_errors=True)  # as above


def main(orders: BinaryIO) -> None:
    """Follow *orders* until they end, then end what is watched."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # only the end of the parent ends the reaper
    os.chdir("/")  # a directory it stood in could not be removed or unmounted
    watched = _Watched()
    for line in orders:
        watched.obey(*json.loads(line))
    watched.end()


if __name__ == "__main__":
    main(sys.stdin.buffer)
