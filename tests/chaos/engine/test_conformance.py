"""One suite for every server of the Toxiproxy API: the embedded engine, and Toxiproxy's own where it is installed."""

from __future__ import annotations

import queue
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest


if TYPE_CHECKING:
    import socket

    from tests.chaos.engine.conftest import Api, Serve, Wire

NOWHERE = "127.0.0.1:1"
LATENCY = {"name": "latency_downstream", "type": "latency", "stream": "downstream", "toxicity": 1}


def test_version(api: Api) -> None:
    """The version is that of the API, with Toxiproxy's own spacing."""
    answer = api.call("GET", "/version")

    assert answer.text.startswith('{"version": "')
    assert answer.headers["Content-Type"] == "application/json;charset=utf-8"


@pytest.mark.parametrize("path", ["/", "/proxies/", "/nope", "/metrics", "/proxies/p/nope"])
def test_unknown_paths(api: Api, path: str) -> None:
    """Paths are matched exactly; another is a 404 in plain text."""
    answer = api.call("GET", path)

    assert (answer.status, answer.text) == (404, "404 page not found\n")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "X-Toxiproxy-Request-Id" not in answer.headers


@pytest.mark.parametrize(
    "request_line", ["HEAD /proxies", "PUT /proxies", "OPTIONS /proxies", "GET /reset", "GET /populate"]
)
def test_unknown_methods(api: Api, request_line: str) -> None:
    """A method that a path does not have is a 405 without a body."""
    method, path = request_line.split()
    answer = api.call(method, path)

    assert (answer.status, answer.text) == (405, "")


def test_browsers_are_refused(api: Api) -> None:
    """A browser gets 403 on what exists and 404 on what does not."""
    browser = {"User-Agent": "Mozilla/5.0"}

    assert api.call("GET", "/proxies", headers=browser).text == "User agent not allowed\n"
    assert api.call("GET", "/nope", headers=browser).status == 404


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "bad request body: EOF"),
        ("{", "bad request body: unexpected EOF"),
        ('{"name": "a', "bad request body: unexpected EOF"),
        ("nope", "bad request body: invalid character 'o' in literal null (expecting 'u')"),
        ("[]", "bad request body: json: cannot unmarshal array into Go value of type toxiproxy.Proxy"),
        (
            '{"name": 5}',
            "bad request body: json: cannot unmarshal number into Go struct field Proxy.name of type string",
        ),
        ("{}", "missing required field: name"),
        ('{"name": "x"}', "missing required field: upstream"),
    ],
)
def test_creation_of_what_is_no_proxy(api: Api, body: str, message: str) -> None:
    """A body that describes no proxy is a 400 whose text is JSON that is said to be text."""
    answer = api.call("POST", "/proxies", body)

    assert (answer.status, answer.json) == (400, {"error": message, "status": 400})
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["X-Toxiproxy-Request-Id"]


@pytest.mark.parametrize(
    ("listen", "message"),
    [
        ("local373", "listen tcp: address local373: missing port in address"),
        ("127.0.0.1:99999", "listen tcp: address 99999: invalid port"),
    ],
)
def test_creation_on_no_address(api: Api, listen: str, message: str) -> None:
    """An address that cannot be listened on is a 500, and the proxy is not kept."""
    answer = api.call("POST", "/proxies", {"name": "p", "upstream": NOWHERE, "listen": listen})

    assert (answer.status, answer.json["error"]) == (500, message)
    assert api.ok("GET", "/proxies") == {}


def test_proxy_life(api: Api) -> None:
    """A proxy is made, shown, listed, refused twice, and removed once."""
    made = api.ok("POST", "/proxies", {"NAME": "p", "upstream": NOWHERE, "listen": "localhost:0", "extra": 1})
    made.pop("Logger", None)

    assert made == {"name": "p", "listen": made["listen"], "upstream": NOWHERE, "enabled": True, "toxics": []}
    assert made["listen"].startswith("127.0.0.1:")
    assert api.ok("GET", "/proxies/p")["listen"] == made["listen"]
    assert list(api.ok("GET", "/proxies")) == ["p"]
    again = api.call("POST", "/proxies", {"name": "p", "upstream": NOWHERE})
    assert (again.status, again.json["error"]) == (409, "proxy already exists")
    taken = api.call("POST", "/proxies", {"name": "q", "upstream": NOWHERE, "listen": made["listen"]})
    assert (taken.status, taken.json["error"]) == (500, f"listen tcp {made['listen']}: bind: address already in use")
    assert api.call("DELETE", "/proxies/p").status == 204
    assert api.call("DELETE", "/proxies/p").json == {"error": "proxy not found", "status": 404}


