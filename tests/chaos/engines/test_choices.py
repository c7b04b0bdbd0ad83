from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest

from stormproof_chaos.engines import ENGINES, Engine, Proxy, Toxic, open_engine
from stormproof_chaos.engines._container import PublishedServer, open_container
from stormproof_chaos.errors import Unavailable
from stormproof_chaos.processes import free_port


if TYPE_CHECKING:
    from pathlib import Path


def test_the_embedded_engine_is_the_default() -> None:
    """Without a choice nothing has to be installed."""
    with open_engine() as engine:
        assert engine.name == "embedded"
        assert engine.version
        assert engine.api.startswith("http://127.0.0.1:")


def test_an_unknown_choice_is_answered_with_a_guess() -> None:
    """A slip in the choice is corrected."""
    with pytest.raises(Unavailable, match=r"no engine 'embeded'\. Did you mean 'embedded'\?"):
        open_engine("embeded")
    assert set(ENGINES) == {"embedded", "binary", "container"}


def test_a_missing_binary_says_both_ways_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was looked for, how to install it, and what does without."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("STORMPROOF_TOXIPROXY_SERVER", raising=False)
    with pytest.raises(Unavailable) as caught:
        open_engine("binary")
    assert "toxiproxy-server is not on PATH" in str(caught.value)
    assert "go install github.com/Shopify/toxiproxy/v2/cmd/server@v2.12.0" in str(caught.value)
    assert "--stormproof-engine=embedded" in str(caught.value)


def test_the_variable_names_the_binary(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The variable is used before PATH, and named when it is wrong."""
    monkeypatch.setenv("STORMPROOF_TOXIPROXY_SERVER", str(tmp_path / "none"))
    with pytest.raises(Unavailable, match="none, which STORMPROOF_TOXIPROXY_SERVER names, is no program"):
        open_engine("binary")


def test_a_binary_that_loses_its_port_gets_another(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """Toxiproxy without its port stays alive and silent; another program answering there is not taken for it."""
    if shutil.which("toxiproxy-server") is None:
        pytest.skip("toxiproxy-server is not on PATH: go install github.com/Shopify/toxiproxy/v2/cmd/server@v2.12.0")
    from stormproof_chaos.engines import _binary

    free = free_port()
    with open_engine() as other:
        ports = [int(other.api.rpartition(":")[2]), free]
        monkeypatch.setattr(_binary, "free_port", lambda: ports.pop(0))
        with open_engine("binary") as engine:
            assert engine.api == f"http://127.0.0.1:{free}"
            assert engine.version


@pytest.mark.parametrize("url", ["https://127.0.0.1:8474", "http://", "http://127.0.0.1:8474/api", "ftp://x:1"])
def test_an_address_that_cannot_be_one_says_what_one_is(url: str) -> None:
    """Only http://host:port can be talked to."""
    with pytest.raises(Unavailable, match="write http://host:port"):
        open_engine(url)


def test_an_address_where_nobody_listens_is_reported_at_once() -> None:
    """The address is checked when the engine is opened, not at the first fault."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    with pytest.raises(Unavailable, match=f"the engine at {url} cannot be had: .* connection refused"):
        open_engine(url)


def test_another_server_is_not_taken_for_an_engine() -> None:
    """A server that answers something else is told from Toxiproxy."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>")

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with HTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        with pytest.raises(Unavailable, match="answers, but not as Toxiproxy does"):
            open_engine(f"http://127.0.0.1:{server.server_port}")


def test_on_a_shared_server_only_what_is_ours_is_touched(engine: Engine, proxy: Proxy, echo: str) -> None:
    """Proxies of others keep their toxics, names do not meet, and close removes ours alone."""
    foreign = proxy.add(Toxic("noop" if engine.name == "embedded" else "latency"))
    with open_engine(engine.api) as first, open_engine(engine.api) as second:
        assert first.name == "url"
        ours = first.proxy("same name", echo)
        assert second.proxy("same name", echo).name == ours.name
        ours.add(Toxic("latency"))
        first.reset()
        assert first.states()["same name"].toxics == ()
        assert [toxic.name for toxic in proxy.toxics()] == [foreign]
        assert len(engine.client.proxies()) == 3
    assert set(engine.client.proxies()) == {proxy.label}


