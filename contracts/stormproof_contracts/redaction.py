"""Keeps secrets out of reports, journals and messages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Mapping

    from stormproof_contracts.matching import Value


REDACTED = "[redacted]"
_SECRET_NAME = re.compile(
    r"authorization|cookie|password|passwd|secret|token|api[-_]?key|private[-_]?key|credential|session[-_]?id",
    re.IGNORECASE,
)
_URL_PASSWORD = re.compile(r"(?<=://)([^/@:\s]*):([^/@\s]+)@")
_BEARER = re.compile(r"\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE)


def is_secret(name: str) -> bool:
    """Tell whether a header, field or variable called *name* holds a secret."""
    return _SECRET_NAME.search(name) is not None


def redact(value: Value) -> Value:
    """Return *value* with every secret in it replaced: by the name of its key, or by its form in text."""
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, bytes) or value is None or isinstance(value, (bool, int, float)):
        return value
    if hasattr(value, "items"):
        return redact_mapping(value)  # type: ignore[arg-type]  # a Value with items is a mapping
    return [redact(item) for item in value]


def redact_mapping(values: Mapping[str, Value]) -> dict[str, Value]:
    """Return *values* with the entries of secret names replaced."""
    return {name: REDACTED if is_secret(name) else redact(value) for name, value in values.items()}


def redact_text(text: str) -> str:
    """Return *text* without passwords in URLs and without bearer tokens."""
    if "://" in text:
        text = _URL_PASSWORD.sub(rf"\1:{REDACTED}@", text)
    return _BEARER.sub(rf"\1 {REDACTED}", text)
