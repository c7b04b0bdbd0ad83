"""What a broker must do so that events can be checked over it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from stormproof_contracts.errors import ContractsError


if TYPE_CHECKING:
    from stormproof_contracts.protocols.events._message import Message


class NotDelivered(ContractsError):
    """A broker did not take a message; the text gives its reason."""


class Subscription(Protocol):
    """Every message of one channel from the moment of subscribing on, in the order of the broker."""

    def receive(self, timeout: float) -> Message | None:
        """Return the next message, or None when none comes within *timeout* seconds or the subscription is closed.

        Raises:
            Unreachable: the broker is not there any more.
        """
        ...

    def close(self) -> None:
        """Stop listening; once more is no error."""
        ...


@runtime_checkable
class Broker(Protocol):
    """Carries messages from those who publish on a channel to all who subscribed to it before."""

    @property
    def address(self) -> str:
        """What `open_broker` opens it by, such as ``kafka://127.0.0.1:9092``."""
        ...

    def publish(self, message: Message) -> None:
        """Publish *message* and return once the broker has it.

        Raises:
            NotDelivered: the broker refuses the message.
            Unreachable: the broker does not answer.
        """
        ...

    def subscribe(self, channel: str) -> Subscription:
        """Return a subscription that gets all that is published on *channel* after this returns.

        Raises:
            Unreachable: the broker does not answer, or has no such channel and makes none.
        """
        ...

    def close(self) -> None:
        """End its subscriptions and connections; once more is no error."""
        ...
