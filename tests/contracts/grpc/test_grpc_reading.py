from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from stormproof_contracts.errors import DocumentError
from stormproof_contracts.formats import load_contract
from stormproof_contracts.matching import compare


if TYPE_CHECKING:
    from stormproof_contracts.matching import Value
    from stormproof_contracts.model import Contract, Interaction


Read = Callable[[str], "Contract"]
One = Callable[[str], "Interaction"]
Write = Callable[..., Path]

HEAD = """\
  - grpc: shop.users.UserService/GetUser
    proto: users.proto
"""
GET = HEAD + "    request: {id: 42}\n"
FIND = """\
  - grpc: shop.users.UserService/FindUser
    proto: users.proto
    response: {}
"""


def problems(read: Callable[[str], object], text: str) -> list[str]:
    with pytest.raises(DocumentError) as raised:
        read(text)
    return [str(problem) for problem in raised.value.problems]


def test_a_title_that_is_a_method_is_the_method(interaction: One) -> None:
    """The title names the method unless ``method`` is written, and a response means status OK."""
    read = interaction(GET + "    response: {id: 42, name: !like Ada}\n")
    assert read.settings["method"] == "shop.users.UserService/GetUser"
    assert read.request
    assert read.request.pattern().example() == {"method": "shop.users.UserService/GetUser", "message": {"id": 42}}
    assert read.response.pattern().example() == {"status": "OK", "message": {"id": 42, "name": "Ada"}}


