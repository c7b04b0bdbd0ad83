from __future__ import annotations

import base64
import math
import re
import struct
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stormproof_contracts.matching import compare
from stormproof_contracts.protocols.grpc._messages import decode, encode
from stormproof_contracts.protocols.grpc._scalars import canonical, decode_bytes, encode_bytes, shortest_float
from stormproof_contracts.protocols.grpc._schema import load_schema


if TYPE_CHECKING:
    from types import ModuleType

    from stormproof_contracts.matching import Value
    from stormproof_contracts.model import Interaction
    from stormproof_contracts.protocols.grpc._types import MessageType


One = Callable[[str], "Interaction"]
Plain = dict[str, Any]

FIND = """\
  - grpc: shop.users.UserService/FindUser
    proto: users.proto
"""

floats32 = st.floats(width=32, allow_nan=False).map(shortest_float)
text = st.text(st.characters(codec="utf-8"), max_size=20)
int64 = st.integers(-(2**63), 2**63 - 1)
json = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=5,
)
seconds = st.integers(-62_135_596_800, 253_402_300_799)
addresses = st.fixed_dictionaries({}, optional={"city": text.filter(bool), "number": st.integers(1, 2**31 - 1)})


def timestamp(since: int) -> str:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=since)
    return f"{moment.replace(tzinfo=None).isoformat()}Z"


def users(friends: st.SearchStrategy[Plain]) -> st.SearchStrategy[Plain]:
    """Users as they are decoded: fields without presence only where they are not their default."""
    contact = st.one_of(
        st.just(Plain()), st.fixed_dictionaries({"email": text}), st.fixed_dictionaries({"post": addresses})
    )
    rest = st.fixed_dictionaries(
        {},
        optional={
            "id": int64.filter(bool),
            "name": text.filter(bool),
            "nickname": text,
            "rank": st.sampled_from(["GOLD", "SILVER", 77]),
            "created_at": seconds.map(timestamp),
            "last_visit": st.integers(-315_576_000_000, 315_576_000_000).map("{}s".format),
            "addresses": st.lists(addresses, min_size=1, max_size=3),
            "points": st.dictionaries(text, int64, min_size=1, max_size=3),
            "avatar": st.binary(min_size=1, max_size=20).map(encode_bytes),
            "score": floats32.filter(bool),
            "blocked": st.just(True),
            "ranks": st.lists(st.sampled_from(["RANK_UNSPECIFIED", "GOLD"]), min_size=1, max_size=3),
            "visits": st.integers(1, 2**32 - 1),
            "balance": st.floats(allow_nan=False).filter(bool),
            "note": text,
            "extra": st.dictionaries(text, json, max_size=3),
            "friend": friends,
            "homes": st.dictionaries(st.integers(-(2**31), 2**31 - 1).map(str), addresses, min_size=1, max_size=3),
            "anything": json,
            "limit": int64,
        },
    )
    return st.builds(lambda a, b: {**a, **b}, rest, contact)


@pytest.fixture(scope="module")
def user(tmp_path_factory: pytest.TempPathFactory, generated: ModuleType) -> MessageType:
    folder = tmp_path_factory.mktemp("schema")
    path = folder / "users.proto"
    source = Path(cast("str", generated.__file__)).with_name("stormproof_test_users.proto")
    path.write_bytes(source.read_bytes())
    return load_schema(path, folder).methods["shop.users.UserService/FindUser"].request


@given(plain=users(users(st.just(Plain()))))
@example(plain={"balance": -math.inf, "score": math.inf, "anything": None})
def test_plain_data_survives_the_wire(user: MessageType, plain: Plain) -> None:
    """What is encoded is decoded to the same plain data."""
    assert decode(user, encode(user, plain)) == plain


@given(plain=users(st.just(Plain())))
def test_the_wire_is_that_of_generated_code(user: MessageType, generated: ModuleType, plain: Plain) -> None:
    """Generated code reads our bytes, and what it writes again is decoded to the same."""
    message = generated.User.FromString(encode(user, plain))
    assert message.id == plain.get("id", 0)
    assert message.avatar == base64.b64decode(plain.get("avatar", ""))
    assert decode(user, message.SerializeToString()) == plain


@given(value=st.floats(width=32))
def test_the_shortest_float_is_the_same_float(value: float) -> None:
    """The decimal shown for a 32-bit float stands for that float, and is its own shortest form."""
    shown = shortest_float(value)
    assert shown == canonical("float", shown) or math.isnan(value)
    assert struct.pack("<f", shown) == struct.pack("<f", value) or math.isnan(value)


@given(data=st.binary())
def test_bytes_are_read_in_every_spelling_of_base64(data: bytes) -> None:
    """The standard and the URL alphabet, padded or not, spell the same bytes."""
    for spelled in (base64.b64encode(data), base64.urlsafe_b64encode(data), base64.b64encode(data).rstrip(b"=")):
        assert decode_bytes(spelled.decode()) == data


def test_bytes_that_are_no_message_stay_bytes(user: MessageType) -> None:
    """A message that cannot be parsed is compared as the bytes that it is."""
    assert decode(user, b"\xff\xff") == b"\xff\xff"


