"""One supervised program: its group, its output, its end."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Self

from stormproof_chaos.errors import CannotStart
from stormproof_chaos.processes import reaper
from stormproof_chaos.processes._ending import end_groups


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType
    from typing import IO


_TAIL_BYTES = 64 * 1024


class Process:
    """A program that was started here, with all it started itself. Ends with its ``with`` block.

    Attributes:
        name: What it is called in messages.
        command: The program and its arguments.
    """

    def __init__(self, popen: subprocess.Popen[bytes], output: IO[bytes], name: str, command: tuple[str, ...]) -> None:
        self.name = name
        self.command = command
        self._popen = popen
        self._output = output
        self._owner = os.getpid()
        self._stopping = threading.Lock()
        self._stopped = False
        self._watch = reaper.watch_process_group(popen.pid)

    @property
    def pid(self) -> int:
        """The process id, which is the id of its group and session too."""
        return self._popen.pid

    @property
    def returncode(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        return self._popen.poll()

    def tail(self, lines: int = 20) -> list[str]:
        """Return the last *lines* lines it wrote to standard output and error, also after its end."""
        end = os.fstat(self._output.fileno()).st_size
        start = max(0, end - _TAIL_BYTES)
        text = os.pread(self._output.fileno(), end - start, start).decode("utf-8", "replace")
        return text.splitlines()[-lines:]

    def stop(self, grace: float = 5.0) -> None:
        """End it and all it started: SIGTERM, *grace* seconds to go by itself, then SIGKILL.

        Is idempotent. A forked child of the process that started it leaves it alone.
        """
        if os.getpid() != self._owner:
            return
        with self._stopping:
            if self._stopped:
                return
            if self._popen.stdin is not None:
                self._popen.stdin.close()
            if self._group_is_ours():
                end_groups([self.pid], grace=grace, collect=self._popen.poll)
            self._popen.wait()
            self._watch.release()
            self._stopped = True

    def _group_is_ours(self) -> bool:
        """Tell whether the group can still be the one started here.

        The system gives a number away only after the last member of the group of that number went. So once the
        program itself was collected, a process of its number is somebody else's, and so may be the group.
        """
        return self.returncode is None or not _exists(self.pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        state = "running" if self.returncode is None else f"ended with {self.returncode}"
        return f"<Process {self.name} {self.pid}, {state}>"


def _exists(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def start(
    command: Sequence[str],
    *,
    name: str,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    holds_stdin: bool = False,
) -> Process:
    """Start *command* in a session of its own, its output kept in an unnamed file.

    Args:
        command: The program and its arguments; no shell reads them.
        name: What to call it in messages.
        env: Variables added to those of this process.
        cwd: The folder it runs in.
        holds_stdin: Give it a standard input that stays open until it is stopped or this process ends; otherwise it
            reads the end of the input at once.

    Raises:
        CannotStart: there is no such program or folder, or it may not be run.
    """
    reaper.prepare()
    output = tempfile.TemporaryFile(prefix=f"stormproof-{os.getpid()}-")  # noqa: SIM115 - lives as long as the process

    def launch() -> Process:
        popen = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE if holds_stdin else subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=None if env is None else {**os.environ, **env},
            cwd=cwd,
            start_new_session=True,
        )
        return Process(popen, output, name, tuple(command))

    try:
        return _uninterrupted(launch)
    except OSError as error:
        output.close()
        raise CannotStart(_why(error, command, name, cwd)) from error


def _uninterrupted(launch: Callable[[], Process]) -> Process:
    """Return what *launch* starts; Ctrl-C cannot come between the start of a program and its registration.

    Python handles signals on the main thread only. One that is interrupted while it waits here leaves a program that
    the reaper knows and ends.
    """
    outcome: list[Process | BaseException] = []

    def run() -> None:
        try:
            outcome.append(launch())
        except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
            outcome.append(error)

    thread = threading.Thread(target=run, name="stormproof-launch")
    thread.start()
    thread.join()
    (result,) = outcome
    if isinstance(result, BaseException):
        raise result
    return result


def _why(error: OSError, command: Sequence[str], name: str, cwd: Path | None) -> str:
    if cwd is not None and not Path(cwd).is_dir():
        reason = f"there is no folder {cwd} to run it in"
    elif isinstance(error, FileNotFoundError):
        reason = f"there is no program {command[0]!r}; install it, or give its full path"
    else:
        reason = f"{command[0]!r}: {(error.strerror or str(error)).lower()}"
    return f"cannot start {name}: {reason}\n  command   {shlex.join(command)}"
