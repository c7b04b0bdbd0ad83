"""Reads the request and response of an HTTP interaction."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote

from stormproof_contracts.documents import Fields, Node
from stormproof_contracts.errors import did_you_mean
from stormproof_contracts.matching import Array, Literal, Object
from stormproof_contracts.matching._build import PatternBuilder, key_name, optional_name
from stormproof_contracts.matching._text import TextForm
from stormproof_contracts.protocols._reading import REQUEST, RESPONSE, Draft, part
from stormproof_contracts.protocols.http._media import MediaType


if TYPE_CHECKING:
    from collections.abc import Callable

    from stormproof_contracts.matching import Pattern
    from stormproof_contracts.model import Part


METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 5.6.2


def read_http(fields: Fields) -> Draft:
    """Read an HTTP interaction; what is wrong goes to the document."""
    request, response = fields.take("request", required=True), fields.take("response", required=True)
    request_fields = Fields(fields.document, request or _empty(fields), "the request")
    response_fields = Fields(fields.document, response or _empty(fields), "the response")
    return Draft(
        request=_read_request(request_fields) if request else None,
        response=_read_response(response_fields) if response else part({}, node=fields.node),
    )


def _empty(fields: Fields) -> Node:
    return Node({}, None, fields.node.line, fields.node.column, [])


def _read_request(fields: Fields) -> Part:
    method = _read_method(fields)
    path, inline_query = _read_path(fields)
    query, headers, body = fields.take("query"), fields.take("headers"), fields.take("body")
    fields.done()
    _check_names(fields, headers)
    if query is not None and inline_query:
        fields.document.reject(query, "the path has a query already; write it in one of the two places")
    entries: dict[str, Callable[[], Pattern]] = {
        "method": partial(Literal, method, fields.node.line, fields.node.column),
        "path": path,
        "query": partial(_query_pattern, query, inline_query),
    }
    if headers is not None:
        entries["headers"] = partial(header_patterns, headers, REQUEST)
    if body is not None:
        entries["body"] = partial(REQUEST.pattern, body)
    return part(entries, node=fields.node)


def _read_response(fields: Fields) -> Part:
    status, headers, body = fields.take("status", required=True), fields.take("headers"), fields.take("body")
    fields.done()
    _check_names(fields, headers)
    entries: dict[str, Callable[[], Pattern]] = {}
    if status is not None:
        _check_status(fields, status)
        entries["status"] = partial(RESPONSE.pattern, status)
    if headers is not None:
        entries["headers"] = partial(header_patterns, headers, RESPONSE)
    if body is not None:
        entries["body"] = partial(RESPONSE.pattern, body)
    return part(entries, node=fields.node)


def _read_method(fields: Fields) -> str:
    method = fields.text("method") or "GET"
    if method not in METHODS:
        node = fields.take("method") or fields.node
        hint = f" Did you mean {method.upper()!r}?" if method.upper() in METHODS else did_you_mean(method, METHODS)
        fields.document.reject(node, f"{method!r} is no HTTP method.{hint}")
    return method


def _read_path(fields: Fields) -> tuple[Callable[[], Pattern], list[tuple[str, str]]]:
    node = fields.take("path", required=True)
    if node is None or node.tag is not None:
        return partial(REQUEST.pattern, node or fields.node), []
    if not isinstance(node.value, str) or not node.value.startswith("/"):
        shown = node.value if isinstance(node.value, str) else node.kind
        fields.document.reject(node, f"a path starts with /, got {shown!r}")
        return partial(Literal, "/"), []
    path, _, query = node.value.partition("?")
    return partial(Literal, unquote(path), node.line, node.column), parse_qsl(query, keep_blank_values=True)


def _check_status(fields: Fields, node: Node) -> None:
    value = node.value
    if node.tag is None and not (isinstance(value, int) and not isinstance(value, bool) and 100 <= value <= 599):
        fields.document.reject(node, f"a status is a number from 100 to 599, got {value or node.kind!r}")


def _check_names(fields: Fields, node: Node | None) -> None:
    if node is None:
        return
    if not isinstance(node.value, dict):
        fields.document.reject(node, f"headers are a mapping of names to values, not {node.kind}")
        return
    for name in node.value:
        if not _TOKEN.fullmatch(key_name(name)):
            fields.document.reject(fields.document.locate_key(node, name), f"{name!r} cannot be the name of a header")


def _query_pattern(node: Node | None, inline: list[tuple[str, str]]) -> Object:
    """Return the pattern of a query: a list of values for each name, and no other names."""
    if node is None or not isinstance(node.value, dict):
        names = {name: [value for key, value in inline if key == name] for name, _ in inline}
        return Object({name: Array(tuple(map(Literal, values))) for name, values in names.items()}, closed=True)
    return Object(
        {key_name(key): _query_values(child) for key, child in node.value.items()},
        frozenset(name for key in node.value if (name := optional_name(key))),
        closed=True,
        line=node.line,
        column=node.column,
    )


def _query_values(node: Node) -> Pattern:
    if node.tag == "each":
        return REQUEST.pattern(node)
    children = node.value if isinstance(node.value, list) and node.tag is None else [node]
    return Array(tuple(TextForm(REQUEST.pattern(child)) for child in children), node.line, node.column)


def header_patterns(node: Node, builder: PatternBuilder) -> Object:
    """Return the pattern of headers: names in lower case, other headers let through."""
    entries = node.value if isinstance(node.value, dict) else {}
    return Object(
        {
            key_name(key).lower(): _header_pattern(key_name(key).lower(), child, builder)
            for key, child in entries.items()
        },
        frozenset(name.lower() for key in entries if (name := optional_name(key))),
        line=node.line,
        column=node.column,
    )


def _header_pattern(name: str, node: Node, builder: PatternBuilder) -> Pattern:
    if name in ("content-type", "accept") and node.tag is None and isinstance(node.value, str):
        return MediaType(node.value, node.line, node.column)
    return TextForm(builder.pattern(node))
