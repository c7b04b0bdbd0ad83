"""Metadata and trailers: text by name, base64 text where the name ends in ``-bin`` (gRPC over HTTP/2)."""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingType
from typing import TYPE_CHECKING, Final, TypeAlias

from stormproof_contracts.documents import Node
from stormproof_contracts.matching import Object
from stormproof_contracts.matching._build import PatternBuilder, key_name, optional_name
from stormproof_contracts.matching._text import TextForm, as_text
from stormproof_contracts.protocols.grpc._scalars import decode_bytes, encode_bytes


if TYPE_CHECKING:
    from collections.abc import Iterable

    from stormproof_contracts.documents import Document
    from stormproof_contracts.matching import Value


#: Metadata as the library has it.
Wire: TypeAlias = "tuple[tuple[str, str | bytes], ...]"

_NAME = re.compile(r"[0-9a-z_.-]+")
_PRINTABLE = re.compile(r"[ -~]*")
_OWN_NAMES: Final = frozenset(("user-agent", "content-type", "te"))
_OWN_PREFIX: Final = "grpc-"
_BINARY: Final = "-bin"


def check_metadata(document: Document, node: Node | None, what: str) -> None:
    """Reject names and values that cannot be sent."""
    if node is None:
        return
    if not isinstance(node.value, dict):
        document.reject(node, f"{what} is a mapping of names to values, not {node.kind}")
        return
    for key, child in node.value.items():
        name = key_name(key).lower()
        if not _NAME.fullmatch(name):
            document.reject(document.locate_key(node, key), f"{key!r} cannot be a name in {what}")
        elif name.startswith(_OWN_PREFIX) or name in _OWN_NAMES:
            document.reject(document.locate_key(node, key), f"{key!r} belongs to gRPC itself and cannot be in {what}")
        else:
            _check_value(document, name, child)


def _check_value(document: Document, name: str, node: Node) -> None:
    if isinstance(node.value, (dict, list)):
        if node.tag is None:
            document.reject(node, f"expected text for {name!r}, got {node.kind}")
    elif name.endswith(_BINARY):
        try:
            decode_bytes(as_text(node.value))
        except ValueError as error:
            document.reject(node, f"the value of {name!r} is binary: {error}")
    elif not _PRINTABLE.fullmatch(as_text(node.value)):
        text = f"the value of {name!r} must be printable ASCII; for other values use {name + _BINARY!r} and base64"
        document.reject(node, text)


def metadata_pattern(node: Node, builder: PatternBuilder) -> Object:
    """Return the pattern of metadata: names in lower case, other names let through."""
    entries = node.value if isinstance(node.value, dict) else {}
    return Object(
        {key_name(key).lower(): TextForm(builder.pattern(_canonical(key, child))) for key, child in entries.items()},
        frozenset(name.lower() for key in entries if (name := optional_name(key))),
        line=node.line,
        column=node.column,
    )


def _canonical(key: str, node: Node) -> Node:
    """Return *node* with binary values in the base64 that they are decoded to."""
    if not key_name(key).lower().endswith(_BINARY) or not isinstance(node.value, str):
        return node
    return Node(encode_bytes(decode_bytes(node.value)), node.tag, node.line, node.column)


def encode_metadata(values: Value) -> Wire:
    """Return plain metadata as it is sent."""
    if not isinstance(values, MappingType):
        return ()
    return tuple((name, _encoded(name, as_text(value))) for name, value in values.items())


def decode_metadata(pairs: Iterable[tuple[str, str | bytes]]) -> dict[str, Value]:
    """Return metadata as plain data, without what gRPC adds; repeated names are joined by commas."""
    values: dict[str, str] = {}
    for name, value in pairs:
        if name.startswith(_OWN_PREFIX) or name in _OWN_NAMES:
            continue
        text = encode_bytes(value) if isinstance(value, bytes) else value
        values[name] = f"{values[name]}, {text}" if name in values else text
    return dict(values)


def _encoded(name: str, text: str) -> str | bytes:
    return decode_bytes(text) if name.endswith(_BINARY) else text
