"""Messages as plain data, and back.

json_format of protobuf is not used for whole messages: it gives 64-bit integers as text, so that ``!integer`` would
fail, and it either leaves out every default or prints every field. Here 64-bit integers are integers, bytes are base64
text, enums are names, times are RFC 3339 text, names are those of the ``.proto``, and only fields that are set are
shown; `Message` adds the defaults that a contract names.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from collections.abc import Sequence as SequenceType
from typing import TYPE_CHECKING, Any, cast

from stormproof_contracts.matching import show
from stormproof_contracts.protocols.grpc._extra import require
from stormproof_contracts.protocols.grpc._scalars import canonical, decode_bytes, encode_bytes, shortest_float


if TYPE_CHECKING:
    from stormproof_contracts.matching import Value
    from stormproof_contracts.protocols.grpc._types import Field, MessageType


def encode(kind: MessageType, value: Value) -> bytes:
    """Return *value* as a serialized message.

    Raises:
        ValueError: it is no message of this type; the text names the field.
    """
    message = kind.new()
    _fill(message, kind, value)
    try:
        return cast("bytes", message.SerializeToString())
    except require("google.protobuf.message").EncodeError as error:  # required fields of proto2
        raise ValueError(str(error)) from None


def decode(kind: MessageType, data: bytes) -> Value:
    """Return the message that *data* serializes, or *data* itself when it is none."""
    try:
        message = kind.new.FromString(data)
    except require("google.protobuf.message").DecodeError:
        return data
    return _plain(message, kind)


def canonical_text(kind: MessageType, value: Value) -> str:
    """Return the text of a Timestamp, Duration or FieldMask in its one canonical form.

    Raises:
        ValueError: it cannot be read.
    """
    message = kind.new()
    _read_text(message, value)
    return cast("str", message.ToJsonString())


def _plain(message: Any, kind: MessageType) -> Value:
    if kind.form == "text":
        return cast("Value", message.ToJsonString())
    if kind.form == "wrapper":
        return _plain_single(message.value, kind.fields["value"])
    if kind.form == "json":
        return cast("Value", require("google.protobuf.json_format").MessageToDict(message))
    if kind.form == "any":
        return {"@type": message.type_url, "value": encode_bytes(message.value)}
    fields = kind.fields
    set_fields = [
        (fields[descriptor.name], value) for descriptor, value in message.ListFields() if not descriptor.is_extension
    ]
    return {field.name: _plain_value(value, field) for field, value in set_fields}


def _plain_value(value: Any, field: Field) -> Value:
    if field.entry:
        of_value = field.entry.fields["value"]
        return {_key_text(key): _plain_single(value[key], of_value) for key in value}
    if field.repeated:
        return [_plain_single(item, field) for item in value]
    return _plain_single(value, field)


def _plain_single(value: Any, field: Field) -> Value:
    if field.message:
        return _plain(value, field.message)
    if field.enum:
        return next((name for name, number in field.numbers.items() if number == value), cast("int", value))
    if field.type == "float":
        return shortest_float(value)
    return encode_bytes(value) if field.type == "bytes" else cast("Value", value)


def _key_text(key: bool | int | str) -> str:
    return str(key).lower() if isinstance(key, bool) else str(key)


def _fill(message: Any, kind: MessageType, value: Value) -> None:
    if kind.form == "text":
        _read_text(message, value)
    elif kind.form == "wrapper":
        message.value = _raw_single(kind.fields["value"], value)
    elif kind.form == "json":
        _read_json(message, value)
    elif kind.form == "any":
        raise ValueError("google.protobuf.Any is not supported yet")
    else:
        _fill_fields(message, kind, value)


def _fill_fields(message: Any, kind: MessageType, value: Value) -> None:
    for name, content in _mapping(value, kind.name).items():
        field = kind.field(name)
        if field is None:
            raise ValueError(f"{kind.name} has no field {name!r}")
        if content is None and not field.holds_null:
            continue
        # A message holds one alternative of a oneof; an example that shows several means the first.
        if field.oneof and message.WhichOneof(field.oneof):
            continue
        if field.entry:
            _fill_map(getattr(message, field.name), field.entry, content)
        elif field.repeated:
            _fill_list(getattr(message, field.name), field, content)
        elif field.message:
            part = getattr(message, field.name)
            part.SetInParent()
            _fill(part, field.message, content)
        else:
            setattr(message, field.name, _raw_single(field, content))


def _fill_map(target: Any, entry: MessageType, value: Value) -> None:
    of_key, of_value = entry.fields["key"], entry.fields["value"]
    for text, content in _mapping(value, entry.name).items():
        key = raw_key(of_key, text)
        if of_value.message:
            _fill(target[key], of_value.message, content)
        else:
            target[key] = _raw_single(of_value, content)


def _fill_list(target: Any, field: Field, value: Value) -> None:
    if not isinstance(value, SequenceType) or isinstance(value, (str, bytes)):
        raise ValueError(f"expected a list for {field.name!r}, got {show(value)}")
    for item in value:
        if field.message:
            _fill(target.add(), field.message, item)
        else:
            target.append(_raw_single(field, item))


def raw_key(field: Field, text: str) -> bool | int | str:
    """Return the key of a map that *text* spells.

    Raises:
        ValueError: the text spells no key of this type.
    """
    if field.type == "string":
        return text
    if field.type == "bool":
        if text not in ("true", "false"):
            raise ValueError(f"a key of this map is true or false, got {text!r}")
        return text == "true"
    try:
        return cast("int", canonical(field.type, int(text)))
    except ValueError:
        raise ValueError(f"a key of this map is an {field.type}, got {text!r}") from None


def _raw_single(field: Field, value: Value) -> Any:
    if field.enum:
        if isinstance(value, str) and value in field.numbers:
            return field.numbers[value]
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        raise ValueError(f"expected {field.enum} for {field.name!r}, got {show(value)}")
    try:
        plain = canonical(field.type, value)
    except ValueError as error:
        raise ValueError(
            f"expected {field.type} for {field.name!r}, got {show(value)}{f': {error}' if str(error) else ''}"
        ) from None
    return decode_bytes(cast("str", plain)) if field.type == "bytes" else plain


def _read_text(message: Any, value: Value) -> None:
    if not isinstance(value, str):
        raise ValueError(f"expected text, got {show(value)}")
    message.FromJsonString(value)


def _read_json(message: Any, value: Value) -> None:
    json_format = require("google.protobuf.json_format")
    try:
        json_format.ParseDict(value, message)
    except json_format.ParseError as error:
        raise ValueError(str(error)) from None


def _mapping(value: Value, name: str) -> MappingType[str, Value]:
    if not isinstance(value, MappingType):
        raise ValueError(f"expected a mapping for {name}, got {show(value)}")
    return value
