"""Events as a kind of interaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from stormproof_contracts.protocols._kind import Announcer
from stormproof_contracts.protocols.events._broker import Broker
from stormproof_contracts.protocols.events._memory import MemoryBroker
from stormproof_contracts.protocols.events._open import open_broker
from stormproof_contracts.protocols.events._provider import EventSender
from stormproof_contracts.protocols.events._read import read_event
from stormproof_contracts.protocols.events._server import EventServer


if TYPE_CHECKING:
    from stormproof_contracts.documents import Fields
    from stormproof_contracts.matching import Value
    from stormproof_contracts.model import Interaction
    from stormproof_contracts.protocols._kind import Sender, Server
    from stormproof_contracts.protocols._reading import Draft
    from stormproof_contracts.stubbing import Desk


class EventKind:
    """One message on a channel. A provider is an `Announcer`."""

    name: Final = "event"
    document_part: Final = "payload"

    def read(self, fields: Fields) -> Draft:
        """Read ``channel``, ``key``, ``headers`` and ``payload``."""
        return read_event(fields)

    def summary(self, interaction: Interaction) -> str:
        """Return the channel that the event is announced on."""
        return f"an event on {interaction.settings['channel']}"

    def summary_of(self, request: Value) -> str:  # noqa: ARG002 - an event has no request; the signature is the kind's
        """Return that a consumer of events asks for nothing."""
        return "an event"

    def connect(self, provider: object, *, timeout: float) -> Sender:
        """Return a sender to an `Announcer`; an address it names is opened, and closed with the sender."""
        if isinstance(provider, Announcer) and isinstance(provider.at, str):
            return EventSender(provider.triggers, open_broker(provider.at), timeout=timeout, owned=True)
        if isinstance(provider, Announcer) and (provider.at is None or isinstance(provider.at, Broker)):
            return EventSender(provider.triggers, provider.at, timeout=timeout)
        raise TypeError(
            f"an event provider is Announcer(triggers={{title: function}}, at=broker), not {type(provider).__name__}"
        )

    def serve(self, desk: Desk, at: object = None) -> Server:
        """Serve at a broker, at the address of one, or by default at one of its own in memory."""
        if at is None:
            return EventServer(desk, MemoryBroker(), owned=True)
        if isinstance(at, str):
            return EventServer(desk, open_broker(at), owned=True)
        if isinstance(at, Broker):
            return EventServer(desk, at, owned=False)
        raise TypeError(f"an event stub is served at a broker or its address, kafka://host:port, not {at!r}")


EVENT: Final = EventKind()
