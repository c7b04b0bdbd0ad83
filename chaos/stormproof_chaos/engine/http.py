"""The HTTP/1.1 of the API: bytes to a request, an answer to bytes. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Mapping

_LARGEST_HEAD = 64 * 1024
_LARGEST_BODY = 16 * 1024 * 1024

_REASONS = {
    100: "Continue",
    200: "OK",
    201: "Created",
    204: "No Content",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    413: "Content Too Large",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
}


@dataclass(frozen=True, slots=True)
class Request:
    """One request; *path* is as it came, percent-encoded and without the query. Header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    version: str = "HTTP/1.1"

    @property
    def keeps_alive(self) -> bool:
        """Tell whether the client may send another request on this connection."""
        wish = self.headers.get("connection", "").lower()
        return wish == "keep-alive" if self.version == "HTTP/1.0" else wish != "close"


@dataclass(frozen=True, slots=True)
class Response:
    """One answer."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    def encode(self, *, keep_alive: bool) -> bytes:
        """Return the answer as it goes over the wire."""
        lines = [f"HTTP/1.1 {self.status} {_REASONS[self.status]}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if self.status not in {100, 204}:
            lines.append(f"Content-Length: {len(self.body)}")
        if not keep_alive:
            lines.append("Connection: close")
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + self.body


class MalformedError(Exception):
    """What came is not HTTP, or more of it than is reasonable; *status* is the answer."""

    def __init__(self, status: int) -> None:
        super().__init__(_REASONS[status])
        self.status = status


def expects_continue(buffer: bytearray) -> bool:
    """Tell whether the client waits for a nod before it sends the body."""
    head, found, rest = bytes(buffer).partition(b"\r\n\r\n")
    return bool(found) and not rest and b"\r\nexpect: 100-continue" in head.lower()


def parse(buffer: bytearray) -> Request | None:
    """Take one whole request off the front of *buffer*; None while it is not all there.

    Raises:
        MalformedError: it will never be one.
    """
    end = buffer.find(b"\r\n\r\n")
    if max(end, len(buffer) if end < 0 else 0) > _LARGEST_HEAD:
        raise MalformedError(431)
    if end < 0:
        return None
    method, path, version, headers = _parse_head(bytes(buffer[:end]))
    framed = _body(buffer, end + 4, headers)
    if framed is None:
        return None
    body, consumed = framed
    del buffer[:consumed]
    return Request(method, path.partition("?")[0], headers, body, version)


def _parse_head(head: bytes) -> tuple[str, str, str, dict[str, str]]:
    first, *rest = head.decode("latin-1").split("\r\n")
    parts = first.split(" ")
    if len(parts) != 3 or parts[2] not in {"HTTP/1.0", "HTTP/1.1"}:
        raise MalformedError(400)
    headers: dict[str, str] = {}
    for line in rest:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            raise MalformedError(400)
        headers[name.lower()] = value.strip()
    return parts[0], parts[1], parts[2], headers


def _body(buffer: bytearray, start: int, headers: Mapping[str, str]) -> tuple[bytes, int] | None:
    """Return the body and where it ends in *buffer*, or None while some of it is missing."""
    if "chunked" in headers.get("transfer-encoding", "").lower():
        return _chunks(buffer, start)
    length = _number(headers.get("content-length", "0"), base=10)
    end = start + length
    return (bytes(buffer[start:end]), end) if len(buffer) >= end else None


def _chunks(buffer: bytearray, start: int) -> tuple[bytes, int] | None:
    body = bytearray()
    while (end := buffer.find(b"\r\n", start)) >= 0:
        size = _number(bytes(buffer[start:end]).partition(b";")[0].decode("latin-1"), base=16)
        after = end + 2 + size + 2
        if len(buffer) < after:
            return None
        body += buffer[end + 2 : after - 2]
        if len(body) > _LARGEST_BODY:
            raise MalformedError(413)
        if not size:
            return bytes(body), after
        start = after
    return None


def _number(text: str, *, base: int) -> int:
    digits = "0123456789abcdef"[:base]
    if not text.strip() or len(text) > 20 or not set(text.strip().lower()) <= set(digits):
        raise MalformedError(400)
    number = int(text, base)
    if number > _LARGEST_BODY:
        raise MalformedError(413)
    return number
