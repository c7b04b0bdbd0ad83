"""Reads a gRPC interaction."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from stormproof_contracts.documents import Node
from stormproof_contracts.errors import MissingExtra, did_you_mean
from stormproof_contracts.matching import Literal
from stormproof_contracts.protocols._reading import REQUEST, RESPONSE, Draft, part
from stormproof_contracts.protocols.grpc._check import MessageCheck
from stormproof_contracts.protocols.grpc._compile import ProtoError
from stormproof_contracts.protocols.grpc._metadata import check_metadata, metadata_pattern
from stormproof_contracts.protocols.grpc._patterns import REQUEST_MESSAGE, RESPONSE_MESSAGE
from stormproof_contracts.protocols.grpc._schema import load_schema
from stormproof_contracts.protocols.grpc._status import OK, STATUSES


if TYPE_CHECKING:
    from collections.abc import Callable

    from stormproof_contracts.documents import Document, Fields
    from stormproof_contracts.matching import Pattern
    from stormproof_contracts.model import Part
    from stormproof_contracts.protocols.grpc._schema import Method, Schema


_METHOD = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*/[A-Za-z_]\w*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """The nodes of one interaction, as written."""

    request: Node | None
    metadata: Node | None
    response: Node | None
    status: Node | None
    details: Node | None
    trailers: Node | None


def read_grpc(fields: Fields) -> Draft:
    """Read a gRPC interaction; what is wrong goes to the document.

    Messages are checked against the ``.proto`` only where grpcio-tools is installed, so that a contract can be read
    without it.
    """
    document = fields.document
    name, where = _read_method(fields)
    proto = fields.take("proto", required=True)
    path = document.reference(proto) if proto else None
    written = _Written(
        request=fields.take("request", required=True),
        metadata=fields.take("metadata"),
        response=fields.take("response"),
        status=fields.take("status"),
        details=fields.take("details"),
        trailers=fields.take("trailers"),
    )
    check_metadata(document, written.metadata, "metadata")
    check_metadata(document, written.trailers, "trailers")
    _check_answer(fields, written)
    home = (document.project or document.directory).resolve()
    schema = _load(document, proto, path, home) if proto and path else None
    method = _find(document, where, name, schema, path) if schema and path and name else None
    return Draft(
        request=_request(fields.node, name, written, document, method),
        response=_response(fields.node, written, document, method),
        settings=MappingProxyType({"method": name, "proto": str(path or ""), "home": str(home)}),
    )


def _read_method(fields: Fields) -> tuple[str, Node]:
    """Return the name of the method and where it is written: at ``method``, or as the title."""
    written, title = fields.take("method"), fields.take("grpc")
    node = written or title or fields.node
    if isinstance(node.value, str) and _METHOD.fullmatch(node.value):
        return node.value, node
    if isinstance(node.value, str) and node.value and node is title:
        text = f"the title {node.value!r} is no method, so write one beside it: method: package.Service/Method"
        fields.document.reject(node, text)
    elif node is written:
        shown = repr(node.value) if isinstance(node.value, str) else node.kind
        fields.document.reject(node, f"a method is written as package.Service/Method, got {shown}")
    return "", node


def _check_answer(fields: Fields, written: _Written) -> None:
    document, status = fields.document, written.status
    names = _status_names(status)
    for node in names:
        _check_status(document, node)
    may_be_ok = not names or any(node.tag is not None or node.value == OK for node in names)
    if written.response is None and status is None:
        document.reject(fields.node, f"{fields.owner} has no 'response', which is required unless 'status' is written")
    if written.response is not None and not may_be_ok:
        document.reject(written.response, f"a response comes only with status {OK}; leave it out, or the status")
    details = written.details
    if details is None:
        return
    if all(node.value == OK for node in names):
        document.reject(
            details, f"details come only with a status other than {OK}; write the status, such as NOT_FOUND"
        )
    if details.tag is None and not isinstance(details.value, str):
        document.reject(details, f"expected text for 'details' of {fields.owner}, got {details.kind}")


def _status_names(node: Node | None) -> list[Node]:
    if node is None:
        return []
    return node.value if node.tag == "any" and isinstance(node.value, list) else [node]


def _check_status(document: Document, node: Node) -> None:
    if node.tag not in (None, "like", "equal") or node.value in STATUSES:
        return
    value = node.value
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(STATUSES):
        hint = f" Did you mean {STATUSES[value]!r}?"
    else:
        hint = did_you_mean(str(value).upper(), STATUSES)
    document.reject(node, f"{value if isinstance(value, (str, int)) else node.kind!r} is no status of gRPC.{hint}")


def _load(document: Document, proto: Node, path: Path, home: Path) -> Schema | None:
    try:
        return load_schema(path, home)
    except MissingExtra:
        return None
    except ProtoError as error:
        for problem in error.problems:
            location = problem.location
            shown = _shown(location.path, document)
            at = f"{shown}:{location.line}:{location.column}" if location.line else str(shown)
            document.reject(proto, f"{path.name} cannot be compiled: {at}: {problem.text}")
        return None


def _shown(path: Path, document: Document) -> Path:
    """Return *path* as seen from where the contract's own path is seen from."""
    beside = os.path.relpath(path, document.directory.resolve())
    return Path(os.path.normpath(document.path.parent / beside))


def _find(document: Document, node: Node, name: str, schema: Schema, path: Path) -> Method | None:
    method = schema.methods.get(name)
    if method is None:
        service = name.partition("/")[0]
        if service in schema.services:
            known = [full.partition("/")[2] for full in schema.methods if full.startswith(f"{service}/")]
            hint = did_you_mean(name.partition("/")[2], known)
            document.reject(node, f"{service} has no method {name.partition('/')[2]!r}.{hint}")
        else:
            document.reject(node, f"{path.name} has no service {service!r}.{did_you_mean(service, schema.services)}")
        return None
    if method.streams:
        document.reject(node, f"{name} streams; streaming calls are not supported yet")
        return None
    return method


def _request(node: Node, name: str, written: _Written, document: Document, method: Method | None) -> Part | None:
    request = written.request
    if request is None:
        return None
    if method is not None:
        request = MessageCheck(document).message(request, method.request)
    entries: dict[str, Callable[[], Pattern]] = {"method": partial(Literal, name, node.line, node.column)}
    if written.metadata is not None:
        entries["metadata"] = partial(metadata_pattern, written.metadata, REQUEST)
    entries["message"] = partial(REQUEST_MESSAGE.pattern, request)
    return part(entries, node=node)


def _response(node: Node, written: _Written, document: Document, method: Method | None) -> Part:
    status = written.status or Node(OK, None, node.line, node.column)
    entries: dict[str, Callable[[], Pattern]] = {"status": partial(RESPONSE.pattern, status)}
    if written.response is not None:
        response = written.response
        if method is not None:
            response = MessageCheck(document).message(response, method.response)
        entries["message"] = partial(RESPONSE_MESSAGE.pattern, response)
    if written.details is not None:
        entries["details"] = partial(RESPONSE.pattern, written.details)
    if written.trailers is not None:
        entries["trailers"] = partial(metadata_pattern, written.trailers, RESPONSE)
    # An answer has a message exactly when its status is OK, so the status alone tells that it is missing.
    return part(entries, optional=frozenset(("message",)), node=node)
