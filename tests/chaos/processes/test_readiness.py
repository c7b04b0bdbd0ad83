from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from stormproof_chaos.errors import NotReady
from stormproof_chaos.processes import free_port, http_ready, start, tcp_ready, wait_until


Python = Callable[[str], list[str]]


class _Health(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/health?deep=1" else 503)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def service() -> Iterator[str]:
    """A service that is healthy at one path only."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Health) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_program_is_ready_once_it_says_so(python: Python) -> None:
    """Waiting ends when the condition holds."""
    with start(python("import signal; print('ready', flush=True); signal.pause()"), name="service") as process:
        wait_until(lambda: process.tail() == ["ready"], process=process, timeout=30, what="its word")
        assert process.returncode is None


def test_the_end_of_the_program_ends_the_wait(python: Python) -> None:
    """A program that ended is reported with its code and last lines, long before the time is up."""
    command = python("import sys; print('no database'); sys.exit(3)")
    with start(command, name="orders") as process, pytest.raises(NotReady) as caught:
        wait_until(lambda: False, process=process, timeout=600, what="GET /health")
    error = caught.value
    assert (error.name, error.awaited, error.returncode, error.log) == ("orders", "GET /health", 3, ("no database",))
    lines = str(error).splitlines()
    assert lines[0] == "orders did not become ready: it exited with code 3 first"
    assert lines[1].startswith("  command   ")
    assert lines[2:] == ["  awaited   GET /health", "  its last lines", "    no database"]


def test_a_condition_met_by_somebody_else_is_not_enough(python: Python, eventually: Callable[..., None]) -> None:
    """A port that answers while the program has ended belongs to another program."""
    with start(python("pass"), name="orders") as process:
        eventually(lambda: process.returncode == 0)
        with pytest.raises(NotReady, match="exited with code 0 first"):
            wait_until(lambda: True, process=process, timeout=600, what="its port")


def test_the_limit_ends_the_wait(python: Python) -> None:
    """A program that stays silent is reported with what is lacking."""
    address = f"127.0.0.1:{free_port()}"
    with start(python("import signal; signal.pause()"), name="orders") as process, pytest.raises(NotReady) as caught:
        wait_until(tcp_ready(address), process=process, timeout=0.05, what="its port")
    assert caught.value.returncode is None
    assert f"  lacking   {address}: connection refused\n  it wrote nothing" in str(caught.value)


def test_a_signal_is_named(python: Python) -> None:
    """A program ended by a signal is reported so."""
    killed = start(python("import os; os.kill(os.getpid(), 9)"), name="orders")
    with killed as process, pytest.raises(NotReady, match="was ended by signal 9 first"):
        wait_until(lambda: False, process=process, timeout=600, what="anything")


def test_an_http_probe_wants_a_status_below_400(service: str) -> None:
    """The probe holds for a good status, and keeps a bad one as what is lacking."""
    assert http_ready(f"http://{service}/health?deep=1")()
    probe = http_ready(f"http://{service}")
    assert not probe()
    assert probe.lacking == f"http://{service}: status 503 Service Unavailable"


def test_a_tcp_probe_wants_a_connection(service: str) -> None:
    """The probe holds where somebody listens, on whatever kind of address."""
    assert tcp_ready(service)()
    assert not tcp_ready(f"127.0.0.1:{free_port()}")()
    assert not tcp_ready(f"[::1]:{free_port()}")()


def test_a_silent_server_lacks_an_answer() -> None:
    """A server that accepts and says no HTTP is not ready."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up() -> None:
            server.accept()[0].close()

        Thread(target=hang_up, daemon=True).start()
        probe = http_ready(f"http://127.0.0.1:{server.getsockname()[1]}/")
        assert not probe()
        assert probe.lacking


def test_a_free_port_is_outside_the_range_of_outgoing_connections() -> None:
    """Free ports can be bound and differ from call to call."""
    ports = [free_port() for _ in range(20)]
    assert all(20000 <= port < 32768 for port in ports)
    assert len(set(ports)) > 10
    with socket.create_server(("127.0.0.1", ports[0])):
        assert not tcp_ready("127.0.0.1:1")()
