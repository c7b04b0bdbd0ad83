from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, cast

import pytest

from stormproof_contracts.errors import DocumentError, Unreachable
from stormproof_contracts.explain import explain_unreachable, explain_verification
from stormproof_contracts.matching import show
from stormproof_contracts.protocols import kind_of
from stormproof_contracts.stubbing import Desk
from stormproof_contracts.verification import verify


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import ModuleType

    from stormproof_contracts.model import Contract, Interaction
    from stormproof_contracts.protocols import Sender


Read = Callable[[str], "Contract"]
Write = Callable[..., "Path"]
One = Callable[[str], "Interaction"]
Provider = Callable[[Any], str]

GET = """\
  - grpc: shop.users.UserService/GetUser
    proto: users.proto
    request: {id: 42}
"""
GENEROUS = 60.0


@contextmanager
def connected(address: str, timeout: float = GENEROUS) -> Iterator[Sender]:
    sender = kind_of("grpc").connect(address, timeout=timeout)
    try:
        yield sender
    finally:
        sender.close()


@pytest.mark.parametrize("scheme", ["", "grpc://"])
def test_a_provider_that_keeps_the_contract(
    interaction: One, provider: Provider, generated: ModuleType, scheme: str
) -> None:
    """The example request reaches the method as the generated code reads it, and its answer is compared."""

    def get_user(data: bytes, context: Any) -> bytes:
        request = generated.GetUserRequest.FromString(data)
        assert dict(context.invocation_metadata())["x-tenant"] == "acme"
        user = generated.User(id=request.id, name="Grace", rank=generated.GOLD)
        return cast("bytes", user.SerializeToString())

    text = "    metadata: {X-Tenant: acme}\n    response: {id: 42, name: !like Ada, rank: GOLD, blocked: false}\n"
    address = provider(get_user)
    with connected(scheme + address) as sender:
        verification = verify(interaction(GET + text), sender)
    assert verification.mismatches == ()
    assert verification.exchange.response == {
        "status": "OK",
        "details": "",
        "trailers": {},
        "message": {"id": 42, "name": "Grace", "rank": "GOLD"},
    }
    assert 0 < verification.exchange.seconds < GENEROUS


def test_a_failure_says_what_came_and_how_to_repeat_it(
    interaction: One, provider: Provider, generated: ModuleType
) -> None:
    """The explanation holds the difference, the call, a grpcurl command without secrets, the status and the answer."""
    address = provider(lambda *_: generated.User(id=42, visits=7).SerializeToString())
    text = (
        "    metadata: {authorization: Bearer abcdefghijkl}\n    response: {id: 42, name: Ada, visits: !any [1, 2]}\n"
    )
    with connected(address) as sender:
        shown = explain_verification(verify(interaction(GET + text), sender))
    lines = shown.splitlines()
    assert lines[0] == 'users.contract.yaml:8:30  "shop.users.UserService/GetUser"   orders -> customers'
    assert '  expected  $.name     "Ada"' in lines
    assert '  got       $.name     ""  (string)' in lines
    assert "  expected  $.visits   1 or 2" in lines
    assert "  status    OK" in lines
    assert any(
        line.startswith("  request   shop.users.UserService/GetUser   (grpcurl -plaintext -import-path ")
        for line in lines
    )
    assert f"-H 'authorization: [redacted]' -d '{{\"id\": 42}}' {address} shop.users.UserService/GetUser)" in shown
    assert "abcdefghijkl" not in shown


def test_a_status_is_an_answer(interaction: One, provider: Provider) -> None:
    """Status, details and trailers of a failed call are compared, binary trailers as base64."""
    import grpc

    def get_user(_: bytes, context: Any) -> bytes:
        context.set_trailing_metadata(
            (("x-reason", "gone"), ("x-twice", "a"), ("x-twice", "b"), ("x-raw-bin", b"\xff"))
        )
        context.abort(grpc.StatusCode.NOT_FOUND, "no such user: é")
        return b""

    text = (
        "    status: NOT_FOUND\n    details: 'no such user: é'\n"
        "    trailers: {x-reason: gone, x-twice: 'a, b', x-raw-bin: /w}\n"
    )
    with connected(provider(get_user)) as sender:
        verification = verify(interaction(GET + text), sender)
    assert verification.mismatches == ()
    assert dict(verification.exchange.evidence())["status"] == "NOT_FOUND: no such user: é"


