"""Links, faults and scenarios under pytest, over every engine that is here."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest


if TYPE_CHECKING:
    from tests.plugin.conftest import Project


IMAGE = "ghcr.io/shopify/toxiproxy:2.12.0"


def image_is_here() -> bool:
    docker = shutil.which("docker")
    return (
        docker is not None
        and subprocess.run([docker, "image", "inspect", IMAGE], capture_output=True, check=False).returncode == 0
    )


ENGINES = [
    "embedded",
    pytest.param(
        "container",
        marks=pytest.mark.skipif(
            not image_is_here(), reason=f"needs Docker and its image: start Docker, then docker pull {IMAGE}"
        ),
    ),
    pytest.param(
        "binary",
        marks=pytest.mark.skipif(
            shutil.which("toxiproxy-server") is None,
            reason="needs toxiproxy-server on PATH: go install github.com/Shopify/toxiproxy/v2/cmd/server@v2.12.0",
        ),
    ),
]

SERVICE = """
import json, os, sys, urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *arguments): pass
    def do_GET(self):
        url = os.environ.get("BACK")
        try:
            text = urllib.request.urlopen(url, timeout=0.3).read().decode() if url else "back"
        except OSError:
            text = "fallback"
        body = json.dumps({"from": text}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

class Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True

Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
TOPOLOGY = """
services:
  back: {run: "python service.py {port}"}
  front: {run: "python service.py {port}", env: {BACK: "{back}"}}
"""
SCENARIO = """
scenario: front answers without back
load: {call: "GET {front}/", rate: 40/s, timeout: 5s}
steps:
  - for: 1s
  - for: 1s
    faults: [{down: front -> back}]
    expect: {success: ">= 99%"}
"""


@pytest.fixture
def system(empty: Project) -> Project:
    empty.write("service.py", SERVICE)
    empty.write("stormproof.yaml", TOPOLOGY)
    return empty


@pytest.mark.parametrize("engine", ENGINES)
def test_a_fault_disturbs_one_link_while_its_block_runs(system: Project, engine: str) -> None:
    """The fallback shows inside of the block, the answer after it, and nothing is left on the engine."""
    system.write(
        "test_it.py",
        """
import httpx, pytest
from stormproof import down, latency, partition
from stormproof_chaos.faults import audit

@pytest.mark.parametrize("fault", [down(), latency(2), partition()], ids=str)
def test_it(stormproof, stormproof_session, fault):
    url = stormproof.topology.address("front")
    ask = lambda: httpx.get(url, timeout=10).json()["from"]
    assert "back" in ask() and ask() != "fallback"
    with stormproof.fault("front -> back", fault):
        assert ask() == "fallback"
    assert ask() != "fallback"
    assert not audit(stormproof_session.engine)
""",
    )
    system.run("--stormproof-engine", engine).assert_outcomes(passed=3)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_chaos_file_is_an_item(system: Project, engine: str, mode: tuple[str, ...]) -> None:
    """A scenario runs as one test, is marked chaos, and ends in the summary and the report."""
    system.write("chaos/back-is-down.chaos.yaml", SCENARIO)
    result = system.run("-m", "chaos", "--stormproof-engine", engine, *mode)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["scenario *held *broken *could not tell", "front answers without back *1 *0 *0"])
    assert "front answers without back" in system.read("stormproof-report/index.html")


def test_a_broken_expectation_is_explained(system: Project) -> None:
    """The failure names expectation, measure, evidence and fault, and shows no traceback."""
    system.write("service.py", SERVICE.replace('text = "fallback"', "raise"))
    system.write("chaos/back-is-down.chaos.yaml", SCENARIO)
    result = system.run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            'chaos/back-is-down.chaos.yaml:*"front answers without back"',
            "*fault     down on front -> back",
            "*expected  success >= 99%*",
            "*got       0%*",
            "broken: front answers without back / success >= 99%*",
        ]
    )
    assert "Traceback" not in result.stdout.str().split("stormproof -")[1]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            ("down: front -> back", "down: front -> bakc"),
            "no link is called 'front -> bakc'. Did you mean 'front -> back'?",
        ),
        (("{front}", "{fornt}"), "Did you mean 'front'?"),
        (("down:", "donw:"), "Did you mean 'down'?"),
        (("success:", "sucess:"), "Did you mean 'success'?"),
    ],
)
def test_what_a_scenario_names_must_exist(system: Project, change: tuple[str, str], told: str) -> None:
    """An unknown link, service, fault or expectation is told with the nearest one before anything starts."""
    system.write("chaos/it.chaos.yaml", SCENARIO.replace(*change))
    result = system.run()
    assert result.ret != 0
    assert told in result.stdout.str()


def test_a_service_that_never_gets_ready_shows_its_last_lines(system: Project) -> None:
    """What a failing service wrote last is in the error, and the rest was stopped."""
    system.write("service.py", "raise SystemExit('no database here')")
    system.write("test_it.py", "def test_it(stormproof):\n    stormproof.topology\n")
    result = system.run()
    assert result.ret == 1
    assert "no database here" in result.stdout.str()


def test_an_engine_that_is_not_here_skips_with_how_to_get_it(system: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without toxiproxy-server the binary engine says what to install; an unknown engine names the known ones."""
    system.write("test_it.py", "def test_it(stormproof):\n    stormproof.link('127.0.0.1:1')\n")
    monkeypatch.setenv("PATH", "/nowhere")
    result = system.run("-rs", "--stormproof-engine", "binary")
    result.assert_outcomes(skipped=1)
    assert "go install github.com/Shopify/toxiproxy" in result.stdout.str().replace("\n", " ")
    result = system.run("--stormproof-engine", "embeded")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["*no engine is called 'embeded'; there are embedded, binary, container, and the URL *"]
    )


def test_a_missing_topology_is_named(empty: Project) -> None:
    """Asking for the topology of a project that describes none says which file to write."""
    empty.write("test_it.py", "def test_it(stormproof):\n    stormproof.topology\n")
    result = empty.run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*there is no stormproof.yaml in *; describe the services there"])
