from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stormproof_contracts.errors import DocumentError
from stormproof_contracts.matching import compare
from stormproof_contracts.protocols import kind_of


if TYPE_CHECKING:
    from collections.abc import Callable

    from stormproof_contracts.model import Contract

    Write = Callable[[str], Contract]


ORDER_CREATED = """
- event: OrderCreated
  channel: orders.created
  key: !like "123"
  headers: {content-type: application/json, trace?: !like abc}
  payload: {event: OrderCreated, orderId: !integer 123, userId: !integer 456}
"""
PAYLOAD = {"event": "OrderCreated", "orderId": 1, "userId": 2}


def test_an_event_has_a_channel_and_nothing_to_ask_for(write: Write) -> None:
    """The channel is a setting, the request is none, and the parts are those that are written."""
    (interaction,) = write(ORDER_CREATED).interactions
    assert interaction.settings == {"channel": "orders.created"}
    assert interaction.request is None
    assert interaction.response.pattern().example() == {
        "payload": {"event": "OrderCreated", "orderId": 123, "userId": 456},
        "key": "123",
        "headers": {"content-type": "application/json", "trace": "abc"},
    }
    assert kind_of("event").summary(interaction) == "an event on orders.created"
    assert kind_of("event").document_part == "payload"


def test_key_and_headers_count_only_where_they_are_written(write: Write) -> None:
    """A contract of a payload alone accepts any key and any header."""
    (interaction,) = write("- {event: a, channel: c, payload: {n: !integer 1}}").interactions
    assert not compare(interaction.response.pattern(), {"payload": {"n": 5}, "key": "k", "headers": {"h": "x"}})


@pytest.mark.parametrize(
    ("headers", "differing"),
    [
        ({"content-type": "application/json; charset=utf-8"}, []),
        ({"content-type": "application/json", "trace": "xyz", "other": "let through"}, []),
        ({"Content-Type": "application/json"}, [("headers", "content-type")]),
        ({"content-type": "text/plain"}, [("headers", "content-type")]),
        ({"content-type": ["application/json", "application/json"]}, [("headers", "content-type")]),
    ],
)
def test_header_names_keep_their_case(write: Write, headers: dict[str, object], differing: list[object]) -> None:
    """Headers are compared by their exact names; the media type with its parameters let through, and once."""
    (interaction,) = write(ORDER_CREATED).interactions
    came = {"payload": PAYLOAD, "key": "9", "headers": headers}
    assert [mismatch.path for mismatch in compare(interaction.response.pattern(), came)] == differing  # type: ignore[arg-type]


def test_numbers_match_the_text_that_spells_them(write: Write) -> None:
    """A key and a header are text on the wire, so a number in the contract means the text of it."""
    (interaction,) = write("- {event: a, channel: c, key: !integer 7, headers: {n: 3}, payload: x}").interactions
    pattern = interaction.response.pattern()
    assert not compare(pattern, {"payload": "x", "key": "12", "headers": {"n": "3"}})
    differing = compare(pattern, {"payload": "x", "key": "k12", "headers": {"n": "4"}})
    assert [mismatch.path for mismatch in differing] == [("key",), ("headers", "n")]


def test_a_null_key_is_no_key(write: Write) -> None:
    """A key written as null asks for a message without one."""
    (interaction,) = write("- {event: a, channel: c, key: null, payload: x}").interactions
    assert not compare(interaction.response.pattern(), {"payload": "x", "key": None, "headers": {}})
    assert compare(interaction.response.pattern(), {"payload": "x", "key": "", "headers": {}})


@pytest.mark.parametrize(
    ("interaction", "problems"),
    [
        ("- event: a\n  payload: x", ["4:3: 'a' has no 'channel', which is required"]),
        ("- event: a\n  channel: c", ["4:3: 'a' has no 'payload', which is required"]),
        ("- event: a\n  channel: 5\n  payload: x", ["5:12: expected text for 'channel' of 'a', got a number"]),
        ("- event: a\n  channel: ''\n  payload: x", ["5:12: 'channel' of 'a' is empty"]),
        ("- event: a\n  channel: c\n  payload: x\n  topic: t", ["7:3: unknown key 'topic' in 'a'."]),
        ("- event: a\n  chanel: c\n  payload: x", ["'channel', which", "5:3: unknown key 'chanel'", "mean 'channel'?"]),
        ("- event: a\n  channel: c\n  payload: x\n  headers: [a]", ["7:12: headers are a mapping", "not a list"]),
        ("- event: a\n  channel: c\n  payload: x\n  headers: !like {a: b}", ["7:12: headers are a mapping", "!like"]),
        ("- event: a\n  channel: c\n  payload: x\n  headers: {h: [a]}", ["7:16: header 'h' is one value", "a list"]),
        ("- event: a\n  channel: c\n  payload: x\n  headers: {h: !each a}", ["7:16: header 'h' is one value"]),
        ("- event: a\n  channel: c\n  payload: x\n  headers: {'': a}", ["7:13: the name of a header is empty"]),
        ("- event: a\n  channel: c\n  payload: x\n  key: {id: 1}", ["7:8: a key is one value", "not a mapping"]),
        ("- event: a\n  channel: c\n  payload: x\n  key: !lik k", ["7:8: unknown tag !lik. Did you mean '!like'?"]),
        (
            "- event: a\n  channel: c\n  payload: {n: 1}\n  headers: {Content-Type: text/plain}",
            ["6:12: a payload of content-type text/plain is one value"],
        ),
    ],
)
def test_problems_are_located(write: Write, interaction: str, problems: list[str]) -> None:
    """What cannot be meant is told with its line and column and what to write instead, each once."""
    with pytest.raises(DocumentError) as raised:
        write(interaction)
    text = str(raised.value)
    for problem in problems:
        assert problem in text
    assert len(raised.value.problems) == sum(": " in problem or "which" in problem for problem in problems)