def test_a_killed_process_leaves_no_proxy_on_a_shared_server(engine: Engine, echo: str) -> None:
    """The reaper deletes the proxies of a killed process from a server that goes on."""
    code = (
        "import sys, time; from stormproof_chaos.engines import open_engine;"
        "proxy = open_engine(sys.argv[1]).proxy('left', sys.argv[2]); print(proxy.label, flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code, engine.api, echo], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        label = process.stdout.readline().strip()
        assert label in engine.client.proxies()
        process.kill()
    deadline = time.monotonic() + 30
    while label in engine.client.proxies():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_server_elsewhere_is_reached_by_its_own_name(engine: Engine) -> None:
    """On another machine a proxy listens on every address, and is reached by the server's name."""
    from stormproof_chaos.engines._url import SharedServer

    server = SharedServer(api="http://toxiproxy:8474", host="toxiproxy")
    assert server.listen() == "0.0.0.0:0"
    assert server.reach("[::]:4321") == "toxiproxy:4321"
    assert server.dial("db:5432") == "db:5432"


def test_a_published_container_sees_this_machine_by_another_name() -> None:
    """Loopback here is another name inside a container, and its ports are others here."""
    server = PublishedServer(api="", ports={8666: 40123}, tail=list, close=lambda: None)
    assert server.dial("127.0.0.1:80") == "host.docker.internal:80"
    assert server.dial("localhost:80") == "host.docker.internal:80"
    assert server.dial("[::1]:80") == "host.docker.internal:80"
    assert server.dial("localhost.example:80") == "localhost.example:80"
    assert server.reach("0.0.0.0:8666") == "127.0.0.1:40123"


def test_without_docker_the_container_says_both_ways_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What Docker says, what is needed, and what does without."""
    pytest.importorskip("testcontainers", reason="pip install 'stormproof[containers]'")
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    with pytest.raises(Unavailable) as caught:
        open_engine("container")
    assert "Docker says" in str(caught.value)
    assert "ghcr.io/shopify/toxiproxy:2.12.0" in str(caught.value)
    assert "--stormproof-engine=embedded" in str(caught.value)


def test_a_container_carries_faults(echo: str) -> None:
    """The real Toxiproxy in a container proxies services on loopback, and is gone afterwards."""
    try:
        engine = open_engine("container", seed=7)
    except Unavailable as error:
        pytest.skip(str(error))
    with engine:
        proxy = engine.proxy("a", echo)
        host, _, port = proxy.listen.rpartition(":")
        with socket.create_connection((host, int(port)), 30) as client:
            client.sendall(b"x")
            assert client.recv(1) == b"x"
        name = engine._server.tail()  # its log can be read
        assert any("Starting" in line for line in name)
    assert "stormproof-toxiproxy" not in _containers()


@pytest.mark.skipif(sys.platform != "linux", reason="one Docker for both networks: run it on Linux")
def test_a_published_container_carries_faults_to_a_service_on_every_address() -> None:
    """Where the network is not shared, API and proxies are published on loopback alone."""
    try:
        server = open_container(None, shares_network=False)
    except Unavailable as error:
        pytest.skip(str(error))
    with socket.create_server(("0.0.0.0", 0)) as upstream, Engine(server) as engine:
        proxies = [engine.proxy(name, f"127.0.0.1:{upstream.getsockname()[1]}") for name in ("a", "b")]
        assert proxies[0].listen != proxies[1].listen
        for proxy in proxies:
            host, _, port = proxy.listen.rpartition(":")
            with socket.create_connection((host, int(port)), 30) as client, upstream.accept()[0] as served:
                served.sendall(b"x")
                assert client.recv(1) == b"x"
        published = subprocess.run(
            ["docker", "ps", "--format", "{{.Ports}}"], capture_output=True, check=True, text=True
        )
        assert "127.0.0.1:" in published.stdout
        assert "0.0.0.0:" not in published.stdout
    assert "stormproof-toxiproxy" not in _containers()


def _containers() -> str:
    command = ["docker", "ps", "--all", "--format", "{{.Names}}"]
    names = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    return "\n".join(name for name in names.split() if f"-{os.getpid()}-" in name)


def test_opening_imports_only_what_it_needs() -> None:
    """Neither Docker nor requests is imported with the package, nor testcontainers by the embedded engine."""
    code = (
        "import json, sys; from stormproof_chaos.engines import open_engine; first = set(sys.modules);"
        "open_engine().close(); print(json.dumps([sorted(first), sorted(sys.modules)]))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True, timeout=60)
    before, after = map(set, json.loads(run.stdout))
    assert not {"requests", "toxiproxy", "testcontainers", "docker", "httpx", "yaml"} & before
    assert not {"testcontainers", "docker"} & after
