"""Reads the steps of a chaos file: how long, with which faults, and what must hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stormproof_chaos.observe import EXPECTATIONS, STEADY_EXPECTATIONS, read_expectation, read_steady
from stormproof_chaos.scenarios._model import Step
from stormproof_chaos.scenarios._read_faults import read_fault
from stormproof_chaos.scenarios._read_load import positive_duration
from stormproof_contracts.documents import Fields
from stormproof_contracts.errors import did_you_mean


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeVar

    from stormproof_chaos.observe._expectation import Expectation, SteadyExpectation
    from stormproof_chaos.scenarios._model import FaultOnLink
    from stormproof_contracts.documents import Document, Node
    from stormproof_contracts.errors import Location

    Promise = TypeVar("Promise", bound=Expectation)


def read_step(document: Document, node: Node, number: int) -> Step | None:
    """Return step *number*, counted from 1; None, with its problems noted, when it has no length."""
    fields = Fields(document, node, f"step {number}")
    seconds = fields.parsed("for", positive_duration, required=True)
    faults = _read_faults(document, fields.items("faults"))
    expectations = _read_promises(fields.mapping("expect"), EXPECTATIONS, read_expectation)
    fields.done()
    if seconds is None:
        return None
    return Step(seconds=seconds, faults=faults, expectations=expectations, location=document.locate(node))


def read_steady_state(fields: Fields) -> tuple[SteadyExpectation, ...]:
    """Return what the entry ``steady`` of *fields* promises."""
    return _read_promises(fields.mapping("steady"), STEADY_EXPECTATIONS, read_steady)


def _read_faults(document: Document, nodes: list[Node]) -> tuple[FaultOnLink, ...]:
    faults: list[FaultOnLink] = []
    for node in nodes:
        fault = read_fault(document, node)
        if fault is not None and fault in faults:
            document.reject(node, f"{fault} is in this step already")
        elif fault is not None:
            faults.append(fault)
    return tuple(faults)


def _read_promises(
    fields: Fields | None, known: Mapping[str, object], read: Callable[[str, str, Location], Promise]
) -> tuple[Promise, ...]:
    promises: list[Promise] = []
    for name, node in fields or ():
        document, where = fields.document, fields.key_location(name)  # type: ignore[union-attr]  # it has entries
        if name not in known and name not in EXPECTATIONS:
            document.reject(where, f"no expectation is called {name!r}.{did_you_mean(name, known)}")
        elif isinstance(node.value, (dict, list, bool)) or node.value is None:
            document.reject(node, f"expected a limit for {name!r}, such as '>= 99%' or 300ms, got {node.kind}")
        else:
            try:
                promises.append(read(name, str(node.value), where))
            except ValueError as error:
                document.reject(node, f"{name!r}: {error}")
    return tuple(promises)
