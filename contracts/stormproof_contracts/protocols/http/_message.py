"""HTTP messages as plain data, and back to what goes over the wire."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping as MappingType
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast
from urllib.parse import parse_qsl, quote, unquote, urlencode

from stormproof_contracts.matching import show
from stormproof_contracts.matching._text import as_text
from stormproof_contracts.protocols.http._media import is_json, is_text
from stormproof_contracts.redaction import REDACTED, is_secret, redact


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from stormproof_contracts.matching import Value
    from stormproof_contracts.model import Part


@dataclass(frozen=True, slots=True)
class WireRequest:
    """A request as bytes: method, target with its query, headers, body."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class WireResponse:
    """A response as bytes."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def encode_request(part: Part) -> tuple[WireRequest, Value]:
    """Return the example request of *part* as bytes, and as plain data."""
    example = cast("dict[str, Value]", part.pattern().example())
    headers, body = _encode_content(example)
    return WireRequest(str(example["method"]), target_of(example), headers, body), example


def encode_response(part: Part) -> WireResponse:
    """Return the example response of *part* as bytes."""
    example = cast("dict[str, Value]", part.pattern().example())
    headers, body = _encode_content(example)
    return WireResponse(cast("int", example.get("status", 200)), headers, body)


def decode_request(request: WireRequest) -> dict[str, Value]:
    """Return *request* as plain data, in the shape that contracts describe."""
    path, _, query = request.target.partition("?")
    names: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        names.setdefault(name, []).append(value)
    return {
        "method": request.method,
        "path": unquote(path),
        "query": names,
        **_decode_content(request.headers, request.body),
    }


def decode_response(response: WireResponse) -> dict[str, Value]:
    """Return *response* as plain data, in the shape that contracts describe."""
    return {"status": response.status, **_decode_content(response.headers, response.body)}


def target_of(request: Mapping[str, Value]) -> str:
    """Return path and query of a request as they are sent."""
    path = quote(str(request.get("path", "/")), safe="/:@!$&'()*+,;=-._~")
    query = request.get("query") or {}
    if not isinstance(query, MappingType):
        return path
    pairs = [(name, as_text(value)) for name, values in query.items() for value in cast("Sequence[Value]", values)]
    return f"{path}?{urlencode(pairs)}" if pairs else path


def curl(request: WireRequest, base: str) -> str:
    """Return a command that repeats *request*; secrets are left out."""
    words = ["curl", "-s"]
    if request.method != "GET":
        words += ["-X", request.method]
    for name, value in request.headers:
        words += ["-H", f"{name}: {REDACTED if is_secret(name) else value}"]
    if request.body:
        words += ["-d", request.body.decode("utf-8", "replace")]
    return shlex.join([*words, f"{base}{request.target}"])


def evidence(request: WireRequest, response: WireResponse, base: str) -> tuple[tuple[str, str], ...]:
    """Return what a person wants to see of an exchange."""
    content = decode_response(response).get("body")
    again = f"   ({curl(request, base)})" if base else ""
    return (
        ("request", f"{request.method} {request.target}{again}"),
        ("status", str(response.status)),
        ("answer", show(redact(content)) if response.body else "no body"),
    )


def _encode_content(message: Mapping[str, Value]) -> tuple[tuple[tuple[str, str], ...], bytes]:
    written = cast("Mapping[str, Value]", message.get("headers", {}))
    headers = {name: as_text(value) for name, value in written.items()}
    if "body" not in message:
        return tuple(headers.items()), b""
    body = message["body"]
    content_type = headers.get("content-type", "")
    if isinstance(body, bytes):
        return tuple(headers.items()), body
    if isinstance(body, str) and not is_json(content_type):
        headers.setdefault("content-type", "text/plain; charset=utf-8")
        return tuple(headers.items()), body.encode()
    headers.setdefault("content-type", "application/json")
    return tuple(headers.items()), json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _decode_content(headers: Iterable[tuple[str, str]], body: bytes) -> dict[str, Value]:
    names: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        names[key] = f"{names[key]}, {value.strip()}" if key in names else value.strip()
    if not body:
        return {"headers": names}
    return {"headers": names, "body": _decode_body(body, names.get("content-type", ""))}


def _decode_body(body: bytes, content_type: str) -> Value:
    if is_json(content_type) or not content_type:
        try:
            return cast("Value", json.loads(body))
        except ValueError:
            pass  # a broken JSON body is compared as the text it is, so that the failure shows it
    if is_text(content_type) or is_json(content_type) or not content_type:
        try:
            return body.decode()
        except UnicodeDecodeError:
            return body
    return body
