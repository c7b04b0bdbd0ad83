"""HTTP: requests and responses as plain data, sent to real servers and applications, and served by stubs."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from typing import TYPE_CHECKING, Any

import pytest

from stormproof_contracts.errors import Unreachable
from stormproof_contracts.explain import explain_unexpected, explain_verification
from stormproof_contracts.formats import load_contract
from stormproof_contracts.matching import show
from stormproof_contracts.protocols import kind_of
from stormproof_contracts.stubbing import Desk
from stormproof_contracts.verification import verify


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from stormproof_contracts.model import Contract
    from stormproof_contracts.protocols import Server


HTTP = kind_of("http")

CONTRACT = """
consumer: orders
provider: inventory
interactions:
  - http: stock of a known item
    request: {path: /items/A1, query: {warehouse: !integer 2, tag: [a, b]}, headers: {Accept: application/json}}
    response:
      status: 200
      headers: {Content-Type: application/json, X-Count?: !integer 1}
      body: {sku: A1, quantity: !integer 7, labels: !each fragile}
  - http: reserve
    request: {method: POST, path: /reservations, headers: {Authorization: Bearer secret-token}, body: {sku: A1}}
    response: {status: 201, body: {id: !uuid 6ba7b810-9dad-11d1-80b4-00c04fd430c8}}
  - http: release
    request: {method: DELETE, path: /reservations/1}
    response: {status: 204}
  - http: a text with spaces
    request: {path: "/notes/a b/ü"}
    response: {status: 200, body: plain words}
"""


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    path = tmp_path / "orders-inventory.contract.yaml"
    path.write_text(CONTRACT)
    return load_contract(path)


@pytest.fixture
def desk(contract: Contract) -> Desk:
    return Desk(contract.interactions)


@pytest.fixture
def stub(desk: Desk) -> Iterator[Server]:
    server = HTTP.serve(desk)
    yield server
    server.close()


def call(server: Server, method: str, target: str, body: str = "", **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection(server.address.removeprefix("http://"), timeout=10)
    connection.request(method, target, body or None, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def asgi(status: int, body: object, content_type: str = "application/json") -> Callable[..., Any]:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise RuntimeError("no lifespan here")
        await receive()
        content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        await send(
            {"type": "http.response.start", "status": status, "headers": [(b"content-type", content_type.encode())]}
        )
        await send({"type": "http.response.body", "body": content})

    return application


def wsgi(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "application/json; charset=utf-8")])
    assert environ["QUERY_STRING"] == "warehouse=2&tag=a&tag=b"
    return [b'{"sku": "A1", ', b'"quantity": 9, "labels": ["x"]}']


def test_a_stub_keeps_its_own_contract(contract: Contract, desk: Desk, stub: Server) -> None:
    """Every interaction sent to a stub of the same contract holds, over one kept connection."""
    sender = HTTP.connect(stub.address, timeout=10)
    assert [verify(interaction, sender).mismatches for interaction in contract.interactions] == [()] * 4
    sender.close()
    assert desk.exercised() == list(contract.interactions)
    assert desk.unexpected() == []


def test_an_asgi_application_is_verified_in_process(contract: Contract) -> None:
    """All mismatches of an answer are found at once, and the text names place, difference and mend."""
    sender = HTTP.connect(asgi(200, {"sku": "A1", "quantity": "7"}), timeout=10)
    text = explain_verification(verify(contract.interactions[0], sender))
    sender.close()
    assert 'orders-inventory.contract.yaml:10:33  "stock of a known item"   orders -> inventory' in text
    assert '  expected  $.quantity   integer\n  got       $.quantity   "7"  (string)' in text
    assert "  got       $.labels     missing" in text
    assert "  request   GET /items/A1?warehouse=2&tag=a&tag=b" in text
    assert 'quantity: !any [!integer 7, !text "7"]' in text


def test_a_wsgi_application_is_verified_in_process(contract: Contract) -> None:
    """A WSGI application gets the request of the contract, and its parts are put together."""
    sender = HTTP.connect(wsgi, timeout=10)
    assert verify(contract.interactions[0], sender).held
    sender.close()


def test_the_lifespan_of_an_asgi_application_surrounds_its_calls() -> None:
    """Start-up runs before the first call and shut-down when the sender closes."""
    events: list[str] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        while scope["type"] == "lifespan":
            message = await receive()
            events.append(message["type"])
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return

    sender = HTTP.connect(application, timeout=10)
    assert events == ["lifespan.startup"]
    sender.close()
    assert events == ["lifespan.startup", "lifespan.shutdown"]


def test_broken_json_is_shown_as_the_text_it_is(contract: Contract) -> None:
    """A body that says JSON and is none is a mismatch of the whole body, not a crash."""
    sender = HTTP.connect(asgi(200, "{not json"), timeout=10)
    (mismatch,) = verify(contract.interactions[0], sender).mismatches
    sender.close()
    assert (mismatch.path, mismatch.expected, show(mismatch.actual)) == (("body",), "object", '"{not json"  (string)')


def test_an_unknown_request_gets_the_closest_interaction(desk: Desk, stub: Server) -> None:
    """What the contract does not know is answered with 500 and the difference, and is in the log."""
    status, text = call(
        stub, "POST", "/reservations", '{"sku": "B", "colour": "red"}', authorization="Bearer secret-token"
    )
    assert status == 500
    assert 'closest   "reserve"  POST /reservations' in text
    assert "expected  $.colour   absent" in text
    assert explain_unexpected(desk.unexpected(), "stub orders-inventory").startswith("stub orders-inventory: 1 request")


def test_a_query_parameter_must_be_one_of_the_contract(stub: Server) -> None:
    """Values are compared as what they spell; repeated and surplus ones are told."""
    accept = {"accept": "application/json"}
    assert call(stub, "GET", "/items/A1?tag=a&tag=b&warehouse=77", **accept)[0] == 200
    status, text = call(stub, "GET", "/items/A1?warehouse=two&tag=b&page=1", **accept)
    assert status == 500
    for line in ["query.warehouse[0]", "query.tag[0]", "query.tag[1]", "query.page"]:
        assert line in text


def test_secrets_are_left_out_of_evidence(contract: Contract, stub: Server) -> None:
    """The command that repeats a request does not show its token."""
    sender = HTTP.connect(stub.address, timeout=10)
    (_, request), *_ = verify(contract.interactions[1], sender).exchange.evidence()
    sender.close()
    assert "secret-token" not in request
    assert "[redacted]" in request


def test_secrets_are_left_out_of_differences(contract: Contract, desk: Desk, stub: Server) -> None:
    """A difference in a secret tells its type, and offers no YAML that repeats it."""
    assert (
        call(stub, "POST", "/reservations", '{"sku": "A1", "password": "hunter2"}', authorization="Bearer other-token")[
            0
        ]
        == 500
    )
    text = explain_unexpected(desk.unexpected(), "stub")
    assert "got       $.password              [redacted]  (string)" in text
    assert "got       headers.authorization   [redacted]  (string)" in text
    assert "hunter2" not in text
    assert "other-token" not in text
    assert "secret-token" not in text


def test_pipelined_and_split_requests_are_answered_in_order(stub: Server) -> None:
    """Bytes may arrive in any pieces, several requests at once."""
    request = b"DELETE /reservations/1 HTTP/1.1\r\nHost: x\r\n\r\n"
    host, port = stub.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(request + request[:10])
        connection.sendall(request[10:])
        received = b""
        while received.count(b"204 No Content") < 2:
            received += connection.recv(4096)


def test_an_answer_larger_than_any_buffer_arrives_whole(tmp_path: Path) -> None:
    """What the peer does not take at once is sent when it does, also to a peer that has said its last word."""
    path = tmp_path / "large.contract.yaml"
    text = "x" * 8_000_000
    path.write_text(
        f"consumer: a\nprovider: b\ninteractions: [{{http: x, request: {{path: /}}, response: {{status: 200, body: {text}}}}}]"
    )
    server = HTTP.serve(Desk(load_contract(path).interactions))
    host, port = server.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)
        received = bytearray()
        while chunk := connection.recv(65536):
            received += chunk
    server.close()
    assert received.endswith(text.encode())


def test_what_goes_wrong_inside_of_a_stub_is_raised_when_it_closes(
    contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of the stub itself is not swallowed, and other connections are still answered."""
    desk = Desk(contract.interactions)
    server = HTTP.serve(desk)
    with monkeypatch.context() as broken:
        broken.setattr(desk, "receive", lambda request: 1 / 0)
        with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
            call(server, "DELETE", "/reservations/1")
    assert call(server, "DELETE", "/reservations/1")[0] == 204
    with pytest.raises(ZeroDivisionError):
        server.close()
    server.close()


