"""Announces event interactions in place of their producer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stormproof_contracts.protocols.events._message import encode_message


if TYPE_CHECKING:
    from stormproof_contracts.model import Interaction
    from stormproof_contracts.protocols.events._broker import Broker
    from stormproof_contracts.stubbing import Desk


class EventServer:
    """A stub on a broker.

    Args:
        desk: keeps the log.
        broker: where the events are announced.
        owned: whether the broker is closed with the stub.
    """

    def __init__(self, desk: Desk, broker: Broker, *, owned: bool) -> None:
        self._desk = desk
        self._broker = broker
        self._owned = owned

    @property
    def address(self) -> str:
        """The address of the broker that consumers listen to."""
        return self._broker.address

    def announce(self, interaction: Interaction) -> None:
        """Publish the example of *interaction* and log it."""
        self._broker.publish(encode_message(interaction))
        self._desk.note(interaction)

    def close(self) -> None:
        """Close the broker where it is this stub's own."""
        if self._owned:
            self._broker.close()
