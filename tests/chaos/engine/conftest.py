from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import stormproof_chaos


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Serve = Callable[[Callable[[socket.socket], object]], str]
    Start = Callable[..., "Api"]

PATIENCE = 20.0  # seconds; an upper bound that only a broken engine reaches
STARTER = Path(stormproof_chaos.__path__[0]) / "engine" / "__main__.py"


@dataclass(frozen=True)
class Answer:
    """What a server answered."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        """Return the decoded body."""
        return json.loads(self.text)


class Api:
    """A client of one running server of the Toxiproxy API."""

    def __init__(self, address: str, kind: str = "embedded", process: subprocess.Popen[str] | None = None) -> None:
        self.address = address
        self.kind = kind
        self._process = process

    @property
    def process(self) -> subprocess.Popen[str]:
        """Return the server's process."""
        assert self._process
        return self._process

    def call(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """Send *body* as JSON, or as it is when it is text."""
        connection = http.client.HTTPConnection(self.address, timeout=PATIENCE)
        try:
            text = body if isinstance(body, str) or body is None else json.dumps(body)
            connection.request(method, path, body=None if text is None else text.encode(), headers=headers or {})
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read().decode())
        finally:
            connection.close()

    def ok(self, method: str, path: str, body: Any = None) -> Any:
        """Return the decoded answer of a call that must succeed."""
        answer = self.call(method, path, body)
        assert answer.status < 300, answer
        return answer.json if answer.text else None

    def proxy(self, upstream: str, name: str = "p", **more: Any) -> str:
        """Make a proxy and return where it listens."""
        made = self.ok("POST", "/proxies", {"name": name, "upstream": upstream, "listen": "127.0.0.1:0", **more})
        return str(made["listen"])

    def toxic(self, kind: str, proxy: str = "p", **more: Any) -> None:
        """Add a toxic; what is no field of a toxic is an attribute."""
        fields = {name: more.pop(name) for name in ("name", "stream", "toxicity") if name in more}
        self.ok("POST", f"/proxies/{proxy}/toxics", {"type": kind, "attributes": more, **fields})

    def connections(self, proxy: str = "p") -> Any:
        """Return what the embedded engine counts for a proxy."""
        return self.ok("GET", "/stormproof/connections")[proxy]

    def clear(self) -> None:
        """Remove every proxy."""
        for name in self.ok("GET", "/proxies"):
            self.call("DELETE", "/proxies/" + name.replace("/", "%2F").replace(" ", "%20"))


def connect(address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=PATIENCE)


def read_all(client: socket.socket) -> bytes:
    received = bytearray()
    while chunk := client.recv(65536):
        received += chunk
    return bytes(received)


def read_exactly(client: socket.socket, size: int) -> bytes:
    received = bytearray()
    while len(received) < size:
        chunk = client.recv(size - len(received))
        assert chunk, f"closed after {len(received)} of {size} bytes"
        received += chunk
    return bytes(received)


def echo(client: socket.socket) -> None:
    while chunk := client.recv(65536):
        client.sendall(chunk)


class Wire:
    """The helpers above, for tests, which cannot import this module."""

    connect = staticmethod(connect)
    read_all = staticmethod(read_all)
    read_exactly = staticmethod(read_exactly)
    echo = staticmethod(echo)


@pytest.fixture(scope="session")
def wire() -> Wire:
    return Wire()


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Return a function that serves connections with a handler, each on a thread, and says where."""
    with contextlib.ExitStack() as stack:

        def start(handler: Callable[[socket.socket], object]) -> str:
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=128))
            threading.Thread(target=_accept, args=(listener, handler), daemon=True).start()
            stack.callback(listener.shutdown, socket.SHUT_RDWR)
            return f"127.0.0.1:{listener.getsockname()[1]}"

        yield start


def _accept(listener: socket.socket, handler: Callable[[socket.socket], object]) -> None:
    with contextlib.suppress(OSError):  # the test is over
        while True:
            client, _ = listener.accept()
            client.settimeout(PATIENCE)
            threading.Thread(target=_handle, args=(client, handler), daemon=True).start()


def _handle(client: socket.socket, handler: Callable[[socket.socket], object]) -> None:
    with client, contextlib.suppress(OSError):  # resets are what many tests are about
        handler(client)


@contextlib.contextmanager
def embedded(*options: str, by_file: bool = False) -> Iterator[Api]:
    """Run the embedded engine as a child process."""
    start = ["-I", "-S", "-E", str(STARTER)] if by_file else ["-m", "stormproof_chaos.engine"]
    command = [sys.executable, *start, "--watch-stdin", *options]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        yield Api(json.loads(process.stdout.readline())["api"], process=process)
        process.stdin.close()
        complaints = process.stderr.read()
        assert process.wait(PATIENCE) == 0
        assert complaints == ""


@contextlib.contextmanager
def binary() -> Iterator[Api]:
    """Run Toxiproxy's own server; it cannot choose a free port itself, so ports are tried."""
    program = shutil.which("toxiproxy-server")
    if program is None:
        pytest.skip("needs toxiproxy-server on PATH: go install github.com/Shopify/toxiproxy/v2/cmd/server@v2.12.0")
    for port in range(21000 + os.getpid() % 5000, 32000):
        if not _is_free(port):
            continue
        command = [program, "-host", "127.0.0.1", "-port", str(port)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, text=True) as process:
            api = Api(f"127.0.0.1:{port}", "binary", process=process)
            try:
                if _becomes_ready(api):
                    yield api
                    return
            finally:
                process.kill()
    pytest.fail("toxiproxy-server found no free port below 32000")


def _is_free(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
        return True
    return False


def _becomes_ready(api: Api) -> bool:
    """Ask until there is an answer; False when the process ends, because another took its port."""
    deadline = time.monotonic() + PATIENCE
    while api.process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(ConnectionRefusedError):
            return api.call("GET", "/version").status == 200
        time.sleep(0.01)
    return False


@pytest.fixture(scope="session", params=["embedded", "binary"])
def shared(request: pytest.FixtureRequest) -> Iterator[Api]:
    """Run each server of the Toxiproxy API that there is, once."""
    with embedded() if request.param == "embedded" else binary() as api:
        yield api


@pytest.fixture
def api(shared: Api) -> Iterator[Api]:
    """Return a server of the Toxiproxy API without any proxy."""
    shared.clear()
    yield shared
    shared.clear()


@pytest.fixture
def start() -> Iterator[Start]:
    """Return a function that starts an embedded engine with options; it ends with the test, and cleanly."""
    with contextlib.ExitStack() as stack:
        yield lambda *options, by_file=False: stack.enter_context(embedded(*options, by_file=by_file))
