from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import pytest

from stormproof_chaos.engines import Engine, Proxy, open_engine
from stormproof_chaos.errors import Unavailable


if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def echo() -> Iterator[str]:
    """A server that sends back what it gets; its address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_serve, args=(server,), daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}"


def _serve(server: socket.socket) -> None:
    while True:
        try:
            client = server.accept()[0]
        except OSError:
            return
        threading.Thread(target=_answer, args=(client,), daemon=True).start()


def _answer(client: socket.socket) -> None:
    with client:
        try:
            while data := client.recv(65536):
                client.sendall(data)
        except ConnectionError:
            return


@pytest.fixture(scope="session", params=["embedded", "binary"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Each engine that can be had here."""
    try:
        opened = open_engine(request.param)
    except Unavailable as error:
        pytest.skip(str(error))
    with opened:
        yield opened


@pytest.fixture
def proxy(engine: Engine, echo: str) -> Iterator[Proxy]:
    """A proxy in front of the echo server, with a name that has to be quoted."""
    made = engine.proxy("orders -> inventory? 100%", echo)
    yield made
    made.delete()