def test_an_answer_without_a_message(interaction: One) -> None:
    """A status, its details and trailers are patterns like any other; metadata names are folded to lower case."""
    read = interaction("""\
  - grpc: an unknown user
    method: shop.users.UserService/GetUser
    proto: users.proto
    metadata: {X-Tenant: acme}
    request: {id: 1}
    status: !any [NOT_FOUND, PERMISSION_DENIED]
    details: !include "no such user"
    trailers: {x-reason: !like gone}
""")
    assert read.request
    assert cast("dict[str, object]", read.request.pattern().example())["metadata"] == {"x-tenant": "acme"}
    came: dict[str, Value] = {
        "status": "PERMISSION_DENIED",
        "details": "sorry, no such user",
        "trailers": {"x-reason": "other", "y": "z"},
    }
    assert compare(read.response.pattern(), came) == []
    assert compare(read.response.pattern(), {**came, "status": "OK", "message": {}}) != []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "  - grpc: a user\n    proto: users.proto\n    request: {}\n    response: {}\n",
            ["4:11: the title 'a user' is no method, so write one beside it: method: package.Service/Method"],
            id="no-method",
        ),
        pytest.param(
            "  - grpc: a\n    method: GetUser\n    proto: users.proto\n    request: {}\n    response: {}\n",
            ["5:13: a method is written as package.Service/Method, got 'GetUser'"],
            id="short-method",
        ),
        pytest.param(
            GET.replace("UserService", "UserServise") + "    response: {}\n",
            ["4:11: users.proto has no service 'shop.users.UserServise'. Did you mean 'shop.users.UserService'?"],
            id="service",
        ),
        pytest.param(
            GET.replace("GetUser", "GetUsers") + "    response: {}\n",
            ["4:11: shop.users.UserService has no method 'GetUsers'. Did you mean 'GetUser'?"],
            id="method",
        ),
        pytest.param(
            GET.replace("GetUser", "Watch") + "    response: {}\n",
            ["4:11: shop.users.UserService/Watch streams; streaming calls are not supported yet"],
            id="streams",
        ),
        pytest.param(
            "  - grpc: shop.users.UserService/GetUser\n    request: {id: 42}\n    response: {}\n",
            ["4:5: 'shop.users.UserService/GetUser' has no 'proto', which is required"],
            id="no-proto",
        ),
        pytest.param(
            HEAD.replace("users.proto", "user.proto") + "    request: {}\n    response: {}\n",
            ["5:12: there is no file 'user.proto' beside users.contract.yaml. Did you mean 'users.proto'?"],
            id="absent-proto",
        ),
        pytest.param(
            HEAD.replace("users.proto", "../users.proto") + "    request: {}\n    response: {}\n",
            ["5:12: '../users.proto' lies outside of the project; keep it below {home}/"],
            id="foreign-proto",
        ),
        pytest.param(
            HEAD + "    response: {}\n",
            ["4:5: 'shop.users.UserService/GetUser' has no 'request', which is required"],
            id="no-request",
        ),
        pytest.param(
            GET,
            ["4:5: 'shop.users.UserService/GetUser' has no 'response', which is required unless 'status' is written"],
            id="no-answer",
        ),
        pytest.param(
            GET + "    status: NOTFOUND\n",
            ["7:13: 'NOTFOUND' is no status of gRPC. Did you mean 'NOT_FOUND'?"],
            id="status",
        ),
        pytest.param(GET + "    status: 5\n", ["7:13: 5 is no status of gRPC. Did you mean 'NOT_FOUND'?"], id="number"),
        pytest.param(
            GET + "    status: NOT_FOUND\n    response: {id: 42}\n",
            ["8:15: a response comes only with status OK; leave it out, or the status"],
            id="message-of-failure",
        ),
        pytest.param(
            GET + "    response: {id: 42}\n    details: fine\n",
            ["8:14: details come only with a status other than OK; write the status, such as NOT_FOUND"],
            id="details-of-success",
        ),
        pytest.param(
            GET + "    status: NOT_FOUND\n    details: 5\n",
            ["8:14: expected text for 'details' of 'shop.users.UserService/GetUser', got a number"],
            id="details",
        ),
        pytest.param(
            GET + "    response: {}\n    metadata: {grpc-timeout: 1S, a b: c, d: é, e-bin: '!', f: [1]}\n",
            [
                "8:16: 'grpc-timeout' belongs to gRPC itself and cannot be in metadata",
                "8:34: 'a b' cannot be a name in metadata",
                "8:45: the value of 'd' must be printable ASCII; for other values use 'd-bin' and base64",
                "8:55: the value of 'e-bin' is binary: it is written in base64",
                "8:63: expected text for 'f', got a list",
            ],
            id="metadata",
        ),
        pytest.param(
            GET + "    response: {}\n    trailers: [a]\n",
            ["8:15: trailers is a mapping of names to values, not a list"],
            id="trailers",
        ),
        pytest.param(
            GET + "    response: {}\n    meta: {}\n",
            ["8:5: unknown key 'meta' in 'shop.users.UserService/GetUser'. Did you mean 'metadata'?"],
            id="key",
        ),
    ],
)
def test_what_is_wrong_with_a_call_is_located(read: Read, tmp_path: Path, text: str, expected: list[str]) -> None:
    """Every mistake in the terms of a call is a problem with its place and what to write instead."""
    wanted = [f"users.contract.yaml:{line.replace('{home}', tmp_path.name)}" for line in expected]
    assert problems(read, text) == wanted


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("nam: Ada", "15: shop.users.User has no field 'nam'. Did you mean 'name'?"),
        ("createAt: x", "15: shop.users.User has no field 'createAt'. Did you mean 'createdAt'?"),
        ("created_ad: x", "15: shop.users.User has no field 'created_ad'. Did you mean 'created_at'?"),
        ("id: '42'", '19: expected int64 for \'id\', got "42"  (string)'),
        ("id: !text '42'", "19: !text never fits 'id', which is int64"),
        ("name: !integer 4", "21: !integer never fits 'name', which is string"),
        ("name: 4", "21: expected string for 'name', got 4  (integer)"),
        ("visits: -1", "23: expected uint32 for 'visits', got -1  (integer): it goes from 0 to 4294967295"),
        ("score: 1e39", "22: expected float for 'score', got 1e+39  (decimal): it is too large for a float"),
        (
            "rank: GOLDEN",
            ("21: expected shop.users.Rank for 'rank', got \"GOLDEN\"  (string):"
            " that is none of its values. Did you mean 'GOLD'?"),
        ),
        (
            "created_at: yesterday",
            ("27: expected google.protobuf.Timestamp for 'created_at', got \"yesterday\"  (string):"
            " write it as 2026-01-31T13:37:00Z"),
        ),
        (
            "last_visit: 5",
            "27: expected google.protobuf.Duration for 'last_visit', got 5  (integer): write it as 1.5s",
        ),
        ("avatar: 'a b'", "23: expected bytes for 'avatar', got \"a b\"  (string): it is written in base64"),
        ("blocked: 0", "24: expected bool for 'blocked', got 0  (integer)"),
        ("addresses: {}", "26: expected repeated shop.users.Address for 'addresses', got a mapping"),
        ("addresses: !each {citi: x}", "33: shop.users.Address has no field 'citi'. Did you mean 'city'?"),
        ("addresses: !each {of: {city: 5}, min: 0}", "44: expected string for 'city', got 5  (integer)"),
        (
            "addresses: [!any [{city: a}, {town: b}]]",
            "45: shop.users.Address has no field 'town'. Known here: city, number.",
        ),
        ("name: !each x", "21: !each never fits 'name', which is string"),
        ("friend: !integer 5", "23: !integer never fits shop.users.User, which is a message"),
        ("friend: {friend: {id: x}}", "37: expected int64 for 'id', got \"x\"  (string)"),
        ("friend: 5", "23: expected a mapping for shop.users.User, got a number"),
        ("points: {a: x}", "27: expected int64 for 'value', got \"x\"  (string)"),
        ("points: [1]", "23: expected map<string, int64> for 'points', got a list"),
        ("homes: {x: {}}", "23: 'homes': a key of this map is an int32, got 'x'"),
        ("name: null", "21: 'name' is string, which is never null; write its default, \"\"  (string)"),
        (
            "createdAt: 2026-01-01T00:00:00Z, created_at: 2026-01-01T00:00:00Z",
            "48: 'created_at' is the field 'created_at' of shop.users.User, which is there already",
        ),
        ("detail: {}", "23: 'detail' is google.protobuf.Any, which is not supported yet; leave it out"),
        (
            "ranks: [SILVER, GOLT]",
            ("31: expected shop.users.Rank for 'ranks', got \"GOLT\"  (string):"
             " that is none of its values. Did you mean 'GOLD'?"),
        ),
        ("ranks: [!integer 1]", "23: !integer never fits 'ranks', which is shop.users.Rank"),
        ("visits: [1]", "23: expected uint32 for 'visits', got a list"),
        ("note: 5", "21: expected google.protobuf.StringValue for 'note', got 5  (integer)"),
        ("limit: a", "22: expected google.protobuf.Int64Value for 'limit', got \"a\"  (string)"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_message_is_located(read: Read, field: str, expected: str) -> None:
    """Each field is checked against its type, also inside lists, maps, messages and matchers."""
    assert problems(read, f"{FIND}    request: {{{field}}}\n") == [f"users.contract.yaml:7:{expected}"]


def test_the_message_of_a_response_is_checked_too(read: Read) -> None:
    """Requests and responses are each checked against their own type, and all problems are told at once."""
    text = GET.replace("id:", "ids:") + "    response: {ids: 42}\n"
    assert [problem.split(":")[1] for problem in problems(read, text)] == ["6", "7"]


@pytest.mark.parametrize(
    ("proto", "expected"),
    [
        ('syntax = "proto3";\nmessage A { int64 id = 1 }\n', ['bad.proto:2:26: Expected ";".']),
        (
            'syntax = "proto3";\nmessage A { int64 id = 1; B b = 2; string id = 3; }\n',
            ['bad.proto:2:43: "id" is already defined in "A".', 'bad.proto:2:27: "B" is not defined.'],
        ),
        (
            'syntax = "proto3";\nimport "nope.proto";\n',
            [
                (
                    'bad.proto:2:1: Import "nope.proto" was not found or had errors.'
                    " Imports start from the folder of bad.proto, or from one above it up to {home}/."
                )
            ],
        ),
        ("service", ["bad.proto:1:8: Expected service name."]),
    ],
)
def test_a_broken_proto_is_located_twice(
    read: Read, write: Write, capfd: pytest.CaptureFixture[str], proto: str, expected: list[str]
) -> None:
    """What protoc finds is told at ``proto`` with its own place behind it, and nothing is printed."""
    home = write("protos/bad.proto", proto).parent.parent.name
    found = problems(read, HEAD.replace("users.proto", "protos/bad.proto") + "    request: {}\n    response: {}\n")
    prefix = "users.contract.yaml:5:12: bad.proto cannot be compiled: protos/"
    assert found == [prefix + line.replace("{home}", home) for line in expected]
    assert capfd.readouterr() == ("", "")


def test_an_import_that_is_broken_is_located(read: Read, write: Write) -> None:
    """An error in an imported file names that file."""
    write("protos/common.proto", 'syntax = "proto3";\nmessage A { Nope nope = 1; }\n')
    write("protos/top.proto", 'syntax = "proto3";\nimport "common.proto";\n')
    found = problems(read, HEAD.replace("users.proto", "protos/top.proto") + "    request: {}\n    response: {}\n")
    assert any('protos/common.proto:2:13: "Nope" is not defined.' in problem for problem in found)


def test_imports_start_from_any_folder_above(read: Read, write: Write, capfd: pytest.CaptureFixture[str]) -> None:
    """Imports are found from the folder of a file or one above it; warnings of protoc stay silent."""
    write("protos/shop/money.proto", 'syntax = "proto3";\npackage shop;\nmessage Money { int64 units = 1; }\n')
    write(
        "protos/shop/pay.proto",
        'syntax = "proto3";\npackage shop;\nimport "shop/money.proto";\nimport "google/protobuf/empty.proto";\n'
        "service Pay { rpc Pay (Money) returns (Money); }\n",
    )
    text = (
        "  - grpc: shop.Pay/Pay\n    proto: protos/shop/pay.proto\n    request: {units: 1}\n    response: {unit: 1}\n"
    )
    assert problems(read, text) == ["users.contract.yaml:7:16: shop.Money has no field 'unit'. Did you mean 'units'?"]
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no symbolic links on this system")
def test_an_import_does_not_leave_the_project(
    read: Read, write: Write, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A link that leads an import out of the project is refused."""
    outside = tmp_path_factory.mktemp("outside") / "secret.proto"
    outside.write_text('syntax = "proto3";\nmessage Secret {}\n', "utf-8")
    top = write("protos/top.proto", 'syntax = "proto3";\nimport "secret.proto";\nmessage A { Secret s = 1; }\n')
    (top.parent / "secret.proto").symlink_to(outside)
    found = problems(read, HEAD.replace("users.proto", "protos/top.proto") + "    request: {}\n    response: {}\n")
    assert len(found) == 1
    assert "imports 'secret.proto', which leads outside of the project" in found[0]


def test_a_message_of_a_well_known_type_is_checked(read: Read) -> None:
    """A method may take and give well-known types, which are written as simply as where they are fields."""
    text = "  - grpc: shop.users.UserService/CountUsers\n    proto: users.proto\n"
    read(text + "    request: Ada\n    response: !like 5\n")
    assert problems(read, text + "    request: 5\n    response: {}\n") == [
        "users.contract.yaml:6:14: expected google.protobuf.StringValue, got a number",
        "users.contract.yaml:7:15: expected google.protobuf.Int64Value, got a mapping",
    ]


def test_a_changed_proto_is_compiled_anew(read: Read, write: Write) -> None:
    """A file is compiled once for as long as it, and what it imports, stays the same."""
    service = "service S {{ rpc M ({0}) returns ({0}); }}\n"
    write("common.proto", 'syntax = "proto3";\nmessage A { int64 old = 1; }\n')
    write("top.proto", 'syntax = "proto3";\nimport "common.proto";\n' + service.format("A"))
    text = "  - grpc: S/M\n    proto: top.proto\n    request: {old: 1}\n    response: {}\n"
    assert read(text)
    write("common.proto", 'syntax = "proto3";\nmessage A { int64 new = 1; }\n')
    assert problems(read, text) == ["users.contract.yaml:6:15: A has no field 'old'. Known here: new."]


def test_a_contract_is_read_without_the_extra(write: Write, read: Read) -> None:
    """With no gRPC installed contracts are read, unchecked, and only using them names the extra."""
    read(GET + "    response: {id: 42}\n")
    path = write("plain.contract.yaml", f"consumer: a\nprovider: b\ninteractions:\n{GET}    response: {{nope: 42}}\n")
    code = """
        import sys
        sys.modules.update({"grpc": None, "grpc_tools": None, "google.protobuf": None})
        from pathlib import Path
        from stormproof_contracts.errors import MissingExtra
        from stormproof_contracts.formats import load_contract
        from stormproof_contracts.protocols import kind_of
        from stormproof_contracts.stubbing import Desk
        contract = load_contract(Path(sys.argv[1]))
        kind = kind_of("grpc")
        print(kind.summary(contract.interactions[0]))
        for use in (lambda: kind.connect("127.0.0.1:1", timeout=1), lambda: kind.serve(Desk(contract.interactions))):
            try:
                use()
            except MissingExtra as error:
                print(error)
    """
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    missing = "a grpc interaction needs an extra that is not installed: pip install 'stormproof[grpc]'"
    assert ran.stdout.splitlines() == ['shop.users.UserService/GetUser {"id": 42}', missing, missing], ran.stderr


def test_reading_leaves_the_import_system_alone(write: Write, read: Read) -> None:
    """Compiling adds no import hook and no variable to the process, and does not import gRPC itself."""
    read(GET + "    response: {id: 42}\n")
    path = write("plain.contract.yaml", f"consumer: a\nprovider: b\ninteractions:\n{GET}    response: {{id: 42}}\n")
    code = """
        import os, sys
        from pathlib import Path
        hooks, variables = list(sys.meta_path), dict(os.environ)
        from stormproof_contracts.formats import load_contract
        load_contract(Path(sys.argv[1]))
        assert sys.meta_path == hooks and dict(os.environ) == variables, sys.meta_path
        assert "google.protobuf" in sys.modules and "grpc" not in sys.modules
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code), str(path)], timeout=60, check=True)


def test_the_project_is_where_imports_end(write: Write, tmp_path: Path) -> None:
    """Without a project the folder of the contract is the outermost that imports start from."""
    write("outer.proto", 'syntax = "proto3";\nmessage A {}\n')
    write("inner/top.proto", 'syntax = "proto3";\nimport "outer.proto";\nservice S { rpc M (A) returns (A); }\n')
    path = write(
        "inner/a.contract.yaml",
        "consumer: a\nprovider: b\ninteractions:\n"
        "  - grpc: S/M\n    proto: top.proto\n    request: {}\n    response: {}\n",
    )
    assert load_contract(path, project=tmp_path).interactions
    assert any("Import" in problem for problem in problems(lambda _: load_contract(path), ""))
