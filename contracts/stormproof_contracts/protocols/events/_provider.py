"""The producer of events as a provider: what makes it announce each of them, and where it announces."""

from __future__ import annotations

import time
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, cast

from stormproof_contracts.errors import Unreachable, did_you_mean
from stormproof_contracts.protocols._kind import Exchange
from stormproof_contracts.protocols.events._message import Message, decode_message, evidence, message_of


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stormproof_contracts.matching import Value
    from stormproof_contracts.model import Interaction
    from stormproof_contracts.protocols.events._broker import Broker


class MissingTrigger(Unreachable):
    """Nothing is known that makes a provider announce an event."""


class EventSender:
    """Makes a provider announce its events and listens.

    Args:
        triggers: by the title of an interaction, what makes the provider announce it. A trigger that returns a
            `Message`, or a payload as a dict, a list, text or bytes, has announced that; with any other result the
            first message on the channel counts.
        broker: where the provider announces; None where every trigger returns its message.
        timeout: seconds to wait for a message.
        owned: whether the broker is closed with the sender.
    """

    def __init__(
        self,
        triggers: Mapping[str, Callable[[], object]],
        broker: Broker | None,
        *,
        timeout: float,
        owned: bool = False,
    ) -> None:
        self._triggers = triggers
        self._broker = broker
        self._timeout = timeout
        self._owned = owned

    def send(self, interaction: Interaction) -> Exchange:
        """Call the trigger of *interaction* and return the message that came of it.

        Raises:
            MissingTrigger: the provider has no trigger for it.
            Unreachable: nothing came on the channel, or the broker does not answer.
        """
        trigger = self._trigger(interaction)
        channel = interaction.settings["channel"]
        broker = self._broker
        if broker is None:
            message, seconds = _returned(channel, trigger)
        else:
            message, seconds = self._announced(channel, trigger, broker)
        return Exchange(
            request=None, response=decode_message(message), evidence=partial(evidence, message), seconds=seconds
        )

    def close(self) -> None:
        """Close the broker where it is this sender's own."""
        if self._owned and self._broker is not None:
            self._broker.close()

    def _trigger(self, interaction: Interaction) -> Callable[[], object]:
        triggers = self._triggers
        if interaction.title not in triggers:
            hint = did_you_mean(interaction.title, triggers)
            raise MissingTrigger(f"no trigger is given for {interaction.title!r}, so nothing makes it come.{hint}")
        return triggers[interaction.title]

    def _announced(self, channel: str, trigger: Callable[[], object], broker: Broker) -> tuple[Message, float]:
        with closing(broker.subscribe(channel)) as subscription:
            started = time.perf_counter()
            result = trigger()
            message = _message(channel, result) or subscription.receive(self._timeout)
            seconds = time.perf_counter() - started
        if message is None:
            raise Unreachable(
                f"nothing came on {channel!r} of {broker.address} within {self._timeout:g} s\n"
                f"the trigger returned {_shown(result)}"
            )
        return message, seconds


def _returned(channel: str, trigger: Callable[[], object]) -> tuple[Message, float]:
    started = time.perf_counter()
    result = trigger()
    seconds = time.perf_counter() - started
    message = _message(channel, result)
    if message is None:
        raise Unreachable(
            f"the trigger returned {_shown(result)}, and there is no broker to listen to\n"
            "return the message from the trigger, or say where the provider announces"
        )
    return message, seconds


def _message(channel: str, result: object) -> Message | None:
    if isinstance(result, Message):
        if result.channel != channel:
            raise Unreachable(f"the trigger returned a message on {result.channel!r}; the contract says {channel!r}")
        return result
    if isinstance(result, (dict, list, str, bytes)):
        return message_of(channel, cast("Mapping[str, Value]", result))
    return None


def _shown(result: object) -> str:
    return "nothing" if result is None else f"{type(result).__name__}, which is no message"
