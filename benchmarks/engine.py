"""The embedded engine beside Toxiproxy's own server, on this machine, in one run: python benchmarks/engine.py.

Clients, upstream and proxies are processes of their own, on loopback. Every figure is the median of interleaved rounds;
`direct` is the same without a proxy, and is what "added" is measured against. Takes less than a minute.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import selectors
import shutil
import socket
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS = 5
SPELL = 0.4  # seconds that a rate is measured for
STARTER = Path(__file__).parents[1] / "chaos" / "stormproof_chaos" / "engine" / "__main__.py"
Figures = dict[str, float]


# What runs in processes of its own: two upstreams and the clients.


def upstream_flood() -> None:
    """Send zeros to whoever connects, for as long as they are taken."""
    zeros = bytes(1 << 20)

    def flood(client: socket.socket) -> None:
        with contextlib.suppress(OSError), client:
            while True:
                client.sendall(zeros)

    listener = announce()
    while True:
        client, _ = listener.accept()
        threading.Thread(target=flood, args=(client,), daemon=True).start()


def upstream_echo() -> None:
    """Send back what comes, for any number of clients."""
    listener, selector = announce(), selectors.DefaultSelector()
    listener.settimeout(0)
    selector.register(listener, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            if key.fileobj is listener:
                with contextlib.suppress(BlockingIOError):
                    client, _ = listener.accept()
                    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    selector.register(client, selectors.EVENT_READ)
                continue
            client = key.fileobj  # type: ignore[assignment]
            try:
                chunk = client.recv(65536)
            except OSError:
                chunk = b""
            if chunk:
                client.sendall(chunk)
            else:
                selector.unregister(client)
                client.close()


def announce() -> socket.socket:
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    print(json.dumps(f"127.0.0.1:{listener.getsockname()[1]}"), flush=True)
    return listener


def client_throughput(address: str, connections: str) -> Figures:
    """Read for a while on some connections."""
    total, end = [0] * int(connections), time.perf_counter() + SPELL

    def read(number: int) -> None:
        buffer = bytearray(1 << 20)
        with connect(address) as client:
            while time.perf_counter() < end:
                total[number] += client.recv_into(buffer)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(len(total))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {f"{connections} conn MB/s": sum(total) / SPELL / 1e6}


def client_round_trip(address: str, count: str) -> Figures:
    """Send 64 bytes and wait for them, again and again."""
    with connect(address) as client:
        times = sorted(round_trip(client) for _ in range(int(count)))
    return {"p50": quantile(times, 0.5) * 1e6, "p99": quantile(times, 0.99) * 1e6}


def client_connect(address: str) -> Figures:
    """Connect, exchange a byte and close, for a while."""
    count, end = 0, time.perf_counter() + SPELL
    while time.perf_counter() < end:
        with connect(address) as client:
            round_trip(client, b"x")
        count += 1
    return {"connections/s": count / SPELL}


def client_hold(address: str, count: str, exchanges: str) -> Figures:
    """Open many connections, use each some times, and hold them until stdin ends."""
    errors, clients = 0, []
    started = time.perf_counter()
    for _ in range(int(count)):
        try:
            clients.append(connect(address))
        except OSError:
            errors += 1
    for _ in range(int(exchanges)):
        for client in clients:
            client.sendall(b"x" * 64)
        for client in clients:
            try:
                errors += client.recv(64) != b"x" * 64
            except OSError:
                errors += 1
    print(json.dumps({"errors": errors, "seconds": time.perf_counter() - started}), flush=True)
    sys.stdin.read()
    return {}


def connect(address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    client = socket.create_connection((host, int(port)), timeout=20)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def round_trip(client: socket.socket, payload: bytes = b"x" * 64) -> float:
    started = time.perf_counter()
    client.sendall(payload)
    left = len(payload)
    while left:
        left -= len(client.recv(left))
    return time.perf_counter() - started


def quantile(ordered: list[float], share: float) -> float:
    return ordered[int(share * (len(ordered) - 1))]


# What runs here: the orchestration.


class Server:
    """A running server of the Toxiproxy API."""

    def __init__(self, address: str, process: subprocess.Popen[str]) -> None:
        self.address = address
        self.process = process

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Return the decoded answer of the API."""
        connection = http.client.HTTPConnection(self.address, timeout=20)
        with contextlib.closing(connection):
            connection.request(method, path, body=None if body is None else json.dumps(body))
            text = connection.getresponse().read()
            return json.loads(text) if text else None

    def proxy(self, name: str, upstream: str) -> str:
        """Make a proxy and return where it listens."""
        made = self.call("POST", "/proxies", {"name": name, "upstream": upstream, "listen": "127.0.0.1:0"})
        return str(made["listen"])

    def memory(self) -> float:
        """Return the resident memory in MB."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGESIZE") / 1e6


@contextlib.contextmanager
def child(*command: str) -> Iterator[tuple[subprocess.Popen[str], Any]]:
    """Run a process that says in its first line, in JSON, what it has to say."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            assert process.stdout
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


@contextlib.contextmanager
def stormproof() -> Iterator[Server]:
    command = [sys.executable, "-I", "-S", "-E", str(STARTER), "--watch-stdin"]
    with child(*command) as (process, said):
        yield Server(said["api"], process)


