"""Messages of a broker as plain data, and back to what a broker carries."""

from __future__ import annotations

import json
from collections.abc import Mapping as MappingType
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from stormproof_contracts.matching import show
from stormproof_contracts.matching._text import as_text
from stormproof_contracts.protocols.http._media import is_json, is_text
from stormproof_contracts.redaction import redact


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from stormproof_contracts.matching import Value
    from stormproof_contracts.model import Interaction


@dataclass(frozen=True, slots=True)
class Message:
    """One message as bytes.

    Attributes:
        channel: the topic, queue or subject it is on.
        payload: its value; None is a tombstone, which is not the same as a payload of no bytes.
        key: what it is partitioned by, or None.
        headers: in their order; a name may come more than once.
    """

    channel: str
    payload: bytes | None
    key: bytes | None = None
    headers: tuple[tuple[str, bytes], ...] = ()


def encode_message(interaction: Interaction) -> Message:
    """Return the example of *interaction* as it is published."""
    example = cast("Mapping[str, Value]", interaction.response.pattern().example())
    headers = [
        (name, as_text(value)) for name, value in cast("Mapping[str, Value]", example.get("headers", {})).items()
    ]
    key = example.get("key")
    return Message(
        interaction.settings["channel"],
        _encode_payload(example["payload"], content_type(headers)),
        None if key is None else as_text(key).encode(),
        tuple((name, value.encode()) for name, value in headers),
    )


def decode_message(message: Message) -> dict[str, Value]:
    """Return *message* as plain data in the shape that contracts describe.

    The payload is JSON where it reads as such, else text, else bytes. A header that comes more than once is a list.
    """
    headers = [(name, _decode_text(value)) for name, value in message.headers]
    return {
        "payload": _decode_payload(message.payload, content_type(headers)),
        "key": None if message.key is None else _decode_text(message.key),
        "headers": _gather(headers),
    }


def evidence(message: Message) -> tuple[tuple[str, str], ...]:
    """Return what a person wants to see of a message; secrets are left out."""
    content = decode_message(message)
    lines = [("channel", message.channel), ("key", show(redact(content["key"])))]
    if message.headers:
        lines.append(("headers", show(redact(content["headers"]))))
    return (*lines, ("payload", show(redact(content["payload"]))))


def content_type(headers: Iterable[tuple[str, Value]]) -> str:
    """Return the media type that *headers* name, or empty text; the case of this one name is everybody's own."""
    return next((str(value) for name, value in headers if name.lower() == "content-type"), "")


def message_of(channel: str, content: Mapping[str, Value] | list[Value] | str | bytes) -> Message:
    """Return the message on *channel* whose payload is *content*: text and bytes as they are, the rest as JSON."""
    if isinstance(content, str):
        return Message(channel, content.encode())
    return Message(channel, _encode_payload(content, "application/json"))


def _encode_payload(payload: Value, media_type: str) -> bytes | None:
    if payload is None or isinstance(payload, bytes):
        return payload
    if isinstance(payload, str) and not is_json(media_type):
        plain = payload.encode()
        if _decode_payload(plain, media_type) == payload:
            return plain
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"), default=_plain).encode()


def _plain(value: object) -> object:
    """Return a mapping that json does not know as one it does."""
    if isinstance(value, MappingType):
        return dict(cast("Mapping[str, Value]", value))
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def _decode_payload(payload: bytes | None, media_type: str) -> Value:
    if payload is None:
        return None
    text = _decode_text(payload)
    if isinstance(text, bytes) or is_text(media_type):
        return text
    try:
        value = cast("Value", json.loads(text))
    except (ValueError, RecursionError):
        return text
    # Only a tombstone is null: consumers that delete on it do not delete on the four letters.
    return text if value is None else value


def _decode_text(value: bytes) -> str | bytes:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value


def _gather(headers: Iterable[tuple[str, str | bytes]]) -> dict[str, Value]:
    values: dict[str, list[Value]] = {}
    for name, value in headers:
        values.setdefault(name, []).append(value)
    return {name: found[0] if len(found) == 1 else found for name, found in values.items()}
