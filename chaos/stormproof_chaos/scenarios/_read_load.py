"""Reads the load of a chaos file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from stormproof_chaos.scenarios._model import DEFAULT_TIMEOUT, Json, Load
from stormproof_contracts.errors import did_you_mean
from stormproof_contracts.units import parse_duration, parse_rate


if TYPE_CHECKING:
    from stormproof_contracts.documents import Document, Fields, Node


_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_EXAMPLE = "POST {orders}/orders"
_TARGET = re.compile(r"\{([^{}]+)\}((?:[/?][^{}]*)?)|(https?://[^{}\s]+)")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 5.6.2


def read_load(fields: Fields) -> Load | None:
    """Return the load that *fields* write; None, with its problems noted, when it cannot be made."""
    call = fields.take("call", required=True)
    method, service, target = _read_call(fields, call)
    rate = fields.parsed("rate", parse_rate, required=True)
    timeout = fields.parsed("timeout", positive_duration)
    headers, body, success = _read_headers(fields), fields.take("body"), _read_success(fields)
    fields.done()
    if call is None or not target or rate is None:
        return None
    return Load(
        method=method,
        service=service,
        target=target,
        rate=rate,
        timeout=timeout or DEFAULT_TIMEOUT,
        headers=headers,
        body=cast("Json", body.plain()) if body else None,
        success=success,
        location=fields.document.locate(call),
    )


def positive_duration(text: str) -> float:
    """Return the seconds that *text* says, more than none.

    Raises:
        ValueError: the text is no duration, or one of zero.
    """
    seconds = parse_duration(text)
    if seconds <= 0:
        raise ValueError(f"{text!r} is no time at all; write one above zero, such as 600ms or 2s")
    return seconds


def _read_call(fields: Fields, node: Node | None) -> tuple[str, str, str]:
    """Return method, service and target; empty ones, with the problem noted, where the text writes none."""
    if node is None:
        return "", "", ""
    reject = fields.document.reject
    if not isinstance(node.value, str):
        hint = "; put it in quotes" if isinstance(node.value, dict) else ""
        reject(node, f"a call is text such as {_EXAMPLE!r}, not {node.kind}{hint}")
        return "", "", ""
    method, _, target = node.value.strip().partition(" ")
    if not target:
        reject(node, f"a call is a method and a URL, such as {_EXAMPLE!r}, got {node.value!r}")
        return "", "", ""
    if method not in _METHODS:
        hint = f" Did you mean {method.upper()!r}?" if method.upper() in _METHODS else did_you_mean(method, _METHODS)
        reject(node, f"{method!r} is no HTTP method.{hint}")
    return method, *_read_target(fields.document, node, target.strip())


def _read_target(document: Document, node: Node, target: str) -> tuple[str, str]:
    match = _TARGET.fullmatch(target)
    if match is None or re.search(r"\s", target):
        text = f"{target!r} is no target: write the service in braces and then the path, such as {{orders}}/orders"
        document.reject(node, f"{text}, or a whole URL without braces")
        return "", ""
    service, rest, url = match.groups(default="")
    return (service.strip(), rest or "/") if service else ("", url)


def _read_headers(fields: Fields) -> dict[str, str]:
    inner = fields.mapping("headers")
    headers: dict[str, str] = {}
    for name, node in inner or ():
        if not _TOKEN.fullmatch(name):
            fields.document.reject(fields.document.locate_key(cast("Fields", inner).node, name), _no_header(name))
        elif isinstance(node.value, (dict, list, bool)) or node.value is None or "\n" in str(node.value):
            fields.document.reject(node, f"the header {name!r} is one line of text, not {node.kind}")
        else:
            headers[name] = str(node.value)
    return headers


def _no_header(name: str) -> str:
    return f"{name!r} cannot be the name of a header"


def _read_success(fields: Fields) -> frozenset[int]:
    inner = fields.mapping("success")
    if inner is None:
        return frozenset()
    node = inner.take("status", required=True)
    inner.done()
    if node is None:
        return frozenset()
    statuses = node.value if isinstance(node.value, list) else [node]
    return frozenset(status for child in statuses if (status := _read_status(fields.document, child)))


def _read_status(document: Document, node: Node) -> int | None:
    value = node.value
    if isinstance(value, int) and not isinstance(value, bool) and 100 <= value <= 599:
        return value
    document.reject(node, f"a status is a number from 100 to 599, got {value if isinstance(value, int) else node.kind}")
    return None