def test_a_proxy_made_disabled_keeps_its_text(api: Api) -> None:
    """What does not listen has not resolved its address."""
    made = api.ok("POST", "/proxies", {"name": "p", "upstream": NOWHERE, "listen": "localhost:2", "enabled": False})

    assert (made["listen"], made["enabled"]) == ("localhost:2", False)


@pytest.mark.parametrize("method", ["PATCH", "POST"])
def test_proxy_update(api: Api, method: str) -> None:
    """An update changes what it names, except the name; null names nothing; port 0 is a new port."""
    listen = api.proxy(NOWHERE)

    changed = api.ok(method, "/proxies/p", {"name": "q", "upstream": "127.0.0.1:2", "enabled": None})
    assert (changed["name"], changed["upstream"], changed["listen"]) == ("p", "127.0.0.1:2", listen)
    assert api.ok(method, "/proxies/p", {"listen": "127.0.0.1:0"})["listen"] != listen
    assert (
        api.call(method, "/proxies/p", {"listen": "garbage"}).json["error"]
        == "address garbage: missing port in address"
    )
    assert api.call(method, "/proxies/p", {"enabled": "yes"}).status == 400


def test_toxic_life(api: Api) -> None:
    """A toxic has defaults, is found by its name, updated attribute by attribute, and removed once."""
    api.proxy(NOWHERE)
    url = "/proxies/p/toxics/latency_downstream"

    assert api.ok("POST", "/proxies/p/toxics", {"type": "latency"}) == {
        **LATENCY,
        "attributes": {"latency": 0, "jitter": 0},
    }
    assert api.call("POST", "/proxies/p/toxics", {"type": "latency"}).json["error"] == "toxic already exists"
    assert api.ok("PATCH", url, {"attributes": {"jitter": 3}})["attributes"] == {"latency": 0, "jitter": 3}
    assert api.ok("POST", url, {"toxicity": 0.5, "stream": "upstream", "type": "slicer", "name": "q"}) == {
        **LATENCY,
        "toxicity": 0.5,
        "attributes": {"latency": 0, "jitter": 3},
    }
    assert api.ok("PATCH", url, {"attributes": None})["attributes"] == {"latency": 0, "jitter": 3}
    assert api.call("DELETE", url).status == 204
    assert api.call("DELETE", url).json == {"error": "toxic not found", "status": 404}


def test_toxics_are_listed_upstream_first(api: Api) -> None:
    """The list has the upstream toxics in order of creation, then the downstream ones; a stream keeps its spelling."""
    api.proxy(NOWHERE)
    api.toxic("latency", latency=1)
    api.toxic("latency", stream="UPSTREAM", latency=2)
    api.toxic("noop", stream="upstream")

    names = [toxic["name"] for toxic in api.ok("GET", "/proxies/p/toxics")]
    assert names == ["latency_UPSTREAM", "noop_upstream", "latency_downstream"]


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({}, 400, "invalid toxic type"),
        ({"type": "nope"}, 400, "invalid toxic type"),
        ({"type": "nope", "stream": "x"}, 400, "stream was invalid, can be either upstream or downstream"),
        ({"type": "latency", "stream": ""}, 400, "stream was invalid, can be either upstream or downstream"),
        ({"type": "latency", "toxicity": "1"}, 400, "of type float32"),
        ({"type": "latency", "attributes": {"latency": "5"}}, 400, "LatencyToxic.attributes.latency of type int64"),
        ({"type": "latency", "attributes": {"latency": 1.5}}, 400, "cannot unmarshal number 1.5 into Go struct field"),
        ({"type": "latency", "attributes": [1]}, 400, "ToxicWrapper.attributes of type toxics.NoopToxic"),
    ],
)
def test_creation_of_what_is_no_toxic(api: Api, body: Any, status: int, message: str) -> None:
    """A body that describes no toxic is refused, and nothing is added."""
    api.proxy(NOWHERE)

    answer = api.call("POST", "/proxies/p/toxics", body)
    assert answer.status == status
    assert message in answer.json["error"]
    assert api.ok("GET", "/proxies/p/toxics") == []


