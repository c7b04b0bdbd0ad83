"""What a kind of interaction must do: read itself, send itself to a provider, and serve itself to a consumer.

file ──read──▶ Interaction ──Sender──▶ Exchange ──compare──▶ [Mismatch]      (verification)
                    │
                    └──────Server◀── request ── Desk ──▶ response            (stub)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stormproof_contracts.documents import Fields
    from stormproof_contracts.matching import Value
    from stormproof_contracts.model import Interaction
    from stormproof_contracts.protocols._reading import Draft
    from stormproof_contracts.stubbing import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What really crossed between a consumer and a provider, decoded to plain data.

    Attributes:
        request: what was sent, in the shape of the interaction's request.
        response: what came back, in the shape of the interaction's response.
        evidence: gives lines for a person, as (label, text): the request line with a ready command, the status. Called
            only where it is shown, since most exchanges hold.
        seconds: from the first byte sent to the last received.
    """

    request: Value
    response: Value
    evidence: Callable[[], tuple[tuple[str, str], ...]] = tuple
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Announcer:
    """A provider that sends of its own accord, as events do.

    Attributes:
        triggers: by title of the interaction, what makes the provider announce it. A trigger returns the message, or
            None after it made the provider publish.
        at: where announcements are heard when a trigger returns None: a broker, or its address.
    """

    triggers: Mapping[str, Callable[[], object]]
    at: object = None


class Sender(Protocol):
    """Plays the consumer towards one running provider."""

    def send(self, interaction: Interaction) -> Exchange:
        """Carry out *interaction* with its example values and return what came.

        Raises:
            Unreachable: the provider does not answer at all.
        """
        ...

    def close(self) -> None:
        """End connections and what was started for this provider."""
        ...


class Server(Protocol):
    """Plays the provider towards any number of consumers."""

    @property
    def address(self) -> str:
        """Where consumers reach it: a URL, or host:port."""
        ...

    def announce(self, interaction: Interaction) -> None:
        """Send what the provider sends of its own accord, such as an event.

        Raises:
            ValueError: interactions of this kind are answered, not announced.
        """
        ...

    def close(self) -> None:
        """Stop serving and free the port."""
        ...


class Kind(Protocol):
    """A kind of interaction."""

    @property
    def name(self) -> str:
        """The key that starts an interaction of this kind in a contract file."""
        ...

    @property
    def document_part(self) -> str:
        """The part that messages call ``$``: ``body``, ``message``, ``payload``."""
        ...

    def read(self, fields: Fields) -> Draft:
        """Read what belongs to this kind from an interaction's fields; problems go to the document."""
        ...

    def summary(self, interaction: Interaction) -> str:
        """Return what the contract describes in one line, such as ``GET /items/A1``."""
        ...

    def summary_of(self, request: Value) -> str:
        """Return a request that came in one line."""
        ...

    def connect(self, provider: object, *, timeout: float) -> Sender:
        """Return a sender to *provider*: a URL, an address, an application or a function, as the kind allows.

        Args:
            provider: what the user gave as the provider.
            timeout: seconds after which an unanswered exchange is given up.

        Raises:
            TypeError: this kind cannot talk to such a provider; the text says what it can.
            MissingExtra: an optional dependency is needed.
        """
        ...

    def serve(self, desk: Desk, at: object = None) -> Server:
        """Serve the desk's interactions on loopback.

        Args:
            desk: answers requests and keeps the log.
            at: where to serve instead of a fresh port, as the kind allows: a broker for events.
        """
        ...
