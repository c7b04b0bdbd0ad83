"""How fast a stub is there, beside a bare asyncio server on a thread."""

from __future__ import annotations

import subprocess
import sys

from benchmarks.measuring import clean, contract, project, row


OURS = """
import sys, time
from pathlib import Path
from stormproof_contracts.formats import load_contract
import http.client
contract = load_contract(Path(sys.argv[1]))
def once():
    started = time.perf_counter()
    from stormproof_contracts.protocols import kind_of
    from stormproof_contracts.stubbing import Desk
    server = kind_of("http").serve(Desk(contract.interactions))
    connection = http.client.HTTPConnection(server.address.removeprefix("http://"))
    connection.request("GET", "/items/0")
    assert connection.getresponse().read()
    seconds = time.perf_counter() - started
    connection.close()
    server.close()
    return seconds
first = once()
print(first, sorted(once() for _ in range(50))[25])
"""
BARE = """
import http.client, threading, time
def once():
    started = time.perf_counter()
    import asyncio
    class Server(asyncio.Protocol):
        def connection_made(self, transport):
            self.transport = transport
        def data_received(self, data):
            self.transport.write(b"HTTP/1.1 200 OK\\r\\ncontent-length: 2\\r\\n\\r\\nok")
    loop = asyncio.new_event_loop()
    ready = threading.Event()
    ports = []
    def run():
        server = loop.run_until_complete(loop.create_server(Server, "127.0.0.1", 0))
        ports.append(server.sockets[0].getsockname()[1])
        ready.set()
        loop.run_forever()
        server.close()
    thread = threading.Thread(target=run)
    thread.start()
    ready.wait()
    connection = http.client.HTTPConnection("127.0.0.1", ports[0])
    connection.request("GET", "/")
    assert connection.getresponse().read()
    seconds = time.perf_counter() - started
    connection.close()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    return seconds
first = once()
print(first, sorted(once() for _ in range(50))[25])
"""


def main() -> None:
    """Time the first and the next answer of a stub."""
    with project(contract(10)) as folder:
        file = str(folder / "orders-inventory.contract.yaml")
        runs = [(_pair(OURS, file), _pair(BARE, file)) for _ in range(7)]
        ours_first, ours_next = (sorted(ours[index] for ours, _ in runs)[3] for index in (0, 1))
        bare_first, bare_next = (sorted(bare[index] for _, bare in runs)[3] for index in (0, 1))
    row(
        "first stub answered, imports included",
        ours_first * 1000,
        "ms",
        "<= 20 ms",
        f"{ours_first / bare_first:.2f} of bare asyncio",
    )
    row("next stub answered", ours_next * 1000, "ms", "<= 0.6 ms", f"{ours_next / bare_next:.2f} of bare asyncio")


def _pair(code: str, argument: str) -> tuple[float, float]:
    run = subprocess.run(
        [sys.executable, "-c", code, argument], check=True, capture_output=True, text=True, env=clean()
    )
    first, following = run.stdout.split()
    return float(first), float(following)
