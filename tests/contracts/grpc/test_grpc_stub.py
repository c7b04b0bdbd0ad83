from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from stormproof_contracts.explain import explain_unexpected
from stormproof_contracts.protocols import kind_of
from stormproof_contracts.stubbing import Desk
from stormproof_contracts.verification import verify


if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from stormproof_contracts.model import Contract
    from stormproof_contracts.protocols import Server


Read = Callable[[str], "Contract"]

CONTRACT = """\
  - grpc: shop.users.UserService/GetUser
    proto: users.proto
    request: {id: 42}
    response: {id: 42, name: !like Ada, createdAt: !datetime 2026-01-01T00:00:00Z, addresses: !each {city: Oslo}}
  - grpc: an unknown user
    method: shop.users.UserService/GetUser
    proto: users.proto
    metadata: {x-tenant: !regex {match: "[a-z]+", example: acme}}
    request: {id: 1}
    status: NOT_FOUND
    details: !include "no such user: é"
    trailers: {x-reason: !like gone, x-raw-bin: /w==}
"""


class Stub(Protocol):
    desk: Desk
    server: Server

    def call(self, method: str, payload: bytes, **metadata: str) -> Any: ...


@pytest.fixture
def serve(read: Read) -> Iterator[Callable[[str], Stub]]:
    """Serve a contract and call it with the gRPC library alone."""
    import grpc

    opened: list[Any] = []

    class RunningStub:
        def __init__(self, text: str) -> None:
            self.desk = Desk(read(text).interactions)
            self.server = kind_of("grpc").serve(self.desk)
            self.channel = grpc.insecure_channel(self.server.address)
            opened.extend((self.channel, self.server))

        def call(self, method: str, payload: bytes, **metadata: str) -> Any:
            pairs = tuple((name.replace("_", "-"), value) for name, value in metadata.items())
            try:
                return self.channel.unary_unary(f"/{method}")(payload, metadata=pairs, timeout=60)
            except grpc.RpcError as error:
                return error

    yield RunningStub
    for each in opened:
        each.close()


GET = "shop.users.UserService/GetUser"


def test_a_stub_answers_with_the_example(serve: Callable[[str], Stub], generated: ModuleType) -> None:
    """A request of the contract gets its example, readable by generated code, and is logged as exercised."""
    stub = serve(CONTRACT)
    answer = generated.User.FromString(stub.call(GET, generated.GetUserRequest(id=42).SerializeToString()))
    assert (answer.id, answer.name, [address.city for address in answer.addresses]) == (42, "Ada", ["Oslo"])
    assert answer.created_at.ToJsonString() == "2026-01-01T00:00:00Z"
    assert [interaction.title for interaction in stub.desk.exercised()] == [GET]
    assert stub.desk.unexpected() == []


def test_a_stub_answers_with_a_status(serve: Callable[[str], Stub], generated: ModuleType) -> None:
    """A promised status comes with its details and trailers."""
    stub = serve(CONTRACT)
    ended = stub.call(GET, generated.GetUserRequest(id=1).SerializeToString(), x_tenant="other")
    assert (ended.code().name, ended.details()) == ("NOT_FOUND", "no such user: é")
    assert dict(ended.trailing_metadata()) == {"x-reason": "gone", "x-raw-bin": b"\xff"}
    assert stub.desk.unexpected() == []


def test_the_metadata_of_the_library_is_not_compared(serve: Callable[[str], Stub], generated: ModuleType) -> None:
    """What the consumer's gRPC library adds is not in the log."""
    stub = serve(CONTRACT)
    stub.call(GET, generated.GetUserRequest(id=42).SerializeToString(), x_more="a")
    assert [call.request for call in stub.desk.calls] == [
        {"method": GET, "metadata": {"x-more": "a"}, "message": {"id": 42}}
    ]


def test_a_request_that_the_contract_does_not_know(serve: Callable[[str], Stub], generated: ModuleType) -> None:
    """It is answered with the closest interaction and its difference, and logged as unexpected."""
    stub = serve(CONTRACT)
    request = generated.GetUserRequest(id=42, fields="all").SerializeToString()
    ended = stub.call(GET, request)
    assert ended.code().name == "FAILED_PRECONDITION"
    assert f'closest   "{GET}"  {GET} {{"id": 42}}  (users.contract.yaml:4:5)' in ended.details()
    assert re.search(r"expected  \$\.fields   absent\n  got       \$\.fields   \"all\"  \(string\)", ended.details())
    assert ended.details() in explain_unexpected(stub.desk.unexpected(), "customers")


@pytest.mark.parametrize("method", ["shop.users.UserService/FindUser", "other.Service/Do"])
def test_a_method_that_the_contract_does_not_name(serve: Callable[[str], Stub], method: str) -> None:
    """Other methods are not implemented, and their calls are logged as unexpected."""
    stub = serve(CONTRACT)
    ended = stub.call(method, b"\x08\x07")
    assert ended.code().name == "UNIMPLEMENTED"
    assert f"request   {method}" in ended.details()
    assert [call.request["method"] for call in stub.desk.unexpected()] == [method]  # type: ignore[index,call-overload]


