"""Reads a fault of a step: ``{latency: orders -> payment, delay: 200ms}`` or ``{latency 200ms: ...}``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stormproof_chaos.errors import InvalidFault
from stormproof_chaos.faults import FAULTS, build, parse_fault
from stormproof_chaos.scenarios._model import FaultOnLink
from stormproof_contracts.errors import did_you_mean


if TYPE_CHECKING:
    from collections.abc import Mapping

    from stormproof_chaos.faults import Fault, Kind
    from stormproof_contracts.documents import Document, Node


_EXAMPLE = "{partition: orders -> inventory}"


def read_fault(document: Document, node: Node) -> FaultOnLink | None:
    """Return the fault that *node* writes and its link; None, with the problems noted, when it writes none."""
    entries = node.value if isinstance(node.value, dict) else {}
    if not entries:
        document.reject(node, f"a fault is written with its link, such as {_EXAMPLE}, not as {node.kind}")
        return None
    key = next((name for name in entries if _kind_name(name) in FAULTS), next(iter(entries)))
    parameters = {name: value for name, value in entries.items() if name != key}
    link = _read_link(document, entries[key], key)
    fault = _read_fault(document, node, key, parameters)
    if fault is None or link is None:
        return None
    return FaultOnLink(fault=fault, link=link, location=document.locate(entries[key]))


def _kind_name(key: str) -> str:
    return re.sub(r"[ -]", "_", key)


def _read_link(document: Document, node: Node, key: str) -> str | None:
    """Return the name of a link with one space on each side of its arrow."""
    if isinstance(node.value, str) and node.value.strip():
        return " -> ".join(part.strip() for part in node.value.split("->"))
    document.reject(node, f"{key!r} names the link it is put on, such as orders -> inventory, not {node.kind}")
    return None


def _read_fault(document: Document, node: Node, key: str, parameters: Mapping[str, Node]) -> Fault | None:
    kind = FAULTS.get(_kind_name(key))
    before = len(document.problems)
    if kind is not None:
        _check_parameters(document, node, kind, parameters)
    if len(document.problems) > before:
        return None
    try:
        if kind is None:
            return _from_text(key, parameters)
        return build(kind.name, {name: str(value.value) for name, value in parameters.items()})
    except InvalidFault as error:
        document.reject(document.locate_key(node, key), str(error))
        return None


def _from_text(key: str, parameters: Mapping[str, Node]) -> Fault:
    """Return the fault that *key* writes with all its values, such as ``latency 200ms``."""
    fault = parse_fault(key)
    if parameters:
        raise InvalidFault(f"{key!r} says its values already; write them there, or {', '.join(parameters)} beside it")
    return fault


def _check_parameters(document: Document, node: Node, kind: Kind, parameters: Mapping[str, Node]) -> None:
    """Note every parameter that *kind* does not have, and every value that cannot be meant, where it stands."""
    known = {parameter.name: parameter.quantity for parameter in kind.parameters}
    for name, value in parameters.items():
        if name not in known:
            hint = did_you_mean(name, known) or " It has no parameters."
            document.reject(document.locate_key(node, name), f"{kind.words} has no {name!r}.{hint}")
        elif isinstance(value.value, (dict, list, bool)) or value.value is None:
            document.reject(value, f"the {name} of {kind.words} is a number with its unit, not {value.kind}")
        else:
            try:
                known[name].accept(str(value.value), f"the {name} of {kind.words}")
            except InvalidFault as error:
                document.reject(value, str(error))
