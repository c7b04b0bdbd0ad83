from __future__ import annotations

import asyncio
import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from stormproof_chaos.engines import open_engine
from stormproof_chaos.faults import audit
from stormproof_chaos.journal import Journal


if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

    from stormproof_chaos.engines import Engine, Proxy


@dataclass
class Service:
    """A real HTTP service on loopback, on a thread of its own; answers with *status*, and keeps every request."""

    status: int = 200
    hang: bool = False
    nonsense: bool = False
    port: int = 0
    requests: list[str] = field(default_factory=list)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                size = re.search(rb"content-length: *([0-9]+)", head.lower())
                body = await reader.readexactly(int(size[1])) if size else b""
                self.requests.append((head + body).decode())
                if self.hang:
                    await asyncio.Event().wait()
                start = "nonsense" if self.nonsense else f"HTTP/1.1 {self.status} X"
                writer.write(f"{start}\r\ncontent-length: 2\r\n\r\nok".encode())
                if self.nonsense:
                    return
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    @contextmanager
    def running(self) -> Generator[Service]:
        ready = threading.Event()
        end: list[Callable[[], object]] = []

        async def serve() -> None:
            over = asyncio.Event()
            loop = asyncio.get_running_loop()
            end.append(lambda: loop.call_soon_threadsafe(over.set))
            server = await asyncio.start_server(self.handle, "127.0.0.1", 0)
            self.port = server.sockets[0].getsockname()[1]
            ready.set()
            await over.wait()
            server.close()

        thread = threading.Thread(target=asyncio.run, args=(serve(),))
        thread.start()
        ready.wait()
        try:
            yield self
        finally:
            end[0]()
            thread.join()


@dataclass
class OneLink:
    name: str
    proxy: Proxy


@dataclass
class Shop:
    """A small system: one service called through one link of a real engine."""

    engine: Engine
    service: Service
    proxy: Proxy
    dead: list[str] = field(default_factory=list)
    look: Callable[[], object] = lambda: None
    services: tuple[str, ...] = ("orders",)
    links: tuple[str, ...] = ("outside -> orders",)

    def address(self, service: str) -> str:
        assert service in self.services
        return f"http://{self.proxy.listen}"

    def link(self, name: str) -> OneLink:
        return OneLink(name, self.proxy)

    def deaths(self) -> list[str]:
        self.look()
        return self.dead

    @property
    def disturbed(self) -> bool:
        return self.proxy.state().toxics != () or not self.proxy.state().enabled


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with open_engine("embedded") as opened:
        yield opened


@pytest.fixture
def service() -> Iterator[Service]:
    with Service().running() as running:
        yield running


@pytest.fixture
def shop(engine: Engine, service: Service) -> Iterator[Shop]:
    proxy = engine.proxy("outside -> orders", f"127.0.0.1:{service.port}")
    yield Shop(engine, service, proxy)
    left = audit(engine)
    proxy.delete()
    assert left == []
    assert "stormproof load" not in {thread.name for thread in threading.enumerate()}


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "journal.jsonl", engine="embedded") as opened:
        yield opened