def test_a_request_that_is_no_message(serve: Callable[[str], Stub]) -> None:
    """Bytes that cannot be read are an unexpected request, shown as bytes."""
    ended = serve(CONTRACT).call(GET, b"\xff\xff\xff")
    assert ended.code().name == "FAILED_PRECONDITION"
    assert "3 bytes" in ended.details()


def test_long_explanations_still_arrive(serve: Callable[[str], Stub]) -> None:
    """Details are cut to what a header may hold, whatever their letters."""
    points = ", ".join(f"{'€' * 100}{number}: 1" for number in range(25))
    text = "  - grpc: shop.users.UserService/FindUser\n    proto: users.proto\n    response: {}\n"
    ended = serve(f"{text}    request: {{points: {{{points}}}}}\n").call("shop.users.UserService/FindUser", b"")
    assert ended.code().name == "FAILED_PRECONDITION"
    assert "closest" in ended.details()


def test_an_example_that_cannot_be_sent_is_told(serve: Callable[[str], Stub], generated: ModuleType) -> None:
    """An example that no message can hold is an internal error that names its interaction."""
    text = CONTRACT.replace("name: !like Ada", "rank: !regex {match: 'G.*', example: GREY}")
    ended = serve(text).call(GET, generated.GetUserRequest(id=42).SerializeToString())
    assert ended.code().name == "INTERNAL"
    assert "users.contract.yaml:4:5: the example cannot be sent: expected shop.users.Rank for 'rank'" in ended.details()


def test_a_contract_holds_against_its_own_stub(serve: Callable[[str], Stub]) -> None:
    """Every interaction verified against the stub of its contract holds."""
    stub = serve(CONTRACT)
    sender = kind_of("grpc").connect(stub.server.address, timeout=60)
    try:
        assert [verify(interaction, sender).mismatches for interaction in stub.desk.interactions] == [(), ()]
    finally:
        sender.close()
    assert len(stub.desk.exercised()) == 2


def test_one_desk_serves_several_kinds(serve: Callable[[str], Stub], generated: ModuleType) -> None:
    """Interactions of another kind in the same contract are left to the server of that kind."""
    stub = serve(f"{CONTRACT}  - http: users\n    request: {{path: /users}}\n    response: {{status: 200}}\n")
    stub.call(GET, generated.GetUserRequest(id=42).SerializeToString())
    assert [interaction.kind for interaction in stub.desk.exercised()] == ["grpc"]


def test_many_consumers_at_once(serve: Callable[[str], Stub], generated: ModuleType) -> None:
    """Concurrent calls are all answered and all logged."""
    stub = serve(CONTRACT)
    request = generated.GetUserRequest(id=42).SerializeToString()
    answers: list[Any] = []
    threads = [
        threading.Thread(target=lambda: answers.extend(stub.call(GET, request) for _ in range(20))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == len(stub.desk.calls) == 160
    assert all(isinstance(answer, bytes) for answer in answers)


def test_a_closed_stub_frees_its_port(read: Read) -> None:
    """After close nothing listens at the address, and closing again is harmless."""
    server = kind_of("grpc").serve(Desk(read(CONTRACT).interactions))
    host, _, port = server.address.partition(":")
    assert host == "127.0.0.1"
    socket.create_connection((host, int(port))).close()
    server.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)))
    server.close()


def test_a_stub_only_answers(read: Read) -> None:
    """A gRPC interaction is not announced, and its stub makes its own port."""
    interactions = read(CONTRACT).interactions
    with pytest.raises(TypeError, match="a grpc stub makes its own port, it cannot be served at ':1'"):
        kind_of("grpc").serve(Desk(interactions), at=":1")
    server = kind_of("grpc").serve(Desk(interactions))
    try:
        with pytest.raises(ValueError, match="is a grpc interaction: it is answered, not announced"):
            server.announce(interactions[0])
    finally:
        server.close()


def test_nothing_is_printed_by_the_library(read: Read, tmp_path: Path) -> None:
    """Forks, refused connections and servers that stop are silent, and child processes inherit no setting."""
    read(CONTRACT)
    code = """
        import os, sys
        from pathlib import Path
        variables = dict(os.environ)
        from stormproof_contracts.errors import Unreachable
        from stormproof_contracts.formats import load_contract
        from stormproof_contracts.protocols import kind_of
        from stormproof_contracts.stubbing import Desk
        contract, kind = load_contract(Path(sys.argv[1])), kind_of("grpc")
        server = kind.serve(Desk(contract.interactions))
        sender = kind.connect(server.address, timeout=60)
        sender.send(contract.interactions[0])
        child = os.fork() if hasattr(os, "fork") else 1
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0) if hasattr(os, "fork") else None
        server.close()
        try:
            sender.send(contract.interactions[0])
        except Unreachable:
            assert dict(os.environ) == variables
            print("unreachable")
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GRPC_")}
    ran = subprocess.run(
        # Python 3.12 warns of every fork beside threads, which is what is done here on purpose.
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", textwrap.dedent(code), str(tmp_path / "users.contract.yaml")],
        capture_output=True, text=True, timeout=60, check=True, env=environment,
    )  # fmt: skip
    assert (ran.stdout, ran.stderr) == ("unreachable\n", "")
