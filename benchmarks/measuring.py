"""What the benchmarks share: a clean environment, repeated runs, tables."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


ROOT = Path(__file__).parent.parent


def median(seconds: Callable[[], float], rounds: int) -> float:
    """Return the median of *rounds* measurements."""
    return statistics.median(seconds() for _ in range(rounds))


def timed(command: list[str], cwd: Path, **environment: str) -> float:
    """Return the wall time of *command* in seconds; it must succeed."""
    started = time.perf_counter()
    subprocess.run(command, cwd=cwd, check=True, capture_output=True, env=clean(**environment))
    return time.perf_counter() - started


def clean(**more: str) -> dict[str, str]:
    """Return the environment with a bytecode cache, as Python has by default."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, **more}


@contextmanager
def base_install() -> Iterator[Path]:
    """Yield the Python of a fresh environment with the base install: the plugins of extras cost time of their own."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "-q", "--editable", str(ROOT)], check=True)
        yield python


@contextmanager
def project(contract: str = "") -> Iterator[Path]:
    """Yield a folder with a pytest.ini, and a contract where one is given."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        (path / "pytest.ini").touch()
        if contract:
            (path / "orders-inventory.contract.yaml").write_text(contract)
        yield path


HEAD = "consumer: orders\nprovider: inventory\ninteractions:\n"


def contract(interactions: int) -> str:
    """Return a contract of *interactions*, each with a body of seven matchers."""
    return HEAD + "".join(_interaction(number) for number in range(interactions))


def large_contract(interactions: int) -> str:
    """Return a contract of *interactions* of 1.9 KB, each with a body of 24 fields and 16 matchers."""
    return HEAD + "".join(_large_interaction(number) for number in range(interactions))


def _large_interaction(number: int) -> str:
    fields = "".join(
        f"        name_of_field_{field}: !like a value that is rather long, as values of real contracts often are\n"
        f"        text_of_field_{field}: another value that is just as long as the one that stands above it {number}\n"
        f"        count_{field}: !integer {field}\n"
        for field in range(8)
    )
    request = f"    request: {{path: /items/{number}}}\n"
    return f"  - http: item number {number}\n{request}    response:\n      status: 200\n      body:\n{fields}"


def _interaction(number: int) -> str:
    return f"""\
  - http: item number {number}
    request: {{path: /items/{number}}}
    response:
      status: 200
      headers: {{Content-Type: application/json}}
      body:
        sku: A1
        quantity: !integer 7
        labels: !each fragile
        name: !like hello
        weight: !number 1
        price: !decimal 1.5
        listed: !boolean true
"""


ANSWER = b'{"sku":"A1","quantity":7,"labels":["x"],"name":"a lamp","weight":1,"price":2.5,"listed":true}'
PROVIDER = f"""
import asyncio
BODY = {ANSWER!r}
HEAD = b"HTTP/1.1 200 OK\\r\\ncontent-type: application/json\\r\\ncontent-length: %d\\r\\n\\r\\n" % len(BODY)
ANSWER = HEAD + BODY
class Provider(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
    def data_received(self, data):
        self.transport.write(ANSWER * data.count(b"\\r\\n\\r\\n"))
async def main():
    server = await asyncio.get_running_loop().create_server(Provider, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


@contextmanager
def provider() -> Iterator[str]:
    """Yield the URL of a provider in a process of its own that answers as fast as asyncio can."""
    process = subprocess.Popen([sys.executable, "-c", PROVIDER], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.kill()
        process.wait()


def row(what: str, measured: float, unit: str, target: str = "", ratio: str = "") -> None:
    """Print one figure."""
    print(f"  {what:<58} {measured:>10.3f} {unit:<6} {ratio:<28} {target}", flush=True)
