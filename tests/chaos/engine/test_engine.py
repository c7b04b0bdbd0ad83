"""What the embedded engine does, and Toxiproxy does not or does otherwise."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from stormproof_chaos.engine.loop import Loop, SelectorPoller


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.chaos.engine.conftest import Api, Serve, Start, Wire

NOWHERE = "127.0.0.1:1"


@pytest.fixture
def engine(start: Start) -> Api:
    return start()


@contextlib.contextmanager
def hanging_upstream() -> Iterator[str]:
    """Listen without accepting, on a queue that is full: a connect to it waits."""
    with socket.socket() as listener, contextlib.ExitStack() as stack:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(8):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield f"127.0.0.1:{listener.getsockname()[1]}"


def test_it_starts_by_its_file(start: Start) -> None:
    """The file starts without site-packages and says where the API is."""
    assert start(by_file=True).ok("GET", "/proxies") == {}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it(engine: Api, number: int) -> None:
    """A signal ends the engine with status 0 and closes what was open."""
    engine.process.send_signal(number)

    assert engine.process.wait(20) == 0


def test_it_dies_with_its_parent(wire: Wire) -> None:
    """A parent that is killed takes its engine with it."""
    program = (
        "import subprocess, sys, time\n"
        "command = [sys.executable, '-m', 'stormproof_chaos.engine', '--watch-stdin']\n"
        "child = subprocess.Popen(command, stdin=subprocess.PIPE)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        address = json.loads(parent.stdout.readline())["api"]
        with wire.connect(address) as client:
            client.sendall(b"GET /version HTTP/1.1\r\n\r\n")
            assert client.recv(4096).startswith(b"HTTP/1.1 200 OK")
            parent.kill()
            assert client.recv(1) == b""


def test_a_taken_port_is_an_error(engine: Api) -> None:
    """The engine ends with status 2 and names the address when it cannot listen."""
    port = engine.address.rpartition(":")[2]
    command = [sys.executable, "-m", "stormproof_chaos.engine", "--port", port]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == f"stormproof engine: listen tcp 127.0.0.1:{port}: bind: address already in use\n"


def test_a_config_file_populates(start: Start, tmp_path: Path) -> None:
    """The configuration file holds what /populate takes, toxics too."""
    config = tmp_path / "proxies.json"
    config.write_text(json.dumps([{"name": "p", "upstream": NOWHERE, "toxics": [{"type": "latency"}]}]))

    assert start("--config", str(config)).ok("GET", "/proxies/p")["toxics"][0]["name"] == "latency_downstream"


@pytest.mark.parametrize("text", ["", "[{}]", "nope", '[{"name": "p", "upstream": "u:1", "listen": "bad"}]'])
def test_a_bad_config_file_is_an_error(tmp_path: Path, text: str) -> None:
    """The engine does not start without the proxies that it was told to make."""
    config = tmp_path / "proxies.json"
    config.write_text(text)
    command = [sys.executable, "-m", "stormproof_chaos.engine", "--config", str(config)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"stormproof engine: {config}: ")


def test_half_close(engine: Api, serve: Serve, wire: Wire) -> None:
    """A client that has said all it has to say still gets the answer."""
    listen = engine.proxy(serve(lambda client: client.sendall(wire.read_all(client)[::-1])))
    with wire.connect(listen) as client:
        client.sendall(b"abc")
        client.shutdown(socket.SHUT_WR)
        assert wire.read_all(client) == b"cba"


def test_no_half_close_when_strict(start: Start, serve: Serve, wire: Wire) -> None:
    """Strict mode closes both ways on either end, as Toxiproxy does."""
    listen = start("--strict").proxy(serve(lambda client: client.sendall(wire.read_all(client))))
    with wire.connect(listen) as client:
        client.sendall(b"abc")
        client.shutdown(socket.SHUT_WR)
        assert wire.read_all(client) == b""


def test_an_upstreams_reset_is_passed_on(engine: Api, serve: Serve, wire: Wire) -> None:
    """The client of an upstream that resets is reset too."""

    def reset(client: socket.socket) -> None:
        client.recv(1)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    with wire.connect(engine.proxy(serve(reset))) as client:
        client.sendall(b"x")
        with pytest.raises(ConnectionResetError):
            client.recv(1)


def test_reset_peer_on_a_live_connection(engine: Api, serve: Serve, wire: Wire) -> None:
    """A connection that was open before the toxic is reset as well."""
    with wire.connect(engine.proxy(serve(wire.echo))) as client:
        client.sendall(b"x")
        assert wire.read_exactly(client, 1) == b"x"
        engine.toxic("reset_peer")
        client.sendall(b"x")
        with pytest.raises(ConnectionResetError):
            client.recv(1)


def test_an_untouched_connection_outlives_a_timeout(engine: Api, serve: Serve, wire: Wire) -> None:
    """A connection that lost nothing goes on when the toxic goes."""
    with wire.connect(engine.proxy(serve(wire.echo))) as client:
        client.sendall(b"x")
        assert wire.read_exactly(client, 1) == b"x"
        engine.toxic("timeout")
        engine.ok("DELETE", "/proxies/p/toxics/timeout_downstream")
        client.sendall(b"y")
        assert wire.read_exactly(client, 1) == b"y"


def test_a_hanging_upstream_blocks_nobody(engine: Api, serve: Serve, wire: Wire) -> None:
    """Other clients, and every call of the API, go on while an upstream does not answer."""
    with hanging_upstream() as upstream:
        stuck = engine.proxy(upstream)
        with wire.connect(stuck), wire.connect(stuck) as second:
            second.sendall(b"x")
            with wire.connect(engine.proxy(serve(wire.echo), "other")) as client:
                client.sendall(b"x")
                assert wire.read_exactly(client, 1) == b"x"
            engine.toxic("latency")
            engine.ok("PATCH", "/proxies/p", {"enabled": False})
            with contextlib.suppress(ConnectionResetError):  # what it sent was never read
                assert wire.read_all(second) == b""
    assert engine.connections()["open"] == 0


def test_a_name_that_is_not_found(engine: Api, wire: Wire) -> None:
    """An upstream whose name does not exist closes the client; a listen name that does not exist is refused."""
    with wire.connect(engine.proxy("no-such-host.invalid:80")) as client:
        assert wire.read_all(client) == b""
    answer = engine.call("POST", "/proxies", {"name": "q", "upstream": NOWHERE, "listen": "no-such-host.invalid:0"})
    assert answer.json["error"] == "listen tcp: lookup no-such-host.invalid: no such host"


def test_a_slow_reader_does_not_fill_the_memory(engine: Api, serve: Serve, wire: Wire) -> None:
    """The engine stops reading from an upstream whose client does not read, and loses nothing by it."""
    size = 64 * 1024 * 1024
    with wire.connect(engine.proxy(serve(lambda client: client.sendall(bytes(size))))) as client:
        read_exactly = wire.read_exactly
        assert read_exactly(client, 1) == b"\0"
        traffic = engine.connections()["downstream"]
        assert traffic["received"] - traffic["sent"] <= 2 * 1024 * 1024
        assert len(wire.read_all(client)) == size - 1


def test_a_latency_holds_only_so_much(engine: Api, serve: Serve, wire: Wire) -> None:
    """A long latency holds a bounded number of bytes, and lets all go in order when it is removed."""
    size = 16 * 1024 * 1024
    payload = os.urandom(1024) * (size // 1024)
    listen = engine.proxy(serve(lambda client: client.sendall(payload)))
    engine.toxic("latency", latency=600_000)
    with wire.connect(listen) as client:
        while engine.connections()["downstream"]["received"] < 4 * 1024 * 1024:
            pass
        assert engine.connections()["downstream"]["received"] <= 5 * 1024 * 1024
        engine.ok("DELETE", "/proxies/p/toxics/latency_downstream")
        assert wire.read_exactly(client, size) == payload


def test_nothing_is_left_open(engine: Api, serve: Serve, wire: Wire) -> None:
    """The audit counts what was accepted, what is open and the bytes each way."""
    listen = engine.proxy(serve(wire.echo))
    with wire.connect(listen) as client:
        client.sendall(b"abc")
        wire.read_exactly(client, 3)
        both = {"received": 3, "sent": 3}
        assert engine.connections() == {"accepted": 1, "open": 1, "upstream": both, "downstream": both}
        client.shutdown(socket.SHUT_WR)
        assert wire.read_all(client) == b""
    assert engine.connections()["open"] == 0


def test_the_seed_decides_who_is_chosen(start: Start, serve: Serve, wire: Wire) -> None:
    """The same seed chooses the same connections, another seed others."""
    upstream = serve(wire.echo)
    first, again, other = (_chosen(start("--seed", seed), upstream, wire) for seed in ("1", "1", "2"))

    assert first == again != other
    assert 0 < sum(first) < len(first)


def _chosen(engine: Api, upstream: str, wire: Wire) -> list[bool]:
    listen = engine.proxy(upstream)
    engine.toxic("limit_data", toxicity=0.5)
    chosen: list[bool] = []
    for _ in range(40):
        with wire.connect(listen) as client:
            client.sendall(b"x")
            client.shutdown(socket.SHUT_WR)
            chosen.append(wire.read_all(client) == b"")
    return chosen


@pytest.mark.parametrize(
    ("kind", "attributes", "message"),
    [
        ("latency", {"latency": -1}, "latency: latency must be at least 0, got -1"),
        ("latency", {"latancy": 1}, "latency has no attribute 'latancy', did you mean 'latency'?"),
        ("bandwidth", {"rate": -1}, "bandwidth: rate must be at least 0, got -1"),
        ("slicer", {}, "slicer: average_size must be at least 1, got 0"),
        (
            "slicer",
            {"average_size": 5, "size_variation": 5},
            "slicer: size_variation (5) must be less than average_size (5)",
        ),
    ],
)
def test_attributes_are_checked(engine: Api, kind: str, attributes: dict[str, int], message: str) -> None:
    """Attributes that make no sense are refused with what is wrong; strict mode takes them, and lives."""
    engine.proxy(NOWHERE)
    answer = engine.call("POST", "/proxies/p/toxics", {"type": kind, "attributes": attributes})

    assert (answer.status, answer.json["error"]) == (400, f"bad request body: {message}")


def test_toxicity_is_a_probability(engine: Api) -> None:
    """A toxicity outside of 0 to 1 is refused."""
    engine.proxy(NOWHERE)

    assert engine.call("POST", "/proxies/p/toxics", {"type": "noop", "toxicity": 2.5}).status == 400


def test_updates_are_atomic(engine: Api) -> None:
    """A refused update of a toxic changes none of its attributes; of a proxy, neither addresses nor state."""
    listen, other = engine.proxy(NOWHERE), engine.proxy(NOWHERE, "other")
    engine.toxic("latency", latency=1)
    url = "/proxies/p/toxics/latency_downstream"

    assert engine.call("PATCH", url, {"attributes": {"jitter": 4, "latency": "x"}}).status == 400
    assert engine.ok("GET", url)["attributes"] == {"latency": 1, "jitter": 0}
    assert engine.call("PATCH", "/proxies/p", {"listen": other, "upstream": "127.0.0.1:2"}).status == 500
    after = engine.ok("GET", "/proxies/p")
    assert (after["listen"], after["upstream"], after["enabled"]) == (listen, NOWHERE, True)


def test_whole_floats_are_integers(engine: Api) -> None:
    """5.0 is 5, because many languages have no other way to write it."""
    engine.proxy(NOWHERE)
    body = '{"type": "latency", "attributes": {"latency": 5.0}}'

    assert engine.ok("POST", "/proxies/p/toxics", body)["attributes"]["latency"] == 5


def test_names_with_a_slash(engine: Api) -> None:
    """A name is addressed by its percent-encoded form, whatever is in it."""
    engine.proxy(NOWHERE, "a/b ü")

    assert engine.ok("GET", "/proxies/a%2Fb%20%C3%BC")["name"] == "a/b ü"


def test_populate_takes_toxics(engine: Api) -> None:
    """Populate makes toxics, applies `enabled` to what is there, and keeps a proxy on any port."""
    entry: dict[str, Any] = {"name": "p", "upstream": NOWHERE, "listen": "127.0.0.1:0", "toxics": [{"type": "noop"}]}
    first = engine.ok("POST", "/populate", [entry])["proxies"][0]
    kept = engine.ok("POST", "/populate", [{**entry, "toxics": None}])["proxies"][0]
    disabled = engine.ok("POST", "/populate", [{**entry, "toxics": [], "enabled": False}])["proxies"][0]

    assert [toxic["name"] for toxic in first["toxics"]] == ["noop_downstream"]
    assert kept == first
    assert (disabled["toxics"], disabled["enabled"], disabled["listen"]) == ([], False, first["listen"])
    twice = engine.call("POST", "/populate", [{**entry, "name": "q", "toxics": [{"type": "noop"}] * 2}])
    assert (twice.status, twice.json["error"]) == (409, "toxic already exists")


def test_silence_means_loopback(engine: Api) -> None:
    """A proxy that does not say where to listen listens on loopback."""
    assert engine.ok("POST", "/proxies", {"name": "p", "upstream": NOWHERE})["listen"].startswith("127.0.0.1:")


def test_metrics(start: Start, serve: Serve, wire: Wire) -> None:
    """With the flag, Prometheus finds the bytes of each proxy and direction."""
    engine = start("--proxy-metrics")
    upstream = serve(wire.echo)
    listen = engine.proxy(upstream)
    with wire.connect(listen) as client:
        client.sendall(b"abc")
        wire.read_exactly(client, 3)
    labels = f'direction="upstream",listener="{listen}",proxy="p",upstream="{upstream}"'

    assert f"toxiproxy_proxy_received_bytes_total{{{labels}}} 3\n" in engine.call("GET", "/metrics").text


@pytest.mark.parametrize(
    ("kind", "attributes"),
    [
        ("latency", {"latency": 1, "jitter": 1 << 62}),
        ("latency", {"latency": -(1 << 63), "jitter": -1}),
        ("bandwidth", {"rate": -1}),
        ("slicer", {"average_size": 0}),
        ("slicer", {"average_size": 1, "size_variation": 1 << 62}),
        ("timeout", {"timeout": (1 << 63) - 1}),
        ("limit_data", {"bytes": -5}),
    ],
)
def test_no_attributes_kill_it(start: Start, serve: Serve, wire: Wire, kind: str, attributes: dict[str, Any]) -> None:
    """Strict mode takes what Toxiproxy takes, and survives what Toxiproxy does not."""
    engine = start("--strict")
    listen = engine.proxy(serve(wire.echo))
    engine.toxic(kind, **attributes)
    with wire.connect(listen) as client:
        client.sendall(b"x" * 100)
        engine.ok("DELETE", f"/proxies/p/toxics/{kind}_downstream")
    assert engine.ok("GET", "/proxies/p/toxics") == []


def test_many_requests_on_one_connection(engine: Api) -> None:
    """A connection is kept for more requests, and pipelined ones are answered in order."""
    client = http.client.HTTPConnection(engine.address, timeout=20)
    for _ in range(3):
        client.request("GET", "/version")
        assert client.getresponse().read()
    assert client.sock
    client.sock.sendall(b"GET /version HTTP/1.1\r\n\r\n" * 2000 + b"GET /nope HTTP/1.1\r\nConnection: close\r\n\r\n")
    received = bytearray()
    while chunk := client.sock.recv(65536):
        received += chunk
    client.close()
    assert received.count(b"HTTP/1.1 200 OK") == 2000
    assert received.endswith(b"404 page not found\n")


def test_cancelled_timers_do_not_pile_up() -> None:
    """A timer that is cancelled long before it is due is forgotten long before, too."""
    loop = Loop()
    for _ in range(10_000):
        loop.call_at(loop.now() + 3600, loop.stop, loop._waker).cancel()

    assert len(loop._timers) <= 1024
    loop.close()


def test_an_error_of_ours_ends_one_connection_only(capsys: pytest.CaptureFixture[str]) -> None:
    """A handler that fails is told to give up; the loop reports it and goes on."""
    loop = Loop()

    class Faulty:
        def ready(self, mask: int) -> None:
            raise ZeroDivisionError(mask)

        def fail(self) -> None:
            loop.call_at(loop.now(), loop.stop, self)

    loop.call_at(loop.now(), lambda: Faulty().ready(1), Faulty())
    loop.run()
    loop.close()
    assert "ZeroDivisionError: 1" in capsys.readouterr().err


def test_any_platform_has_a_poller() -> None:
    """The loop runs on what the standard library selects, too."""
    loop, ours, theirs = Loop(SelectorPoller()), *socket.socketpair()
    events: list[str] = []

    class Recorder:
        def ready(self, mask: int) -> None:
            events.append(f"ready {mask}")
            loop.unwatch(ours.fileno())
            loop.call_at(loop.now(), loop.stop, self)

        def fail(self) -> None:
            events.append("failed")

    recorder = Recorder()
    loop.watch(ours.fileno(), 1, recorder)
    loop.call_at(loop.now() + 1e6, loop.stop, recorder).cancel()
    threading.Thread(target=loop.call_from_thread, args=(lambda: theirs.shutdown(socket.SHUT_WR),)).start()
    loop.run()
    loop.close()
    ours.close()
    theirs.close()
    assert events == ["ready 1"]