def test_another_status_is_one_mismatch(interaction: One, provider: Provider) -> None:
    """Where a message was promised and a status came, the status alone is what differs."""
    import grpc

    address = provider(lambda _, context: context.abort(grpc.StatusCode.PERMISSION_DENIED, "no"))
    with connected(address) as sender:
        verification = verify(interaction(GET + "    response: {id: 42}\n"), sender)
    assert [(found.path, found.expected, found.actual) for found in verification.mismatches] == [
        (("status",), '"OK"', "PERMISSION_DENIED")
    ]
    assert dict(verification.exchange.evidence())["answer"] == "no message"


@pytest.mark.parametrize("status", ["UNAVAILABLE", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "CANCELLED"])
def test_what_the_provider_itself_says_is_an_answer(interaction: One, provider: Provider, status: str) -> None:
    """Also a status that gRPC uses for failures of its own is an answer when the provider sent it."""
    import grpc

    address = provider(lambda _, context: context.abort(grpc.StatusCode[status], "by the provider"))
    with connected(address) as sender:
        assert verify(interaction(f"{GET}    status: {status}\n    details: by the provider\n"), sender).held


def test_a_method_that_is_not_served_is_an_answer(interaction: One, provider: Provider) -> None:
    """A provider without the method answers UNIMPLEMENTED, which differs from what was promised."""
    read = interaction(
        "  - grpc: shop.users.UserService/FindUser\n    proto: users.proto\n    request: {}\n    response: {}\n"
    )
    with connected(provider(lambda data, _: data)) as sender:
        assert [found.actual for found in verify(read, sender).mismatches] == ["UNIMPLEMENTED"]


def test_an_answer_that_is_no_message_is_shown_as_bytes(interaction: One, provider: Provider) -> None:
    """Bytes that the promised type cannot be read from are a mismatch of the whole message."""
    with connected(provider(lambda *_: b"\xff\xff\xff")) as sender:
        verification = verify(interaction(GET + "    response: {id: 42}\n"), sender)
    assert [show(found.actual) for found in verification.mismatches] == ["3 bytes"]


def test_large_messages_are_received(interaction: One, provider: Provider, generated: ModuleType) -> None:
    """No limit of ours stands between a contract and its provider."""
    large = generated.User(id=42, avatar=bytes(8_000_000)).SerializeToString()
    with connected(provider(lambda *_: large)) as sender:
        assert verify(interaction(GET + "    response: {id: 42}\n"), sender).held


def test_nothing_listens(interaction: One) -> None:
    """A refused connection is no answer; the reason is told, and the next call tries anew."""
    read = interaction(GET + "    response: {}\n")
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with connected(f"127.0.0.1:{port}") as sender:
            for _ in range(2):
                with pytest.raises(
                    Unreachable, match=f"127.0.0.1:{port} cannot be reached: .*Connection refused"
                ) as raised:
                    verify(read, sender)
    assert "request   shop.users.UserService/GetUser" in explain_unreachable(read, str(raised.value))


