from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormproof_contracts.documents import Fields, parse_document
from stormproof_contracts.errors import Location
from stormproof_contracts.matching import compare
from stormproof_contracts.model import Interaction
from stormproof_contracts.protocols import kind_of
from stormproof_contracts.protocols.events import Message, decode_message, encode_message


if TYPE_CHECKING:
    from collections.abc import Mapping


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]))
SCALARS = (
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False) | TEXT
)
# A name that ends in a question mark is an optional one.
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="?"), min_size=1, max_size=40)
DOCUMENTS = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner), max_leaves=10)
MEDIA_TYPES = st.sampled_from(["application/json", "application/vnd.order+json", "text/plain", "application/x-own"])


def interaction_of(written: Mapping[str, Any]) -> Interaction:
    """Return the interaction that *written* is as YAML, every number and word of it by its own type."""
    # JSON is YAML, but for characters that JSON would write as two escapes and YAML reads as one.
    text = re.sub(r"[^ -~]", lambda match: f"\\U{ord(match[0]):08x}", json.dumps(written, ensure_ascii=False))
    document = parse_document(text, Path("a.contract.yaml"))
    draft = kind_of("event").read(Fields(document, document.root, "'a'"))
    document.raise_problems()
    return Interaction(
        kind="event",
        title="a",
        location=Location(document.path, 1, 1),
        consumer="shipping",
        provider="orders",
        response=draft.response,
        settings=draft.settings,
    )


@given(payload=DOCUMENTS, key=st.none() | st.integers() | TEXT, headers=st.dictionaries(NAMES, SCALARS))
def test_what_a_contract_announces_keeps_it(payload: Any, key: Any, headers: dict[str, Any]) -> None:
    """The example of an event, published and received, matches its own pattern."""
    interaction = interaction_of({"channel": "c", "payload": payload, "key": key, "headers": headers})
    message = encode_message(interaction)
    assert message.channel == "c"
    assert not compare(interaction.response.pattern(), decode_message(message))


@given(payload=SCALARS, media_type=MEDIA_TYPES)
def test_every_content_type_keeps_the_contract(payload: Any, media_type: str) -> None:
    """A scalar payload survives whatever its content type makes of it on the wire."""
    interaction = interaction_of({"channel": "c", "payload": payload, "headers": {"Content-Type": media_type}})
    message = encode_message(interaction)
    assert not compare(interaction.response.pattern(), decode_message(message))
    if media_type.endswith("json") and message.payload is not None:
        json.loads(message.payload)


@given(st.binary(), st.none() | st.binary(), st.lists(st.tuples(TEXT, st.binary())))
def test_any_message_can_be_read(payload: bytes, key: bytes | None, headers: list[tuple[str, bytes]]) -> None:
    """Whatever bytes come, they become plain data, and every header is there."""
    content = decode_message(Message("c", payload, key, tuple(headers)))
    assert content["payload"] is not None
    assert (content["key"] is None) is (key is None)
    assert isinstance(content["headers"], dict)
    assert content["headers"].keys() == {name for name, _ in headers}


@pytest.mark.parametrize(
    ("payload", "value"),
    [
        (None, None),
        (b"", ""),
        (b"null", "null"),
        (b"12", 12),
        (b'{"a": [1]}', {"a": [1]}),
        (b"plain words", "plain words"),
        (b"\xff\xfe", b"\xff\xfe"),
        (b"1\x00", "1\x00"),
        (b"[" * 100_000, "[" * 100_000),
    ],
)
def test_a_payload_is_json_or_text_or_bytes(payload: bytes | None, value: object) -> None:
    """JSON is read as such, other text as text, the rest stays bytes; only a tombstone is null."""
    assert decode_message(Message("c", payload))["payload"] == value


def test_text_is_no_json_where_its_type_says_so() -> None:
    """A payload of type text/plain stays text, also where it spells a number."""
    message = Message("c", b"123", headers=(("Content-Type", b"text/plain; charset=utf-8"),))
    assert decode_message(message)["payload"] == "123"


def test_a_repeated_header_is_a_list() -> None:
    """Duplicates are kept in their order."""
    message = Message("c", None, headers=(("retry", b"1"), ("by", b"me"), ("retry", b"2")))
    assert decode_message(message)["headers"] == {"retry": ["1", "2"], "by": "me"}


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"payload": None}, Message("c", None)),
        ({"payload": None, "key": None}, Message("c", None)),
        ({"payload": "hello"}, Message("c", b"hello")),
        ({"payload": "123"}, Message("c", b'"123"')),
        ({"payload": "null"}, Message("c", b"null")),
        ({"payload": {"n": "ü"}, "key": 12}, Message("c", '{"n":"ü"}'.encode(), b"12")),
        (
            {"payload": "hello", "headers": {"content-type": "application/json", "final": True}},
            Message("c", b'"hello"', None, (("content-type", b"application/json"), ("final", b"true"))),
        ),
        (
            {"payload": "123", "headers": {"content-type": "text/plain"}},
            Message("c", b"123", None, (("content-type", b"text/plain"),)),
        ),
    ],
)
def test_an_example_on_the_wire(written: dict[str, object], message: Message) -> None:
    """Objects are JSON, text is itself unless it would be read as something else, null is a tombstone."""
    assert encode_message(interaction_of({"channel": "c", **written})) == message
