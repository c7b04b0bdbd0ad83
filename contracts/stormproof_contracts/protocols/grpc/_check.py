"""Checks what a contract writes of a message against its type, and returns it as decoded messages are written.

The walk follows the matchers that wrap (``!like``, ``!each``, ``!any``, ...). What a matcher of text or numbers asks
for is its own business; here it is only whether the field can ever hold such a value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from stormproof_contracts.documents import Node
from stormproof_contracts.errors import did_you_mean
from stormproof_contracts.matching import show
from stormproof_contracts.matching._build import key_name, optional_name
from stormproof_contracts.protocols.grpc._messages import canonical_text, raw_key
from stormproof_contracts.protocols.grpc._patterns import MessageEntries
from stormproof_contracts.protocols.grpc._scalars import RANGES, canonical


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stormproof_contracts.documents import Document
    from stormproof_contracts.matching import Value
    from stormproof_contracts.protocols.grpc._types import Field, MessageType


_WRAPPING = (None, "like", "equal", "nullable")
_NUMBERS = frozenset((*RANGES, "float", "double"))
_TEXTS = frozenset(("string", "bytes", "enum", "text"))

#: The kinds of field that can hold what a tag asks for.
_TAGGED: Mapping[str, frozenset[str]] = {
    "integer": frozenset(RANGES),
    "number": _NUMBERS,
    "decimal": frozenset(("float", "double")),
    "boolean": frozenset(("bool",)),
    "text": _TEXTS,
    "regex": _TEXTS,
    "include": frozenset(("string", "text")),
    "uuid": frozenset(("string",)),
    "date": frozenset(("string",)),
    "time": frozenset(("string",)),
    "datetime": frozenset(("string", "text")),
}


@dataclass(frozen=True, slots=True)
class MessageCheck:
    """Walks nodes beside types; what is wrong goes to the document."""

    document: Document

    def message(self, node: Node, kind: MessageType) -> Node:
        """Return *node*, which writes a message of type *kind*, by the names and spellings of decoded messages."""
        if node.tag == "any" and isinstance(node.value, list):
            return _with(node, [self.message(choice, kind) for choice in node.value])
        if node.tag not in _WRAPPING:
            if node.tag in _TAGGED or node.tag == "each":
                self.document.reject(node, f"!{node.tag} never fits {kind.name}, which is a message")
            return node
        if kind.form != "fields":
            return self._known(node, kind)
        if not isinstance(node.value, dict):
            self.document.reject(node, f"expected a mapping for {kind.name}, got {node.kind}")
            return node
        return _with(node, self._entries(node, node.value, kind))

    def _known(self, node: Node, kind: MessageType) -> Node:
        """Check a well-known type that is written as something simpler than its fields."""
        if kind.form == "json":
            return node
        if kind.form == "any":
            self.document.reject(node, f"{kind.name} is not supported yet")
            return node
        try:
            return _with(node, _canonical_message(cast("Value", node.plain()), kind))
        except ValueError as error:
            text = f": {error}" if str(error) else ""
            self.document.reject(node, f"expected {kind.name}, got {node.kind}{text}")
            return node

    def _entries(self, node: Node, entries: Mapping[str, Node], kind: MessageType) -> MessageEntries:
        checked: dict[str, Node] = {}
        defaults: dict[str, Value] = {}
        named: set[str] = set()
        for key, child in entries.items():
            field = kind.field(key_name(key))
            if field is None:
                self._reject_name(node, key, kind)
            elif field.name in named:
                text = f"{key!r} is the field {field.name!r} of {kind.name}, which is there already"
                self.document.reject(self.document.locate_key(node, key), text)
            else:
                named.add(field.name)
                optional = optional_name(key) != ""
                checked[field.name + "?" * optional] = self._field(child, field)
                if not optional and (not field.has_presence or _admits_null(child)) and not field.holds_null:
                    defaults[field.name] = None if field.has_presence else field.default
        return MessageEntries(checked, defaults)

    def _reject_name(self, node: Node, key: str, kind: MessageType) -> None:
        name = key_name(key)
        spelled = kind.fields if "_" in name else {field.camel for field in kind.fields.values()} | kind.fields.keys()
        where = self.document.locate_key(node, key)
        self.document.reject(where, f"{kind.name} has no field {name!r}.{did_you_mean(name, spelled)}")

    def _field(self, node: Node, field: Field) -> Node:
        if field.entry:
            return self._structure(node, field, self._map)
        if field.repeated:
            return self._structure(node, field, self._list)
        return self._single(node, field)

    def _structure(self, node: Node, field: Field, check: Callable[[Node, Field], Node]) -> Node:
        """Follow the tags of a list or a map down to what *check* understands."""
        if node.tag == "any" and isinstance(node.value, list):
            return _with(node, [self._structure(choice, field, check) for choice in node.value])
        if node.tag == "each" and field.repeated:
            return self._each(node, field)
        if node.tag in _TAGGED or node.tag == "each":
            self.document.reject(node, f"!{node.tag} never fits {field.name!r}, which is {field.words}")
            return node
        return check(node, field) if node.tag in _WRAPPING else node

    def _each(self, node: Node, field: Field) -> Node:
        entries = node.value
        if isinstance(entries, dict) and {"of"} <= entries.keys() <= {"of", "min", "max"}:
            return _with(node, {**entries, "of": self._single(entries["of"], field)})
        item = self._single(Node(entries, None, node.line, node.column, node.keys), field)
        return _with(node, item.value)

    def _list(self, node: Node, field: Field) -> Node:
        if not isinstance(node.value, list):
            self.document.reject(node, f"expected {field.words} for {field.name!r}, got {node.kind}")
            return node
        return _with(node, [self._single(item, field) for item in node.value])

    def _map(self, node: Node, field: Field) -> Node:
        if not isinstance(node.value, dict) or field.entry is None:
            self.document.reject(node, f"expected {field.words} for {field.name!r}, got {node.kind}")
            return node
        of_key, of_value = field.entry.fields["key"], field.entry.fields["value"]
        for key in node.value:
            try:
                raw_key(of_key, key_name(key))
            except ValueError as error:
                self.document.reject(self.document.locate_key(node, key), f"{field.name!r}: {error}")
        return _with(node, {key: self._single(child, of_value) for key, child in node.value.items()})

    def _single(self, node: Node, field: Field) -> Node:
        if node.value is None and node.tag in (*_WRAPPING, "null") and not field.holds_null:
            if not field.has_presence:
                text = f"{field.name!r} is {field.words}, which is never null; write its default, {show(field.default)}"
                self.document.reject(node, text)
            return node
        kind = field.message
        if kind is None or kind.form in ("text", "wrapper"):
            return self._leaf(node, field)
        if kind.form == "any":
            self.document.reject(node, f"{field.name!r} is {kind.name}, which is not supported yet; leave it out")
            return node
        return self.message(node, kind)

    def _leaf(self, node: Node, field: Field) -> Node:
        if node.tag == "any" and isinstance(node.value, list):
            return _with(node, [self._single(choice, field) for choice in node.value])
        tag = node.tag
        if tag is None or tag in _WRAPPING:
            return self._scalar(node, field)
        if tag in ("each", "null") or (tag in _TAGGED and _leaf_type(field) not in _TAGGED[tag]):
            self.document.reject(node, f"!{tag} never fits {field.name!r}, which is {field.single}")
        elif tag in _TAGGED and tag not in ("regex", "include"):
            self._scalar(node, field)  # its example must be one that can be sent; it stays as it is written
        return node

    def _scalar(self, node: Node, field: Field) -> Node:
        name, words = field.name, field.single
        if isinstance(node.value, (dict, list)):
            self.document.reject(node, f"expected {words} for {name!r}, got {node.kind}")
            return node
        try:
            return _with(node, _canonical(node.value, field))
        except ValueError as error:
            text = f": {error}" if str(error) else ""
            self.document.reject(node, f"expected {words} for {name!r}, got {show(node.value)}{text}")
            return node


def _canonical(value: Value, field: Field) -> Value:
    if field.message:
        return _canonical_message(value, field.message)
    if not field.enum:
        return canonical(field.type, value)
    if isinstance(value, int) and not isinstance(value, bool):
        return next((name for name, number in field.numbers.items() if number == value), value)
    if isinstance(value, str) and value in field.numbers:
        return value
    raise ValueError(f"that is none of its values.{did_you_mean(str(value), field.numbers)}")


def _canonical_message(value: Value, kind: MessageType) -> Value:
    if kind.form == "wrapper":
        return canonical(kind.fields["value"].type, value)
    try:
        return canonical_text(kind, value)
    except ValueError:
        raise ValueError(f"write it as {_TEXT_FORMS[kind.name]}") from None


_TEXT_FORMS: Mapping[str, str] = {
    "google.protobuf.Timestamp": "2026-01-31T13:37:00Z",
    "google.protobuf.Duration": "1.5s",
    "google.protobuf.FieldMask": "name,address.city",
}


def _leaf_type(field: Field) -> str:
    if field.message:
        return "text" if field.message.form == "text" else field.message.fields["value"].type
    return field.type


def _admits_null(node: Node) -> bool:
    if node.tag == "any" and isinstance(node.value, list):
        return any(_admits_null(choice) for choice in node.value)
    return node.value is None or node.tag in ("nullable", "null")


def _with(node: Node, value: object) -> Node:
    return Node(cast("None", value), node.tag, node.line, node.column, node.keys)