def test_populate(api: Api) -> None:
    """Populate checks all, makes them in order, stops at the first failure and tells what there is by then."""
    unnamed = api.call("POST", "/populate", [{"name": "p", "upstream": NOWHERE}, {"name": ""}])
    assert unnamed.json == {"error": "missing required field: name at proxy 2", "status": 400, "proxies": None}
    assert unnamed.headers["Content-Type"] == "application/json"
    assert api.ok("GET", "/proxies") == {}
    assert api.ok("POST", "/populate", []) == {"proxies": None}

    entry = {"name": "p", "upstream": NOWHERE, "listen": "127.0.0.1:0"}
    partial = api.call("POST", "/populate", [entry, {**entry, "name": "q", "listen": "bad"}, {**entry, "name": "r"}])
    assert (partial.status, partial.json["error"]) == (500, "listen tcp: address bad: missing port in address")
    assert list(api.ok("GET", "/proxies")) == ["p"]


def test_populate_keeps_what_is_the_same(api: Api) -> None:
    """A proxy with the same addresses keeps its toxics; another is replaced."""
    entry = {"name": "p", "upstream": NOWHERE, "listen": api.proxy(NOWHERE)}
    api.toxic("latency")

    assert len(api.ok("POST", "/populate", [entry])["proxies"][0]["toxics"]) == 1
    changed = api.ok("POST", "/populate", [{**entry, "upstream": "127.0.0.1:2"}])["proxies"][0]
    assert (changed["upstream"], changed["toxics"]) == ("127.0.0.1:2", [])


def test_reset(api: Api) -> None:
    """Reset enables every proxy and takes all toxics away."""
    api.proxy(NOWHERE)
    api.toxic("latency")
    api.ok("PATCH", "/proxies/p", {"enabled": False})

    assert api.call("POST", "/reset").status == 204
    assert (api.ok("GET", "/proxies/p")["enabled"], api.ok("GET", "/proxies/p/toxics")) == (True, [])


def test_bytes_pass_unchanged(api: Api, serve: Serve, wire: Wire) -> None:
    """A megabyte comes back as it was sent."""
    payload = bytes(range(256)) * 4096
    with wire.connect(api.proxy(serve(wire.echo))) as client:
        sender = threading.Thread(target=client.sendall, args=(payload,))
        sender.start()
        assert wire.read_exactly(client, len(payload)) == payload
        sender.join()


def test_an_upstream_that_refuses(api: Api, wire: Wire) -> None:
    """The client is connected and then finds the connection closed."""
    with wire.connect(api.proxy(NOWHERE)) as client:
        assert wire.read_all(client) == b""


def test_disabling(api: Api, serve: Serve, wire: Wire) -> None:
    """A disabled proxy refuses and has closed what was open; enabled again it is where it was."""
    listen = api.proxy(serve(wire.echo))
    with wire.connect(listen) as client:
        client.sendall(b"x")
        assert wire.read_exactly(client, 1) == b"x"
        api.ok("PATCH", "/proxies/p", {"enabled": False})
        assert wire.read_all(client) == b""
    with pytest.raises(ConnectionRefusedError):
        wire.connect(listen)
    assert api.ok("PATCH", "/proxies/p", {"enabled": True})["listen"] == listen
    with wire.connect(listen) as client:
        client.sendall(b"x")
        assert wire.read_exactly(client, 1) == b"x"


@pytest.mark.parametrize("stream", ["upstream", "downstream"])
def test_latency(api: Api, serve: Serve, wire: Wire, stream: str) -> None:
    """Latency of either direction delays the answer; two of them add up."""
    with wire.connect(api.proxy(serve(wire.echo))) as client:
        api.toxic("latency", stream=stream, latency=100)
        api.toxic("latency", stream=stream, name="more", latency=50)
        assert _round_trip(client, wire) >= 0.149
        api.ok("DELETE", "/proxies/p/toxics/more")
        assert _round_trip(client, wire) >= 0.099


@pytest.mark.parametrize("change", ["DELETE", "PATCH"])
def test_held_bytes_are_let_go(api: Api, serve: Serve, wire: Wire, change: str) -> None:
    """Removing or changing a latency of a minute releases at once what it holds."""
    arrived = threading.Event()

    def answer(client: socket.socket) -> None:
        client.recv(1)
        client.sendall(b"answer")
        arrived.set()
        client.recv(1)

    with wire.connect(api.proxy(serve(answer))) as client:
        api.toxic("latency", latency=60_000)
        client.sendall(b"x")
        assert arrived.wait(20)
        client.settimeout(0.05)
        with pytest.raises(TimeoutError):
            client.recv(1)
        api.ok(
            change,
            "/proxies/p/toxics/latency_downstream",
            {"attributes": {"latency": 0}} if change == "PATCH" else None,
        )
        client.settimeout(20)
        assert wire.read_exactly(client, 6) == b"answer"