def test_a_request_that_cannot_be_sent_is_told(read: Read, write: Write, provider: Provider) -> None:
    """An example that no message can hold, or a proto that changed, is a located problem when it is sent."""
    required = 'syntax = "proto2";\nmessage A { required int64 id = 1; }\nservice S { rpc M (A) returns (A); }\n'
    path = write("top.proto", required)
    read_again = read("  - grpc: S/M\n    proto: top.proto\n    request: {}\n    response: {}\n").interactions[0]
    with connected(provider(lambda data, _: data)) as sender:
        with pytest.raises(DocumentError, match=r"yaml:4:5: the example of the request cannot be sent: .*id"):
            sender.send(read_again)
        path.write_text(required.replace("rpc M", "rpc N"), "utf-8")
        with pytest.raises(DocumentError, match=r"yaml:4:5: top\.proto has no method 'S/M' any more"):
            sender.send(read_again)
        path.write_text("message", "utf-8")
        with pytest.raises(DocumentError, match=r"top\.proto:1:\d+: Expected message name"):
            sender.send(read_again)


def test_a_well_known_type_is_a_message(read: Read) -> None:
    """A method of well-known types is carried out like any other."""
    text = (
        "  - grpc: shop.users.UserService/CountUsers\n    proto: users.proto\n    request: Ada\n    response: !like 0\n"
    )
    contract = read(text)
    server = kind_of("grpc").serve(Desk(contract.interactions))
    try:
        with connected(server.address) as sender:
            assert verify(contract.interactions[0], sender).mismatches == ()
    finally:
        server.close()


def test_a_silent_provider(interaction: One, provider: Provider) -> None:
    """A provider that does not answer before the deadline is unreachable."""
    release = threading.Event()

    def get_user(*_: Any) -> bytes:
        release.wait(GENEROUS)
        return b""

    with connected(provider(get_user), timeout=0.2) as sender:
        with pytest.raises(Unreachable, match=r"did not answer within 0\.2 s"):
            verify(interaction(GET + "    response: {}\n"), sender)
        release.set()


def test_a_provider_is_told_the_deadline(interaction: One, provider: Provider) -> None:
    """The timeout of the sender is the deadline that the provider sees."""
    remaining: list[float] = []

    def get_user(_: bytes, context: Any) -> bytes:
        remaining.append(context.time_remaining())
        return b""

    with connected(provider(get_user)) as sender:
        verify(interaction(GET + "    response: {}\n"), sender)
    assert len(remaining) == 1
    assert 0 < remaining[0] < 2 * GENEROUS  # without a deadline it is many years


def test_a_provider_that_does_not_speak_grpc(interaction: One) -> None:
    """A server of another protocol is unreachable for gRPC, and the reason says so."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        port = listener.getsockname()[1]
        with connected(f"127.0.0.1:{port}") as sender, pytest.raises(Unreachable, match="cannot be reached"):
            verify(interaction(GET + "    response: {}\n"), sender)
        thread.join()


def test_a_connection_cut_in_the_middle_is_no_answer(interaction: One) -> None:
    """A peer that accepts and closes, as a proxy does whose upstream is down, gave no answer."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        done = threading.Event()
        listener.settimeout(0.05)

        def cut() -> None:
            while not done.is_set():
                try:
                    listener.accept()[0].close()
                except TimeoutError:
                    continue

        thread = threading.Thread(target=cut)
        thread.start()
        port = listener.getsockname()[1]
        try:
            with connected(f"127.0.0.1:{port}") as sender, pytest.raises(Unreachable, match="cannot be reached"):
                verify(interaction(GET + "    response: {}\n"), sender)
        finally:
            done.set()
            thread.join()


@pytest.mark.parametrize("provider_given", ["127.0.0.1", "http://127.0.0.1:80", "grpcs://a:1", "a:b", "", " a:1"])
def test_what_is_no_address_is_refused(provider_given: str) -> None:
    """A provider is host:port or grpc://host:port, and the refusal says so."""
    with pytest.raises(TypeError, match="write host:port or grpc://host:port"):
        kind_of("grpc").connect(provider_given, timeout=1)


def test_an_application_is_refused() -> None:
    """A provider that is no text is refused with what it can be."""
    with pytest.raises(TypeError, match=r"a grpc provider is an address such as 127\.0\.0\.1:50051, not function"):
        kind_of("grpc").connect(lambda: None, timeout=1)
