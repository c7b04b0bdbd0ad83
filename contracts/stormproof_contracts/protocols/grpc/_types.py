"""The types of a compiled ``.proto``, as much of them as contracts need: typed, over descriptors that are not."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, cast

from stormproof_contracts.protocols.grpc._extra import require


if TYPE_CHECKING:
    from collections.abc import Mapping


#: How a message is written in a contract: by its fields, or, for a well-known type, as something simpler.
Form: TypeAlias = Literal["fields", "text", "wrapper", "json", "any"]

_FORMS: Final[Mapping[str, Form]] = {
    **dict.fromkeys(("Timestamp", "Duration", "FieldMask"), "text"),
    **dict.fromkeys(("DoubleValue", "FloatValue", "Int64Value", "UInt64Value", "Int32Value", "UInt32Value"), "wrapper"),
    **dict.fromkeys(("BoolValue", "StringValue", "BytesValue"), "wrapper"),
    **dict.fromkeys(("Struct", "Value", "ListValue"), "json"),
    "Any": "any",
}
_WELL_KNOWN = "google.protobuf."

# google.protobuf.FieldDescriptorProto.Type, numbers 1 to 18
_SCALARS: Final = (
    "", "double", "float", "int64", "uint64", "int32", "fixed64", "fixed32", "bool", "string",
    "message", "message", "bytes", "uint32", "enum", "sfixed32", "sfixed64", "sint32", "sint64",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a message.

    Attributes:
        name: as the ``.proto`` writes it.
        camel: as JSON writes it; contracts may use either.
        type: the scalar type, ``enum`` or ``message``.
        repeated: whether it is a list.
        entry: of a map, the message of its entries, with fields ``key`` and ``value``.
        message: the type of a message.
        enum: the name of an enum.
        numbers: the values of an enum by name.
        has_presence: whether absent is different from the default.
        default: what an absent field without presence is: 0, "", false, the first value of an enum, [] or {}.
        oneof: the name of the oneof that it is an alternative of, or empty.
    """

    name: str
    camel: str
    type: str
    repeated: bool
    entry: MessageType | None
    message: MessageType | None
    enum: str
    numbers: Mapping[str, int]
    has_presence: bool
    default: Any
    oneof: str

    @property
    def holds_null(self) -> bool:
        """Whether null is one of its values, as it is of a google.protobuf.Value, instead of its absence."""
        return self.message is not None and self.message.name == "google.protobuf.Value"

    @property
    def words(self) -> str:
        """What it holds, as messages say it."""
        if self.entry:
            value = self.entry.fields["value"]
            return f"map<{self.entry.fields['key'].type}, {value.words}>"
        return f"repeated {self.single}" if self.repeated else self.single

    @property
    def single(self) -> str:
        """What one item of it is, as messages say it."""
        return self.message.name if self.message else self.enum or self.type


class MessageType:
    """The type of a message."""

    def __init__(self, descriptor: Any, types: TypeTable) -> None:
        self.name: str = descriptor.full_name
        self.form: Form = _FORMS.get(self.name.removeprefix(_WELL_KNOWN), "fields")
        if not self.name.startswith(_WELL_KNOWN):
            self.form = "fields"
        self._descriptor = descriptor
        self._types = types

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """The fields, by their name in the ``.proto``."""
        return {field.name: _field(field, self._types) for field in self._descriptor.fields}

    @cached_property
    def _by_camel(self) -> Mapping[str, Field]:
        return {field.camel: field for field in self.fields.values()}

    @cached_property
    def new(self) -> Any:
        """The class of its messages."""
        return require("google.protobuf.message_factory").GetMessageClass(self._descriptor)

    def field(self, name: str) -> Field | None:
        """Return the field called *name*, in the spelling of the ``.proto`` or of JSON."""
        return self.fields.get(name) or self._by_camel.get(name)


class TypeTable:
    """The message types of one pool, each made once."""

    def __init__(self) -> None:
        self._types: dict[str, MessageType] = {}

    def of(self, descriptor: Any) -> MessageType:
        """Return the type that *descriptor* describes."""
        name: str = descriptor.full_name
        if name not in self._types:
            self._types[name] = MessageType(descriptor, self)
        return self._types[name]


def _field(descriptor: Any, types: TypeTable) -> Field:
    message = types.of(descriptor.message_type) if descriptor.message_type else None
    is_map = message is not None and bool(descriptor.message_type.GetOptions().map_entry)
    enum = descriptor.enum_type
    oneof = descriptor.containing_oneof
    repeated = _is_repeated(descriptor)
    return Field(
        name=descriptor.name,
        camel=descriptor.json_name,
        type=_SCALARS[cast("int", descriptor.type)],
        repeated=repeated and not is_map,
        entry=message if is_map else None,
        message=None if is_map else message,
        enum=enum.full_name if enum else "",
        numbers={value.name: value.number for value in enum.values} if enum else {},
        has_presence=bool(descriptor.has_presence),
        default={} if is_map else [] if repeated else _default(descriptor),
        oneof=oneof.name if oneof and len(oneof.fields) > 1 else "",
    )


def _is_repeated(descriptor: Any) -> bool:
    if hasattr(descriptor, "is_repeated"):
        return bool(descriptor.is_repeated)
    return bool(descriptor.label == descriptor.LABEL_REPEATED)  # protobuf before 6.31


def _default(descriptor: Any) -> Any:
    if descriptor.enum_type:
        return descriptor.enum_type.values_by_number[descriptor.default_value].name
    return "" if descriptor.default_value == b"" else descriptor.default_value