def test_an_any_is_shown_with_its_type(user: MessageType, generated: ModuleType) -> None:
    """A google.protobuf.Any is the name of its type and its bytes."""
    message = generated.User()
    message.detail.Pack(generated.Address(city="x"))
    shown = {"@type": "type.googleapis.com/shop.users.Address", "value": encode_bytes(b"\x0a\x01x")}
    assert decode(user, message.SerializeToString()) == {"detail": shown}


def test_one_alternative_of_a_oneof_is_sent(user: MessageType) -> None:
    """The first alternative of a oneof that an example shows is the one that is sent."""
    assert decode(user, encode(user, {"email": "a@b", "post": {"city": "x"}})) == {"email": "a@b"}


@pytest.mark.parametrize(
    ("plain", "expected"),
    [
        ({"nope": 1}, "shop.users.User has no field 'nope'"),
        ({"id": "1"}, "expected int64 for 'id', got \"1\""),
        ({"id": 2**63}, "it goes from -9223372036854775808"),
        ({"rank": "NONE"}, "expected shop.users.Rank for 'rank'"),
        ({"addresses": 5}, "expected a list for 'addresses'"),
        ({"friend": 5}, "expected a mapping for shop.users.User"),
        ({"created_at": 5}, "expected text, got 5"),
        ({"points": {"a": None}}, "expected int64 for 'value'"),
        ({"homes": {"a": {}}}, "a key of this map is an int32"),
        ({"extra": [1]}, "Struct"),
    ],
)
def test_what_cannot_be_encoded_names_the_field(user: MessageType, plain: Value, expected: str) -> None:
    """A value that is none of the field's type is an error that says so."""
    with pytest.raises(ValueError, match=re.escape(expected)):
        encode(user, plain)


@pytest.mark.parametrize(
    ("written", "came", "paths"),
    [
        ("{id: 0, name: '', rank: RANK_UNSPECIFIED, blocked: false, score: 0}", {}, []),
        ("{addresses: [], points: {}, avatar: ''}", {}, []),
        ("{id: 5}", {}, ["id"]),
        ("{id?: 5}", {}, []),
        ("{nickname: Ada}", {}, ["nickname"]),
        ("{nickname: null}", {}, []),
        ("{nickname: null}", {"nickname": ""}, ["nickname"]),
        ("{nickname: !nullable Ada}", {}, []),
        ("{friend: !nullable {id: 1}}", {}, []),
        ("{friend: {id: 0}}", {}, ["friend"]),
        ("{friend: {id: 0}}", {"friend": {}}, []),
        ("{addresses: !each {number: !integer 0}}", {"addresses": [{"city": "x"}, {"number": 4}]}, []),
        ("{addresses: [{number: 0, city: x}]}", {"addresses": [{"city": "x"}]}, []),
        ("!any [{id: 0, name: a}, {visits: 0, name: b}]", {"name": "b"}, []),
        ("!like {id: 1, friend: {name: x}}", {"friend": {}}, []),
        ("{homes: {'1': {number: 0}}}", {"homes": {"1": {}}}, []),
        ("{createdAt: 2026-01-01T01:00:00+01:00}", {"created_at": "2026-01-01T00:00:00Z"}, []),
        ("{created_at: !datetime 2026-01-01T00:00:00Z}", {"created_at": "2020-02-02T00:00:00Z"}, []),
        ("{lastVisit: 1.500s}", {"last_visit": "1.500s"}, []),
        ("{rank: 1, ranks: [GOLD]}", {"rank": "GOLD", "ranks": ["GOLD"]}, []),
        ("{rank: !any [GOLD, SILVER]}", {"rank": "SILVER"}, []),
        ("{score: 0.1, balance: 0.1}", {"score": 0.1, "balance": 0.1}, []),
        ("{avatar: _-8}", {"avatar": "/+8="}, []),
        ("{note: x, limit: 4}", {"note": "x", "limit": 4}, []),
        ("{id: !integer 4, name: !regex {match: A.*, example: Ada}}", {"id": 2**60, "name": "Anna"}, []),
        ("{extra: {a: [1, {b: !like x}]}}", {"extra": {"a": [1.0, {"b": "y"}]}}, []),
        ("{anything: null}", {"anything": None}, []),
    ],
)
def test_absent_fields_are_their_defaults_where_the_contract_names_them(
    interaction: One, user: MessageType, written: str, came: Value, paths: list[str]
) -> None:
    """A field without presence that is its default when it is not sent; another is missing, or null where that fits."""
    read = interaction(f"{FIND}    request: {{}}\n    response: {written}\n")
    actual = {"status": "OK", "message": decode(user, encode(user, came))}
    assert [".".join(map(str, found.path[1:])) for found in compare(read.response.pattern(), actual)] == paths


def test_a_request_is_closed_to_what_is_set_only(interaction: One) -> None:
    """A request may leave out what has its default, and must not set what the contract does not name."""
    read = interaction(f"{FIND}    request: {{id: 0, name: Ada}}\n    response: {{}}\n")
    assert read.request
    method = {"method": "shop.users.UserService/FindUser"}
    assert compare(read.request.pattern(), {**method, "message": {"name": "Ada"}}) == []
    found = compare(read.request.pattern(), {**method, "message": {"name": "Ada", "visits": 4}})
    assert [(mismatch.path, mismatch.expected) for mismatch in found] == [(("message", "visits"), "absent")]