def test_toxicity_of_nothing(api: Api, serve: Serve, wire: Wire) -> None:
    """A toxic that chooses no connection does nothing."""
    listen = api.proxy(serve(wire.echo))
    api.toxic("timeout", toxicity=0)
    with wire.connect(listen) as client:
        client.sendall(b"x")
        assert wire.read_exactly(client, 1) == b"x"


def test_bandwidth(api: Api, serve: Serve, wire: Wire) -> None:
    """30 kB at 100 kB/s take 0.3 s."""
    with wire.connect(api.proxy(serve(wire.echo))) as client:
        api.toxic("bandwidth", rate=100)
        assert _round_trip(client, wire, size=30_000) >= 0.28


def test_slow_close(api: Api, serve: Serve, wire: Wire) -> None:
    """Bytes pass at once, the end comes after the delay."""
    listen = api.proxy(serve(lambda client: client.sendall(b"bye")))
    api.toxic("slow_close", delay=200)
    with wire.connect(listen) as client:
        assert wire.read_exactly(client, 3) == b"bye"
        started = time.monotonic()
        assert wire.read_all(client) == b""
        assert time.monotonic() - started >= 0.15


def test_timeout(api: Api, serve: Serve, wire: Wire) -> None:
    """Nothing gets through, and the connection closes after the time."""
    listen = api.proxy(serve(wire.echo))
    api.toxic("timeout", timeout=200)
    with wire.connect(listen) as client:
        started = time.monotonic()
        client.sendall(b"x")
        assert wire.read_all(client) == b""
        assert time.monotonic() - started >= 0.19


def test_removal_of_a_timeout_closes(api: Api, serve: Serve, wire: Wire) -> None:
    """A connection that lost bytes closes when the toxic goes."""
    lost = threading.Event()

    def answer(client: socket.socket) -> None:
        client.sendall(b"lost")
        lost.set()
        client.recv(1)

    listen = api.proxy(serve(answer))
    api.toxic("timeout", timeout=0)
    with wire.connect(listen) as client:
        assert lost.wait(20)
        # The bytes may still be on their way to the toxic; only the embedded engine can say when they are lost.
        while api.kind == "embedded" and not api.connections()["downstream"]["received"]:
            pass
        assert api.call("DELETE", "/proxies/p/toxics/timeout_downstream").status == 204
        assert wire.read_all(client) == b""


@pytest.mark.parametrize("stream", ["upstream", "downstream"])
def test_reset_peer(api: Api, serve: Serve, wire: Wire, stream: str) -> None:
    """The client's first bytes, or the answer to them, become a TCP reset."""
    listen = api.proxy(serve(wire.echo))
    api.toxic("reset_peer", stream=stream, timeout=10)
    with wire.connect(listen) as client:
        client.sendall(b"x")
        with pytest.raises(ConnectionResetError):
            client.recv(1)


def test_slicer(api: Api, serve: Serve, wire: Wire) -> None:
    """100 bytes in pieces of about 10, 10 ms apart, come whole and late."""
    with wire.connect(api.proxy(serve(wire.echo))) as client:
        api.toxic("slicer", average_size=10, size_variation=2, delay=10_000)
        assert _round_trip(client, wire, size=100) >= 0.07


def test_limit_data_downstream(api: Api, serve: Serve, wire: Wire) -> None:
    """The client gets exactly that many bytes, and then the connection closes."""

    def answer(client: socket.socket) -> None:
        client.sendall(b"y" * 500)
        client.recv(1)

    listen = api.proxy(serve(answer))
    api.toxic("limit_data", bytes=321)
    with wire.connect(listen) as client:
        assert wire.read_all(client) == b"y" * 321


def test_limit_data_upstream(api: Api, serve: Serve, wire: Wire) -> None:
    """The upstream gets exactly that many bytes, and then the connection closes."""
    collected: queue.Queue[bytes] = queue.Queue()
    listen = api.proxy(serve(lambda client: collected.put(wire.read_all(client))))
    api.toxic("limit_data", stream="upstream", bytes=321)
    with wire.connect(listen) as client:
        client.sendall(b"x" * 500)
        assert collected.get(timeout=20) == b"x" * 321


def _round_trip(client: socket.socket, wire: Wire, size: int = 1) -> float:
    started = time.monotonic()
    client.sendall(b"x" * size)
    wire.read_exactly(client, size)
    return time.monotonic() - started
