"""Contracts as stormproof writes them: YAML that reads like the exchange it describes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from stormproof_contracts.documents import Fields, read_document
from stormproof_contracts.errors import did_you_mean
from stormproof_contracts.matching._build import check_tags
from stormproof_contracts.model import Contract, Interaction, ProviderState
from stormproof_contracts.protocols import KINDS, kind_of


if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from stormproof_contracts.documents import Document, Node
    from stormproof_contracts.matching import Value


def read_native(path: Path, shown: Path, project: Path | None) -> Contract:
    """Read a ``*.contract.yaml`` file; messages call it *shown*.

    Raises:
        DocumentError: with every problem of the file.
    """
    document = read_document(path)
    document.path, document.project = shown, project
    fields = Fields(document, document.root, "a contract")
    consumer = fields.text("consumer", required=True)
    provider = fields.text("provider", required=True)
    nodes = fields.items("interactions", required=True)
    fields.done()
    parties = _Parties(document, consumer or "", provider or "")
    interactions = [interaction for node in nodes if (interaction := parties.interaction(node))]
    _reject_repeated_titles(document, interactions)
    if not nodes and "interactions" in fields:
        document.reject(document.root, "a contract needs at least one interaction")
    check_tags(document)
    document.raise_problems()
    return Contract(path=shown, consumer=parties.consumer, provider=parties.provider, interactions=tuple(interactions))


@dataclass(frozen=True, slots=True)
class _Parties:
    """Reads the interactions between one consumer and one provider."""

    document: Document
    consumer: str
    provider: str

    def interaction(self, node: Node) -> Interaction | None:
        """Return the interaction that *node* writes, or None when it cannot be told what it is."""
        fields = Fields(self.document, node, "an interaction")
        kind_name = next((name for name in KINDS if name in fields), None)
        if kind_name is None:
            self._reject_unknown_kind(node)
            return None
        title = fields.text(kind_name, required=True)
        fields.owner = f"{title!r}" if title else "an interaction"
        states = _read_states(fields)
        draft = kind_of(kind_name).read(fields)
        fields.done()
        return Interaction(
            kind=kind_name,
            title=title or "",
            location=self.document.locate(node),
            consumer=self.consumer,
            provider=self.provider,
            states=states,
            request=draft.request,
            response=draft.response,
            settings=draft.settings,
        )

    def _reject_unknown_kind(self, node: Node) -> None:
        if not isinstance(node.value, dict):
            return  # Fields has said so
        first = next(iter(node.value), "")
        where = self.document.locate_key(node, first) if first else self.document.locate(node)
        hint = did_you_mean(first, KINDS)
        self.document.reject(where, f"an interaction starts with its kind: {', '.join(KINDS)}; got {first!r}.{hint}")


def _read_states(fields: Fields) -> tuple[ProviderState, ...]:
    """Read ``given``: a name, a mapping of names to parameters, or a list of either."""
    node = fields.take("given")
    if node is None:
        return ()
    nodes = node.value if isinstance(node.value, list) else [node]
    return tuple(state for child in nodes for state in _states_of(fields.document, child))


def _states_of(document: Document, node: Node) -> list[ProviderState]:
    if isinstance(node.value, str):
        return [ProviderState(node.value)]
    if not isinstance(node.value, dict):
        document.reject(node, f"a provider state is a name, or a name with its parameters, not {node.kind}")
        return []
    states: list[ProviderState] = []
    for name, parameters in node.value.items():
        if isinstance(parameters.value, dict):
            states.append(ProviderState(name, cast("Mapping[str, Value]", parameters.plain())))
        elif parameters.value is None:
            states.append(ProviderState(name))
        else:
            document.reject(parameters, f"the parameters of state {name!r} are a mapping, not {parameters.kind}")
    return states


def _reject_repeated_titles(document: Document, interactions: list[Interaction]) -> None:
    seen: dict[str, int] = {}
    for interaction in interactions:
        first = seen.setdefault(interaction.title, interaction.location.line)
        if first != interaction.location.line:
            text = (
                f"{interaction.title!r} is described already on line {first}; each interaction needs a title of its own"
            )
            document.reject(interaction.location, text)
