"""Whatever is sent to the API, the engine answers and lives."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from stormproof_chaos.engine.addresses import Address, AddressError, Resolver, split
from stormproof_chaos.engine.api import Api
from stormproof_chaos.engine.decoding import BodyError, first_value
from stormproof_chaos.engine.http import MalformedError, Request, parse
from stormproof_chaos.engine.loop import Loop
from stormproof_chaos.engine.proxies import Proxies
from stormproof_chaos.engine.proxy import Engine, Settings


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
names = st.sampled_from(
    ["name", "listen", "upstream", "enabled", "toxics", "type", "stream", "toxicity", "attributes", "latency", "bytes"]
)
likely = st.sampled_from(
    ["p", "latency", "slicer", "upstream", "127.0.0.1:0", "127.0.0.1:1", "[::1]:x", 1e999, 10**400]
)
values: st.SearchStrategy[Any] = st.recursive(
    scalars | likely,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=6),
    max_leaves=12,
)
bodies = st.one_of(st.binary(max_size=50), values.map(lambda value: json.dumps(value).encode()))
requests = st.tuples(
    st.sampled_from(["GET", "POST", "PATCH", "DELETE", "PUT"]),
    st.sampled_from(
        ["/proxies", "/proxies/p", "/proxies/p/toxics", "/proxies/p/toxics/latency_downstream", "/populate", "/reset"]
    ),
    bodies,
)


@given(st.lists(requests, max_size=6), st.booleans())
@example([("POST", "/proxies", b"[" * 100_000)], False)
@example([("POST", "/proxies", b'{"name": "\\ud800", "upstream": "u"}')], False)
@settings(max_examples=200, deadline=None)
def test_any_body_has_an_answer(sent: list[tuple[str, str, bytes]], strict: bool) -> None:
    """Every request is answered with a status of the API's, and never by an error of ours."""
    loop = Loop()
    engine = Engine(loop, _NoLookups(loop), Settings(strict=strict))
    proxies = Proxies(engine)
    api = Api(proxies, engine)
    try:
        for method, path, body in sent:
            status = api.answer(Request(method, path, {}, body)).status
            assert status in {200, 201, 204, 400, 404, 405, 409, 500}
    finally:
        proxies.close()
        loop.close()


class _NoLookups(Resolver):
    """Knows no names, and asks nobody."""

    def addresses(self, text: str) -> list[Address]:
        host, port = split(text)
        if host not in {"127.0.0.1", "localhost"}:
            raise AddressError(f"lookup {host}: no such host")
        return [Address("127.0.0.1", port)]


@given(bodies)
@example(b"9" * 5000)
@example(b"NaN")
@example(b"-Infinity")
def test_a_body_is_json_or_refused(body: bytes) -> None:
    """Decoding ends with a value or with the one error that the API answers."""
    try:
        first_value(body)
    except BodyError as error:
        assert str(error)


@given(st.text(max_size=30) | st.from_regex(r"\[?[a-z0-9.:]*\]?:[0-9]{0,6}", fullmatch=True))
def test_an_address_is_split_or_refused(text: str) -> None:
    """Splitting ends with a port in range or with the error that the API answers."""
    try:
        _, port = split(text)
    except AddressError:
        return
    assert 0 <= port <= 65535


@given(st.binary(max_size=200) | st.binary(max_size=80).map(lambda rest: b"POST / HTTP/1.1\r\n" + rest + b"\r\n\r\n"))
def test_bytes_are_a_request_or_not(data: bytes) -> None:
    """Parsing ends with a request, a wish for more, or a refusal."""
    buffer = bytearray(data)
    try:
        request = parse(buffer)
    except MalformedError as error:
        assert error.status in {400, 413, 431}
    else:
        assert (request is None) == (len(buffer) == len(data))


@given(st.binary(max_size=300), st.integers(1, 40), st.booleans())
def test_a_request_may_come_in_pieces(body: bytes, size: int, chunked: bool) -> None:
    """A request is complete when its last byte is there, and not before."""
    if chunked:
        pieces = [body[at : at + size] for at in range(0, len(body), size)]
        framed = b"".join(f"{len(piece):x}\r\n".encode() + piece + b"\r\n" for piece in [*pieces, b""])
        wire = b"POST /x?y HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + framed
    else:
        wire = f"POST /x?y HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    buffer = bytearray()
    for at in range(0, len(wire), size):
        assert parse(buffer) is None
        buffer += wire[at : at + size]
    request = parse(buffer)
    assert request is not None
    assert (request.method, request.path, request.body, bytes(buffer)) == ("POST", "/x", body, b"")


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", 413),
        (b"GET / HTTP/1.1\r\n" + b"X: " + b"y" * 70_000, 431),
    ],
)
def test_what_is_no_http(head: bytes, status: int) -> None:
    """A head that will never be a request is refused with the status that says why."""
    with pytest.raises(MalformedError) as refused:
        parse(bytearray(head))
    assert refused.value.status == status


@given(data=st.binary(min_size=1, max_size=500))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_garbage_on_the_api_port(garbage_target: str, data: bytes) -> None:
    """An engine that is sent garbage closes that connection, at the latest with its client, and serves the next."""
    host, _, port = garbage_target.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=20) as client:
        client.sendall(data + b"\r\n\r\n")
        client.shutdown(socket.SHUT_WR)
        try:
            while client.recv(65536):
                pass
        except ConnectionResetError:
            return


@pytest.fixture
def garbage_target(start: Any) -> str:
    address: str = start().address
    return address
