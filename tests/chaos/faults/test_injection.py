from __future__ import annotations

import socket
import time
from dataclasses import dataclass

import pytest

from stormproof_chaos.engines import Engine, Proxy, Toxic
from stormproof_chaos.errors import EngineUnreachable, Refused, UnknownProxy
from stormproof_chaos.faults import (
    Fault,
    Leftover,
    audit,
    bandwidth,
    down,
    drop,
    fragment,
    inject,
    latency,
    limit,
    partition,
    reset,
    slow_close,
)


@dataclass(frozen=True)
class Pair:
    proxy: Proxy
    name: str = "orders -> inventory"


@pytest.fixture
def link(proxy: Proxy) -> Pair:
    return Pair(proxy)


def connect(link: Pair) -> socket.socket:
    host, _, port = link.proxy.listen.rpartition(":")
    return socket.create_connection((host, int(port)), 30)


def ask(client: socket.socket, data: bytes = b"x") -> bytes:
    """Send *data* and return all that comes back, until as much has come or the connection ends."""
    client.sendall(data)
    answer = b""
    while len(answer) < len(data) and (piece := client.recv(65536)):
        answer += piece
    return answer


def test_latency_delays_the_answer(link: Pair) -> None:
    """An answer is as late as the fault says, and on time again afterwards."""
    with connect(link) as client:
        with inject(link, latency(0.2)):
            started = time.monotonic()
            assert ask(client) == b"x"
            assert time.monotonic() - started >= 0.199
        assert ask(client) == b"x"


def test_down_refuses_connections(link: Pair) -> None:
    """While a link is down nobody connects, and afterwards at the same address again."""
    with inject(link, down()), pytest.raises(ConnectionRefusedError):
        connect(link)
    with connect(link) as client:
        assert ask(client) == b"x"


def test_a_partition_keeps_both_sides_waiting(link: Pair) -> None:
    """Old and new connections stay open and nothing comes."""
    with connect(link) as old:
        assert ask(old) == b"x"
        with inject(link, partition()), connect(link) as new:
            for client in old, new:
                client.settimeout(0.1)
                with pytest.raises(TimeoutError):
                    ask(client)
    with connect(link) as client:
        assert ask(client) == b"x"


def test_a_reset_is_one(link: Pair) -> None:
    """A request on a new connection is answered by a reset."""
    with inject(link, reset()), connect(link) as client, pytest.raises(ConnectionResetError):
        ask(client)


def test_a_drop_loses_the_answer(link: Pair) -> None:
    """The connection ends without the answer after as long as the fault says."""
    with inject(link, drop(after=0.1)), connect(link) as client:
        assert ask(client) == b""


def test_a_drop_of_no_connection_leaves_all_alone(link: Pair) -> None:
    """The share is of connections."""
    with inject(link, drop(0)), connect(link) as client:
        assert ask(client) == b"x"


def test_a_limit_cuts_the_answer(link: Pair) -> None:
    """So many bytes pass, then the connection ends."""
    with inject(link, limit(100)), connect(link) as client:
        assert ask(client, b"x" * 1000) == b"x" * 100


def test_bandwidth_is_limited(link: Pair) -> None:
    """Twenty thousand bytes at a hundred thousand a second take a fifth of a second there and another back."""
    with inject(link, bandwidth(100_000)), connect(link) as client:
        started = time.monotonic()
        assert ask(client, b"x" * 20_000) == b"x" * 20_000
        assert time.monotonic() - started >= 0.19


def test_fragments_arrive_whole(link: Pair) -> None:
    """Pieces are small and none is lost."""
    with inject(link, fragment(100, variation=20)), connect(link) as client:
        data = bytes(range(250)) * 8
        assert ask(client, data) == data


def test_a_slow_close_comes_late(link: Pair) -> None:
    """The answer is on time and the end of the connection is not."""
    with inject(link, slow_close(0.2)), connect(link) as client:
        assert ask(client) == b"x"
        started = time.monotonic()
        client.shutdown(socket.SHUT_WR)
        assert client.recv(1) == b""
        assert time.monotonic() - started >= 0.19


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, SystemExit])
def test_however_the_block_ends_nothing_is_left(engine: Engine, link: Pair, error: type[BaseException]) -> None:
    """Faults are gone after an error and after Ctrl-C."""
    injection = inject(link, latency(1), partition(), down())
    injection.__enter__()
    assert len(audit(engine)) == 4
    assert not injection.__exit__(error, error(), None)
    assert audit(engine) == []


class Interrupted:
    """A proxy on which adding is interrupted at the second toxic, before or after it is there."""

    def __init__(self, proxy: Proxy, *, after: bool) -> None:
        self._proxy = proxy
        self._after = after
        self.name = proxy.name
        self.count = 0

    def add(self, toxic: Toxic) -> str:
        self.count += 1
        if self.count == 2 and not self._after:
            raise KeyboardInterrupt
        name = self._proxy.add(toxic)
        if self.count == 2:
            raise KeyboardInterrupt
        return name

    def remove(self, name: str) -> None:
        self._proxy.remove(name)


@pytest.mark.parametrize("after", [False, True])
def test_an_interruption_while_adding_leaves_nothing(engine: Engine, proxy: Proxy, after: bool) -> None:
    """Ctrl-C between two requests finds what was added already, known or not."""
    interrupted = Interrupted(proxy, after=after)
    with pytest.raises(KeyboardInterrupt), inject(Pair(interrupted), latency(1), partition()):  # type: ignore[arg-type]
        raise AssertionError
    assert interrupted.count == 2
    assert audit(engine) == []


def test_a_fault_that_is_refused_takes_the_others_with_it(engine: Engine, link: Pair) -> None:
    """When the second fault cannot be added the first is removed."""

    class Impossible(Fault):
        toxics = (Toxic("rain"),)
        disables = False

    with pytest.raises(Refused, match="invalid toxic type"), inject(link, down(), latency(1), Impossible("latency")):
        raise AssertionError
    assert audit(engine) == []


def test_only_what_was_added_is_removed(engine: Engine, link: Pair) -> None:
    """A toxic and an outage that were there before stay."""
    name = link.proxy.add(Toxic("latency", name="mine"))
    link.proxy.disable()
    with inject(link, latency(1), down()):
        assert len(audit(engine)) == 3
    assert [str(left) for left in audit(engine)] == [
        "orders -> inventory? 100%: disabled",
        "orders -> inventory? 100%: toxic mine (latency downstream, latency 0, jitter 0)",
    ]
    assert audit(engine)[0] == Leftover(link.proxy.name)
    link.proxy.enable()
    link.proxy.remove(name)


def test_injections_may_overlap_in_any_order(engine: Engine, link: Pair) -> None:
    """Each ends its own faults, whichever ends first."""
    first, second = inject(link, latency(1), down()), inject(link, latency(1), down())
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert [left.toxic is None for left in audit(engine)] == [True, False]
    second.__exit__(None, None, None)
    assert audit(engine) == []


def test_a_proxy_deleted_meanwhile_is_no_error(link: Pair) -> None:
    """Where the proxy is gone its faults are too."""
    with inject(link, latency(1), down()):
        link.proxy.delete()
    with pytest.raises(UnknownProxy), inject(link, latency(1)):
        raise AssertionError


def test_a_dead_engine_is_reported(echo: str) -> None:
    """Faults that cannot be removed because the engine died are an error, not a silence."""
    from stormproof_chaos.engines import open_engine

    engine = open_engine()
    with pytest.raises(EngineUnreachable), inject(Pair(engine.proxy("a", echo)), latency(1)):
        engine.close()