@contextlib.contextmanager
def toxiproxy() -> Iterator[Server]:
    program = shutil.which("toxiproxy-server")
    if program is None:
        sys.exit("needs toxiproxy-server on PATH: go install github.com/Shopify/toxiproxy/v2/cmd/server@v2.12.0")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [program, "-host", "127.0.0.1", "-port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, text=True) as process:
        server = Server(f"127.0.0.1:{port}", process)
        try:
            while process.poll() is None:
                with contextlib.suppress(ConnectionRefusedError):
                    server.call("GET", "/version")
                    break
                time.sleep(0.01)
            yield server
        finally:
            process.kill()


def measure(role: str, *arguments: str) -> Figures:
    command = [sys.executable, __file__, role, *arguments]
    figures: Figures = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout)
    return figures


def medians(targets: dict[str, str], role: str, *arguments: str) -> dict[str, Figures]:
    """Measure every target in turn, some rounds long; return the medians by target."""
    rounds = [{name: measure(role, at, *arguments) for name, at in targets.items()} for _ in range(ROUNDS)]
    return {
        name: {figure: statistics.median(each[name][figure] for each in rounds) for figure in rounds[0][name]}
        for name in targets
    }


def less(figures: dict[str, Figures], base: str) -> dict[str, Figures]:
    """Return *figures* with those of *base* taken off."""
    return {
        name: {figure: value - figures[base][figure] for figure, value in each.items()}
        for name, each in figures.items()
    }


def row(label: str, target: str, ours: float, theirs: float, direct: float | None = None) -> None:
    base = "" if direct is None else f"{direct:,.0f}"
    print(f"{label:34} {ours:>11,.1f} {theirs:>11,.1f} {ours / theirs if theirs else 0:>7.2f} {target:>8} {base:>9}")


def hold(server: Server, address: str, count: int, exchanges: int) -> tuple[Figures, float]:
    """Hold connections; return what the client says of them and the server's memory meanwhile."""
    with child(sys.executable, __file__, "client_hold", address, str(count), str(exchanges)) as (_, said):
        return said, server.memory()


def main() -> None:
    started = time.perf_counter()
    flood = child(sys.executable, __file__, "upstream_flood")
    echo = child(sys.executable, __file__, "upstream_echo")
    with flood as (_, flood_at), echo as (_, echo_at), stormproof() as ours, toxiproxy() as theirs:
        print(f"{'':34} {'stormproof':>11} {'toxiproxy':>11} {'ratio':>7} {'target':>8} {'direct':>9}")
        servers = {"ours": ours, "theirs": theirs}
        floods = {"direct": flood_at, **{name: server.proxy("flood", flood_at) for name, server in servers.items()}}
        echoes = {"direct": echo_at, **{name: server.proxy("echo", echo_at) for name, server in servers.items()}}
        compare_speed(floods, echoes)
        compare_lateness(servers, echo_at)
        compare_many(servers, echoes)
    print(f"\nmedians of {ROUNDS} rounds, {time.perf_counter() - started:.0f} s in all, {os.cpu_count()} cores")


def compare_speed(floods: dict[str, str], echoes: dict[str, str]) -> None:
    for count in ("1", "4"):
        figures = medians(floods, "client_throughput", count)
        for name in figures["ours"]:
            row(f"throughput, {name}", ">= 2.5", *(figures[key][name] for key in ("ours", "theirs", "direct")))
    plain = medians(echoes, "client_round_trip", "3000")
    added = less(plain, "direct")
    for name in ("p50", "p99"):
        row(f"added round trip {name}, us", "<= 0.6", added["ours"][name], added["theirs"][name], plain["direct"][name])
    rates = medians(echoes, "client_connect")
    row("connections a second", ">= 1.3", *(rates[key]["connections/s"] for key in ("ours", "theirs", "direct")))


def compare_lateness(servers: dict[str, Server], upstream: str) -> None:
    """Measure how much more than its 2 ms a latency toxic takes than a proxy without toxics."""
    slow = {name: server.proxy("slow", upstream) for name, server in servers.items()}
    for server in servers.values():
        server.call("POST", "/proxies/slow/toxics", {"type": "latency", "attributes": {"latency": 2}})
    figures = medians(slow, "client_round_trip", "500")
    for name in ("p50", "p99"):
        row(f"latency of 2 ms late by {name}, us", "<= 1", *(figures[key][name] - 2000 for key in slow))


def compare_many(servers: dict[str, Server], echoes: dict[str, str]) -> None:
    idle = {name: hold(server, echoes[name], 1000, 1)[1] for name, server in servers.items()}
    row("1,000 idle connections, MB", "< 40 MB", idle["ours"], idle["theirs"])
    live = {name: hold(server, echoes[name], 5000, 3) for name, server in servers.items()}
    row("5,000 live connections, errors", "0", *(live[name][0]["errors"] for name in servers))
    row("5,000 live connections, s", "", *(live[name][0]["seconds"] for name in servers))
    row("5,000 live connections, MB", "", *(live[name][1] for name in servers))


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    else:
        figures = globals()[sys.argv[1]](*sys.argv[2:])
        if figures:
            print(json.dumps(figures))
