"""Reads a chaos file (``*.chaos.yaml``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stormproof_chaos.scenarios._impossible import find_impossible
from stormproof_chaos.scenarios._model import Scenario
from stormproof_chaos.scenarios._read_load import read_load
from stormproof_chaos.scenarios._read_steps import read_steady_state, read_step
from stormproof_contracts.documents import Fields, read_document
from stormproof_contracts.errors import DocumentError


if TYPE_CHECKING:
    from pathlib import Path

    from stormproof_chaos.scenarios._model import Load, Step
    from stormproof_contracts.documents import Document


def read_scenario(path: Path, *, shown: Path | None = None) -> Scenario:
    """Read the chaos file at *path*; messages call it *shown*.

    Raises:
        DocumentError: with every problem of the file, and of a timeline that no run could judge.
    """
    document = read_document(path)
    document.path = shown or path
    fields = Fields(document, document.root, "a chaos file")
    title = fields.text("scenario", required=True)
    load = _read_load(fields)
    steady = read_steady_state(fields)
    steps = _read_steps(fields)
    fields.done()
    _reject_tags(document)
    document.problems += find_impossible(document.locate(document.root), steps, steady, load)
    document.raise_problems()
    if title is None or load is None:  # each has been noted as a problem
        raise DocumentError(document.problems)
    return Scenario(title=title, load=load, steady=steady, steps=steps, location=document.locate(document.root))


def _read_load(fields: Fields) -> Load | None:
    if "load" not in fields:
        fields.take("load", required=True)
        return None
    inner = fields.mapping("load")
    return read_load(inner) if inner else None


def _read_steps(fields: Fields) -> tuple[Step, ...]:
    """Return the steps; none when one of them cannot be read, since then the times of the others mean nothing."""
    nodes = fields.items("steps", required=True)
    steps = [read_step(fields.document, node, number) for number, node in enumerate(nodes, 1)]
    if not nodes and "steps" in fields:
        fields.document.reject(fields.key_location("steps"), "a scenario needs at least one step, such as {for: 3s}")
    read = tuple(step for step in steps if step is not None)
    return read if len(read) == len(steps) else ()


def _reject_tags(document: Document) -> None:
    for node in document.tagged:
        document.reject(node, f"tag !{node.tag} means nothing in a chaos file; matchers belong to contracts")
