"""Brokers by their address; a new one is a file and a line here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from stormproof_contracts.errors import did_you_mean
from stormproof_contracts.protocols.events._kafka import KafkaBroker
from stormproof_contracts.protocols.events._memory import MemoryBroker


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stormproof_contracts.protocols.events._broker import Broker


BROKERS: Final[Mapping[str, Callable[[str], Broker]]] = {
    "kafka": KafkaBroker,
    "memory": MemoryBroker,
}


def open_broker(address: str) -> Broker:
    """Return the broker at *address*: ``kafka://host:port`` or ``memory://name``.

    Raises:
        ValueError: there is no such kind of broker, or the address is incomplete.
        MissingExtra: its client is not installed.
    """
    scheme, separator, rest = address.partition("://")
    if not separator or not rest:
        raise ValueError(f"{address!r} is no address of a broker: write kafka://host:port or memory://name")
    if scheme not in BROKERS:
        raise ValueError(f"{address!r} is no broker that is known here.{did_you_mean(scheme, BROKERS)}")
    return BROKERS[scheme](rest.rstrip("/"))
