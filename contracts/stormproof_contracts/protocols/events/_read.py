"""Reads the channel, key, headers and payload of an event interaction."""

from __future__ import annotations

from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from stormproof_contracts.matching import Object
from stormproof_contracts.matching._build import TagError, key_name, optional_name
from stormproof_contracts.matching._text import TextForm
from stormproof_contracts.protocols._reading import RESPONSE, Draft, part
from stormproof_contracts.protocols.events._message import content_type
from stormproof_contracts.protocols.http._media import MediaType, is_text


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stormproof_contracts.documents import Fields, Node
    from stormproof_contracts.matching import Pattern, Value


def read_event(fields: Fields) -> Draft:
    """Read an event; what is wrong goes to the document."""
    channel = fields.text("channel", required=True)
    key, headers, payload = fields.take("key"), fields.take("headers"), fields.take("payload", required=True)
    entries: dict[str, Callable[[], Pattern]] = {}
    if payload is not None:
        entries["payload"] = partial(_payload_pattern, payload, headers)
    if key is not None:
        _check_one_value(fields, key, "a key")
        entries["key"] = partial(_text_pattern, key)
    if headers is not None and _check_headers(fields, headers):
        entries["headers"] = partial(_header_patterns, headers)
        _check_text_payload(fields, payload, headers)
    return Draft(response=part(entries, node=fields.node), settings=MappingProxyType({"channel": channel or ""}))


def _check_headers(fields: Fields, headers: Node) -> bool:
    """Reject what cannot be headers; True when they can be built."""
    if not isinstance(headers.value, dict) or headers.tag is not None:
        shown = f"!{headers.tag}" if headers.tag else headers.kind
        fields.document.reject(headers, f"headers are a mapping of names to values, not {shown}")
        return False
    for name, value in headers.value.items():
        if not key_name(name):
            fields.document.reject(fields.document.locate_key(headers, name), "the name of a header is empty")
        _check_one_value(fields, value, f"header {key_name(name)!r}")
    return True


def _check_one_value(fields: Fields, node: Node, what: str) -> None:
    example = _example(node)
    if isinstance(example, (dict, list)):
        kind = "a mapping" if isinstance(example, dict) else "a list"
        fields.document.reject(node, f"{what} is one value: text, a number or a boolean, not {kind}")


def _check_text_payload(fields: Fields, payload: Node | None, headers: Node) -> None:
    media_type = _written_content_type(headers)
    if payload is not None and is_text(media_type):
        _check_one_value(fields, payload, f"a payload of content-type {media_type}")


def _example(node: Node) -> Value:
    try:
        return RESPONSE.pattern(node).example()
    except TagError:
        return None  # told once for the whole document, by check_tags


def _payload_pattern(payload: Node, headers: Node | None) -> Pattern:
    if headers is not None and is_text(_written_content_type(headers)):
        return _text_pattern(payload)
    return RESPONSE.pattern(payload)


def _written_content_type(headers: Node) -> str:
    entries = cast("Mapping[str, Node]", headers.value if isinstance(headers.value, dict) else {})
    return content_type((key_name(key), _example(child)) for key, child in entries.items())


def _header_patterns(headers: Node) -> Object:
    """Return the pattern of headers: names in the case they are written, other headers let through."""
    entries = headers.value if isinstance(headers.value, dict) else {}
    return Object(
        {key_name(key): _header_pattern(key_name(key), child) for key, child in entries.items()},
        frozenset(name for key in entries if (name := optional_name(key))),
        line=headers.line,
        column=headers.column,
    )


def _header_pattern(name: str, node: Node) -> Pattern:
    if name.lower() == "content-type" and node.tag is None and isinstance(node.value, str):
        return MediaType(node.value, node.line, node.column)
    return TextForm(RESPONSE.pattern(node))


def _text_pattern(node: Node) -> Pattern:
    pattern = RESPONSE.pattern(node)
    return pattern if node.value is None and node.tag is None else TextForm(pattern)
