from __future__ import annotations

import importlib
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent import futures
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from stormproof_contracts.formats import load_contract


if TYPE_CHECKING:
    from types import ModuleType

    from stormproof_contracts.model import Contract, Interaction


USERS = """syntax = "proto3";
package shop.users;
import "google/protobuf/any.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";

service UserService {
  rpc GetUser (GetUserRequest) returns (User);
  rpc FindUser (User) returns (User);
  rpc CountUsers (google.protobuf.StringValue) returns (google.protobuf.Int64Value);
  rpc Watch (GetUserRequest) returns (stream User);
}
message GetUserRequest { int64 id = 1; optional string fields = 2; }
enum Rank { RANK_UNSPECIFIED = 0; GOLD = 1; SILVER = 2; }
message Address { string city = 1; int32 number = 2; }
message User {
  int64 id = 1;
  string name = 2;
  optional string nickname = 3;
  Rank rank = 4;
  google.protobuf.Timestamp created_at = 5;
  google.protobuf.Duration last_visit = 6;
  repeated Address addresses = 7;
  map<string, int64> points = 8;
  bytes avatar = 9;
  float score = 10;
  bool blocked = 11;
  repeated Rank ranks = 12;
  uint32 visits = 13;
  double balance = 14;
  oneof contact { string email = 15; Address post = 16; }
  google.protobuf.StringValue note = 17;
  google.protobuf.Struct extra = 18;
  User friend = 19;
  map<int32, Address> homes = 20;
  google.protobuf.Value anything = 21;
  google.protobuf.Int64Value limit = 22;
  google.protobuf.Any detail = 23;
}
"""

Write = Callable[..., Path]
Read = Callable[[str], "Contract"]
Provider = Callable[[Any], str]


@pytest.fixture(autouse=True, scope="session")
def _libraries() -> None:
    """Skip everything here where the extra is not installed."""
    pytest.importorskip("grpc_tools", reason="grpc is not installed: pip install 'stormproof[grpc]'")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file below the project's folder."""

    def write_file(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    return write_file


@pytest.fixture
def read(write: Write, tmp_path: Path) -> Read:
    """Read interactions as a contract beside ``users.proto``; it is shown by its name alone."""
    write("users.proto", USERS)

    def read_text(interactions: str) -> Contract:
        path = write("users.contract.yaml", f"consumer: orders\nprovider: customers\ninteractions:\n{interactions}")
        return load_contract(path, shown=Path(path.name), project=tmp_path)

    return read_text


@pytest.fixture
def interaction(read: Read) -> Callable[[str], Interaction]:
    """Read one interaction."""
    return lambda text: read(text).interactions[0]


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """The messages of ``users.proto`` in generated code: an opinion on the wire that is not ours."""
    from grpc_tools import protoc

    folder = tmp_path_factory.mktemp("generated")
    (folder / "stormproof_test_users.proto").write_text(USERS, "utf-8")
    includes = Path(protoc.__file__).parent / "_proto"
    assert (
        protoc.main(["", f"-I{folder}", f"-I{includes}", f"--python_out={folder}", "stormproof_test_users.proto"]) == 0
    )
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module("stormproof_test_users_pb2")
    finally:
        sys.path.remove(str(folder))


@contextmanager
def serving(handlers: dict[str, Any]) -> Iterator[str]:
    """Serve *handlers*, by method name, as UserService by the gRPC library alone, and give the address."""
    import grpc

    workers = futures.ThreadPoolExecutor(4)
    server = grpc.server(workers)
    methods = {name: grpc.unary_unary_rpc_method_handler(handler) for name, handler in handlers.items()}
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("shop.users.UserService", methods)])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(None).wait()
        workers.shutdown()


@pytest.fixture
def provider() -> Iterator[Provider]:
    """Serve a function as GetUser of a real server: it takes the request's bytes and the context, and returns bytes."""
    with ExitStack() as stack:
        yield lambda handler: stack.enter_context(serving({"GetUser": handler}))


@pytest.fixture(autouse=True)
def _nothing_is_left_running() -> Iterator[None]:
    """Every thread that a test starts has ended soon after it."""
    before = set(threading.enumerate())
    yield
    limit = time.monotonic() + 30
    while left := [thread for thread in threading.enumerate() if thread not in before]:
        assert time.monotonic() < limit, f"still running: {left}"
        left[0].join(0.05)
