from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from stormproof_chaos.processes import _ending, reaper, temporary_directory


Eventually = Callable[[Callable[[], object]], None]
IsRunning = Callable[[int], bool]

HEAD = """
import json, os, signal, subprocess, sys, time
from contextlib import ExitStack
from stormproof_chaos.processes import start, temporary_directory, reaper
def say(**facts): print(json.dumps(facts), flush=True)
"""

FAMILY = (
    HEAD
    + """
GRANDCHILD = "import signal, sys; signal.signal(signal.SIGTERM, {on_term}); print('up', flush=True); signal.pause()"
CHILD = "import subprocess, sys; g = subprocess.Popen([sys.executable, '-c', sys.argv[1]]); print(g.pid, flush=True); g.wait()"
stack = ExitStack()
folder = stack.enter_context(temporary_directory("stormproof-test-"))
(folder / "data").write_text("x")
child = start([sys.executable, "-c", CHILD, GRANDCHILD], name="child")
while len(child.tail()) < 2: time.sleep(0.005)
grandchild = int(next(line for line in child.tail() if line != "up"))
{then}
say(child=child.pid, grandchild=grandchild, folder=str(folder))
"""
)


def family(ending: str, *, on_term: str = "signal.SIG_DFL", then: str = "") -> str:
    """Return a program that starts a child which starts a grandchild, has a directory, and ends as said."""
    return FAMILY.replace("{on_term}", on_term).replace("{then}", then) + ending


class Parent:
    """A Python process of which the tests know what it started."""

    def __init__(self, code: str, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdout=subprocess.PIPE,
            stdin=subprocess.PIPE,
            env={**os.environ, **environment},
            start_new_session=True,
        )
        assert self.process.stdout is not None
        self.facts: dict[str, Any] = json.loads(self.process.stdout.readline())


@pytest.fixture
def parents() -> Iterator[Callable[..., Parent]]:
    """Start parents, and collect them afterwards."""
    started: list[Parent] = []

    def make(code: str, **environment: str) -> Parent:
        started.append(Parent(code, **environment))
        return started[-1]

    yield make
    for parent in started:
        with suppress(ProcessLookupError):
            os.killpg(parent.process.pid, signal.SIGKILL)
        parent.process.communicate()


def test_sigkill_leaves_nothing_behind(
    parents: Callable[..., Parent], eventually: Eventually, is_running: IsRunning
) -> None:
    """A killed process takes its child, a grandchild that ignores SIGTERM, and its directory with it."""
    parent = parents(family("signal.pause()", on_term="signal.SIG_IGN"))
    facts = parent.facts
    assert is_running(facts["child"])
    assert is_running(facts["grandchild"])
    assert Path(facts["folder"], "data").exists()
    parent.process.kill()
    eventually(lambda: not is_running(facts["child"]))
    eventually(lambda: not is_running(facts["grandchild"]))
    eventually(lambda: not Path(facts["folder"]).exists())


@pytest.mark.parametrize("ending", ["sys.exit(1)", "raise KeyboardInterrupt", "pass"])
def test_an_orderly_end_is_complete_when_the_process_is_gone(
    parents: Callable[..., Parent], is_running: IsRunning, ending: str
) -> None:
    """Without a kill everything has ended before the process itself has."""
    parent = parents(family(ending))
    parent.process.wait(60)
    assert not is_running(parent.facts["child"])
    assert not is_running(parent.facts["grandchild"])
    assert not Path(parent.facts["folder"]).exists()


def test_nothing_registered_costs_no_wait_and_no_warning() -> None:
    """A process that released everything ends at once and quietly, also with every warning an error."""
    code = HEAD + "with temporary_directory('stormproof-test-'): pass"
    run = subprocess.run(
        [sys.executable, "-W", "error", "-X", "dev", "-c", code], capture_output=True, timeout=60, check=True
    )
    assert run.stderr == b""


