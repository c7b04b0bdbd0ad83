"""Finds the provider of an interaction: an option, a function of the project, or a service of the topology."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from stormproof._decorators import (
    KNOWN_PROVIDERS,
    KNOWN_STATES,
    KNOWN_TRIGGERS,
    StateError,
    provider_fixture,
    state_fixture,
    trigger_fixture,
)
from stormproof._missing import MissingPart
from stormproof_contracts.errors import MissingExtra, Unreachable, did_you_mean
from stormproof_contracts.protocols import Announcer, kind_of


if TYPE_CHECKING:
    from collections.abc import Callable

    from stormproof._decorators import Enter
    from stormproof._session import Session
    from stormproof_contracts.model import Interaction, ProviderState
    from stormproof_contracts.protocols import Sender


class Providers:
    """What one contract item needs of the project that it runs in."""

    def __init__(self, request: pytest.FixtureRequest, session: Session) -> None:
        self._request = request
        self._session = session

    def sender(self, interaction: Interaction) -> Sender:
        """Return a sender to the provider of *interaction*; one is kept for each provider and kind.

        Raises:
            MissingPart: nothing here says where the provider is, or an extra is not installed.
        """
        try:
            kind = kind_of(interaction.kind)
            if interaction.request is None:
                sender = kind.connect(self._announcer(interaction), timeout=self._session.timeout)
                self._request.addfinalizer(sender.close)
                return sender
            provider = self._provider(interaction)
            return self._session.sender(kind, provider)
        except MissingExtra as error:
            raise MissingPart(str(error)) from None
        except TypeError as error:
            raise Unreachable(f"provider {interaction.provider!r} cannot be used: {error}") from None

    def enter_states(self, interaction: Interaction) -> None:
        """Make every provider state of *interaction* true; the fixtures undo them when the item ends.

        Raises:
            StateError: a state is not defined, or not with these parameters.
        """
        for state in interaction.states:
            enter: Enter | None = self._fixture(state_fixture(state.name))
            if enter is None:
                raise StateError(_undefined(state))
            enter(state.parameters)

    def _provider(self, interaction: Interaction) -> object:
        name = interaction.provider
        if name in self._session.named_providers:
            return self._session.named_providers[name]
        provider = self._fixture(provider_fixture(name))
        if provider is not None:
            return provider
        topology = self._session.topology_for(name)
        if topology is not None:
            return topology.provider(name)
        hint = did_you_mean(name, KNOWN_PROVIDERS)
        raise MissingPart(
            f"no provider {name!r} is known here.{hint} Say where it is with a function in conftest.py marked "
            f"@stormproof.provider({name!r}), with a service in stormproof.yaml, or with "
            f"--stormproof-provider {name}=http://127.0.0.1:8000"
        )

    def _announcer(self, interaction: Interaction) -> Announcer:
        title = interaction.title
        trigger: Callable[[], object] | None = self._fixture(trigger_fixture(title))
        if trigger is None:
            hint = did_you_mean(title, KNOWN_TRIGGERS)
            raise MissingPart(
                f"nothing here makes {interaction.provider!r} announce {title!r}.{hint} Write a function in "
                f"conftest.py marked @stormproof.trigger({title!r}) that returns the message, or makes the provider "
                "publish it"
            )
        return Announcer({title: trigger}, self._session.broker_for(interaction.provider))

    def _fixture(self, name: str) -> Any:
        """Return the value of the fixture called *name*, or None where there is none."""
        try:
            return self._request.getfixturevalue(name)
        except pytest.FixtureLookupError as error:
            if error.argname != name:
                raise
            return None


def _undefined(state: ProviderState) -> str:
    parameters = ", ".join(state.parameters)
    function = "".join(character if character.isalnum() else "_" for character in state.name.lower())
    hint = did_you_mean(state.name, KNOWN_STATES)
    return (
        f"no provider state {state.name!r} is defined.{hint} Write in conftest.py:\n\n"
        f"@stormproof.state({state.name!r})\ndef {function}({parameters}):\n    ..."
    )
