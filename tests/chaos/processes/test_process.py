from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from stormproof_chaos.errors import CannotStart
from stormproof_chaos.processes import start


if TYPE_CHECKING:
    from pathlib import Path


Eventually = Callable[[Callable[[], object]], None]
Python = Callable[[str], list[str]]

INTERRUPTED = """
import os, signal, subprocess, sys
from stormproof_chaos.processes import start

class Interrupting(subprocess.Popen):
    def __init__(self, command, **options):
        super().__init__(command, **options)
        if options.get("start_new_session") and command[-1] == "import signal; signal.pause()":
            print(self.pid, flush=True)
            os.kill(os.getpid(), signal.SIGINT)

subprocess.Popen = Interrupting
try:
    start([sys.executable, "-c", "import signal; signal.pause()"], name="sleeper")
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); signal.pause()"


def test_the_tail_holds_the_last_lines_of_both_outputs(eventually: Eventually, python: Python) -> None:
    """The tail is the end of what was written, to whichever output, also after the end."""
    code = "import sys\nfor n in range(50): print(n, flush=True)\nprint('worse', file=sys.stderr)"
    with start(python(code), name="counter") as process:
        eventually(lambda: process.returncode is not None)
        assert process.tail(3) == ["48", "49", "worse"]
    assert process.tail(1) == ["worse"]


def test_a_talkative_program_is_never_blocked(eventually: Eventually, python: Python) -> None:
    """Output nobody reads does not stop a program, and costs the reader only its tail."""
    with start(
        python("print('x' * 79 + '\\n' * 1, end='') or [print('y' * 79) for _ in range(200_000)]"), name="t"
    ) as process:
        eventually(lambda: process.returncode == 0)
        assert process.tail(2) == ["y" * 79] * 2


def test_stopping_ends_what_the_program_started(
    eventually: Eventually, python: Python, is_running: Callable[[int], bool]
) -> None:
    """A grandchild that ignores SIGTERM ends too, by SIGKILL once the grace is over."""
    code = f"import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', {STUBBORN!r}]).pid, flush=True)"
    with start(python(code + "; sys.stdin.read(); import signal; signal.pause()"), name="parent") as process:
        eventually(lambda: len(process.tail()) == 2)
        grandchild = int(next(line for line in process.tail() if line != "up"))
        assert is_running(grandchild)
        process.stop(grace=0.05)
    assert process.returncode == -signal.SIGTERM
    assert not is_running(grandchild)


def test_a_grandchild_left_behind_ends_too(
    eventually: Eventually, python: Python, is_running: Callable[[int], bool]
) -> None:
    """What a program left running when it ended by itself is ended with its group."""
    code = f"import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', {STUBBORN!r}]).pid, flush=True)"
    with start(python(code), name="launcher") as process:
        eventually(lambda: process.returncode == 0 and len(process.tail()) == 2)
        grandchild = int(next(line for line in process.tail() if line != "up"))
        assert is_running(grandchild)
        process.stop(grace=0.05)
    assert not is_running(grandchild)


def test_a_program_may_end_in_its_own_way(eventually: Eventually, python: Python) -> None:
    """Within the grace a program that handles SIGTERM finishes what it does."""
    code = (
        "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: (print('saved', flush=True), sys.exit(3)));"
        "print('up', flush=True); signal.pause()"
    )
    with start(python(code), name="saver") as process:
        eventually(lambda: process.tail() == ["up"])
    assert process.tail() == ["up", "saved"]
    assert process.returncode == 3


def test_stopping_twice_at_once_is_harmless(python: Python) -> None:
    """Stop is idempotent, from any thread."""
    process = start(python("import signal; signal.pause()"), name="sleeper")
    threads = [threading.Thread(target=process.stop) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    process.stop()
    assert process.returncode == -signal.SIGTERM


def test_a_failing_block_ends_the_program(python: Python) -> None:
    """The program ends with its block, whatever ends the block."""
    with pytest.raises(KeyboardInterrupt), start(python("import signal; signal.pause()"), name="sleeper") as process:
        raise KeyboardInterrupt
    assert process.returncode == -signal.SIGTERM


def test_a_reused_number_is_left_alone(eventually: Eventually, python: Python) -> None:
    """A process that has the number of an ended program is somebody else's."""
    with start(python("import signal; signal.pause()"), name="other") as other:
        process = start(python("pass"), name="ended")
        eventually(lambda: process.returncode == 0)
        process._popen.pid = other.pid
        process.stop()
        assert other.returncode is None


def test_variables_are_added_and_the_folder_is_kept(
    eventually: Eventually, python: Python, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program sees this process's variables, those it was given over them, and its folder."""
    monkeypatch.setenv("STORMPROOF_TEST_A", "kept")
    monkeypatch.setenv("STORMPROOF_TEST_B", "replaced")
    code = "import os; print(os.environ['STORMPROOF_TEST_A'], os.environ['STORMPROOF_TEST_B'], os.getcwd())"
    with start(python(code), name="child", env={"STORMPROOF_TEST_B": "given"}, cwd=tmp_path) as process:
        eventually(lambda: process.returncode is not None)
    assert process.tail() == [f"kept given {tmp_path.resolve()}"]


def test_standard_input_is_at_its_end_unless_held(eventually: Eventually, python: Python) -> None:
    """A program that reads its input is not left hanging, and one that watches it sees it close at the stop."""
    code = "import sys; sys.stdin.read(); print('over', flush=True); sys.exit(7)"
    with start(python(code), name="reader") as reader:
        eventually(lambda: reader.returncode == 7)
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True);"
    with start(python(stubborn + code), name="watcher", holds_stdin=True) as watcher:
        eventually(lambda: watcher.tail() == ["up"])
        assert watcher.returncode is None
    assert watcher.tail() == ["up", "over"]
    assert watcher.returncode == 7


def test_an_interruption_right_after_the_start_loses_no_program(
    eventually: Eventually, is_running: Callable[[int], bool]
) -> None:
    """Ctrl-C between the start of a program and its registration leaves nothing behind."""
    run = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, timeout=60, check=True)
    started, told = run.stdout.split()
    assert told == "interrupted"
    eventually(lambda: not is_running(int(started)))


def test_a_missing_program_is_named() -> None:
    """A program that is not installed is named, with the command."""
    with pytest.raises(CannotStart) as caught:
        start(["no-such-server", "--port", "1 2"], name="orders")
    assert str(caught.value) == (
        "cannot start orders: there is no program 'no-such-server'; install it, or give its full path\n"
        "  command   no-such-server --port '1 2'"
    )


def test_a_missing_folder_is_named(tmp_path: Path, python: Python) -> None:
    """A folder that is not there is not taken for a program that is not there."""
    with pytest.raises(CannotStart, match=r"there is no folder .*/nowhere to run it in"):
        start(python("pass"), name="orders", cwd=tmp_path / "nowhere")


def test_a_file_that_may_not_be_run_is_named(tmp_path: Path) -> None:
    """A file without the right to run it says so."""
    script = tmp_path / "server"
    script.write_text("#!/bin/sh\n")
    with pytest.raises(CannotStart, match="permission denied"):
        start([str(script)], name="orders")


def test_a_forked_child_leaves_the_program_alone(eventually: Eventually, python: Python) -> None:
    """Only the process that started a program stops it."""
    with start(python("import signal; signal.pause()"), name="sleeper") as process:
        process._owner = os.getppid()
        process.stop()
        assert process.returncode is None
        process._owner = os.getpid()