def test_a_forked_child_does_not_keep_the_reaper_waiting(
    parents: Callable[..., Parent], eventually: Eventually, is_running: IsRunning
) -> None:
    """A fork that outlives the killed parent neither holds its pipe nor ends its children itself."""
    code = (
        HEAD
        + """
child = start(["sleep", "600"], name="child")
fork = os.fork()
if not fork:
    directory = temporary_directory("stormproof-test-")
    folder = directory.__enter__()
    say(child=child.pid, fork=os.getpid(), folder=str(folder))
signal.pause()
"""
    )
    parent = parents(code)
    facts = parent.facts
    assert is_running(facts["child"])
    parent.process.kill()
    eventually(lambda: not is_running(facts["child"]))
    assert is_running(facts["fork"])
    assert Path(facts["folder"]).exists()
    os.kill(facts["fork"], signal.SIGKILL)
    eventually(lambda: not Path(facts["folder"]).exists())


def test_a_killed_reaper_is_replaced_and_told_everything(
    parents: Callable[..., Parent], eventually: Eventually, is_running: IsRunning
) -> None:
    """Registrations survive the helper that knew them."""
    kill = (
        "helper = reaper._state._helper._popen; helper.kill(); helper.wait(); reaper.watch_directory(folder / 'data')"
    )
    parent = parents(family("signal.pause()", then=kill))
    parent.process.kill()
    eventually(lambda: not is_running(parent.facts["grandchild"]))
    eventually(lambda: not Path(parent.facts["folder"]).exists())


def test_containers_are_removed_with_their_volumes(
    parents: Callable[..., Parent], eventually: Eventually, tmp_path: Path
) -> None:
    """A container that is left is removed by force through the docker command."""
    log = tmp_path / "log"
    docker = tmp_path / "docker"
    docker.write_text(f'#!/bin/sh\necho "$@" > {log}.part && mv {log}.part {log}\n')
    docker.chmod(0o755)
    code = HEAD + "for name in 'aaa', 'bbb': last = reaper.watch_container(name)\nlast.release(); say(); signal.pause()"
    parent = parents(code, PATH=f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    parent.process.kill()
    eventually(log.exists)
    assert log.read_text() == "rm -f -v aaa\n"


def test_proxies_on_an_engine_of_others_are_deleted(parents: Callable[..., Parent], tmp_path: Path) -> None:
    """A proxy that is left on an engine that goes on is deleted there."""
    deleted: list[str] = []

    class Engine(BaseHTTPRequestHandler):
        def do_DELETE(self) -> None:
            deleted.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with HTTPServer(("127.0.0.1", 0), Engine) as server:
        server.timeout = 30
        parent = parents(
            HEAD + f"reaper.watch_proxy('http://127.0.0.1:{server.server_port}/proxies/a%20b'); say(); signal.pause()"
        )
        parent.process.kill()
        server.handle_request()
    assert deleted == ["/proxies/a%20b"]


def test_a_group_whose_number_was_reused_is_left_alone() -> None:
    """The reaper compares the start time of the leader, so it never ends a stranger."""
    watched = _ending._Watched()
    watched.obey("watch", "group", os.getpid())
    assert watched.groups() == [os.getpid()]
    watched.entries["group", os.getpid()] = "1"
    assert watched.groups() == []


def test_many_threads_register_and_release(tmp_path: Path) -> None:
    """Registrations from threads at once are all kept, and all released."""

    def work(number: int) -> None:
        for _ in range(50):
            with temporary_directory(f"stormproof-test-{number}-") as folder:
                assert folder.is_dir()

    before = set(reaper._state._watched)
    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert set(reaper._state._watched) == before


def test_a_directory_its_user_removed_is_no_error() -> None:
    """A directory that is already gone at the end was removed by its user."""
    with temporary_directory("stormproof-test-") as folder:
        folder.rmdir()
    assert not folder.exists()
