"""Contract files as pytest sees them: a module whose tests are its interactions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from stormproof._decorators import StateError
from stormproof._items import StormproofFile, StormproofItem, item_name
from stormproof._providers import Providers
from stormproof._session import session_of
from stormproof_contracts.errors import ContractsError, DocumentError, MissingExtra, Unreachable
from stormproof_contracts.explain import explain_unreachable, explain_verification
from stormproof_contracts.formats import load_contract
from stormproof_contracts.memory import garbage_collection_paused, keep_forever
from stormproof_contracts.verification import verify


if TYPE_CHECKING:
    from stormproof_contracts.model import Contract, Interaction
    from stormproof_contracts.verification import Verification


# From this many items on, what pytest's own collections at the end of a run would walk is worth sparing.
_MANY = 500


class ContractFile(StormproofFile):
    """A contract file."""

    contract: Contract

    def collect(self) -> list[pytest.Item]:
        """Return one item an interaction; a file that cannot be used is a collection error with every problem."""
        with garbage_collection_paused():
            try:
                self.contract = load_contract(self.path, shown=self.shown, project=self.config.rootpath)
            except DocumentError as error:
                raise self.CollectError(str(error)) from None
            items = [self._item(interaction) for interaction in self.contract.interactions]
        if len(items) >= _MANY:
            keep_forever()
        return items

    def _item(self, interaction: Interaction) -> pytest.Item:
        name = item_name(interaction.title)
        return ContractItem.from_parent(self, name=name, callobj=_verify, interaction=interaction)


class ContractItem(StormproofItem):
    """One interaction, verified against its provider."""

    def __init__(self, *, interaction: Interaction, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.interaction = interaction
        parties = {"consumer": interaction.consumer, "provider": interaction.provider}
        self.add_marker(pytest.mark.contract(**parties, kind=interaction.kind))
        contract = interaction.location.path.name.split(".")[0]
        facts = {"contract": contract, **parties, "interaction": interaction.title, "kind": interaction.kind}
        self.user_properties.extend(facts.items())

    def reportinfo(self) -> tuple[Any, int, str]:
        """Return where the interaction stands, for reports."""
        return self.path, self.interaction.location.line - 1, f"{self.interaction.location.path}: {self.name}"


class ContractBroken(ContractsError):
    """A provider did not keep an interaction."""

    def __init__(self, verification: Verification) -> None:
        self.verification = verification
        super().__init__(explain_verification(verification))


def _verify(request: pytest.FixtureRequest) -> None:
    """Enter the provider states, carry out the interaction, compare."""
    item: ContractItem = request.node
    session = session_of(request)
    interaction = item.interaction
    recorder = session.recorder
    recorder.collected(item.parent.contract)  # type: ignore[union-attr]  # the parent of an item is its file
    try:
        providers = Providers(request, session)
        sender = providers.sender(interaction)
        providers.enter_states(interaction)
        verification = verify(interaction, sender)
    except pytest.skip.Exception as reason:
        recorder.verified(interaction, "skipped", text=str(reason))
        raise
    except (Unreachable, MissingExtra, StateError) as error:
        text = explain_unreachable(interaction, str(error))
        recorder.verified(interaction, "failed", text=text)
        raise ContractsError(text) from None
    if not verification.held:
        broken = ContractBroken(verification)
        recorder.verified(interaction, "failed", seconds=verification.exchange.seconds, text=str(broken))
        raise broken
    recorder.verified(interaction, "verified", seconds=verification.exchange.seconds)