def test_what_is_no_http_is_refused(stub: Server) -> None:
    """Garbage gets 400 and a closed connection, and the stub lives on."""
    host, port = stub.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(b"\x16\x03\x01 hello\r\n\r\n")
        received = b""
        while chunk := connection.recv(4096):
            received += chunk
    assert received.startswith(b"HTTP/1.1 400")
    assert call(stub, "DELETE", "/reservations/1")[0] == 204


def test_a_closed_stub_leaves_no_thread_and_no_port(desk: Desk) -> None:
    """Closing frees the port and ends the thread, also with a connection open."""
    before = threading.active_count()
    server = HTTP.serve(desk)
    host, port = server.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10):
        server.close()
        server.close()
        assert threading.active_count() == before
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((host, int(port)), timeout=10)


def test_a_provider_that_is_not_there_is_unreachable(contract: Contract, stub: Server) -> None:
    """A refused connection, a silent server and a dropped connection each say what happened."""
    stub.close()
    with pytest.raises(Unreachable, match=r"cannot be reached: .*refused"):
        HTTP.connect(stub.address, timeout=10).send(contract.interactions[0])
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(Unreachable, match=r"did not answer within 0\.05 s"):
            HTTP.connect(address, timeout=0.05).send(contract.interactions[0])


def test_a_provider_of_the_wrong_type_is_named() -> None:
    """What cannot be a provider is refused with what can."""
    with pytest.raises(TypeError, match="a URL or an ASGI or WSGI application, not int"):
        HTTP.connect(5, timeout=1)
    with pytest.raises(TypeError, match="write http://host:port"):
        HTTP.connect("localhost:80", timeout=1)
