"""Event interactions: what a producer announces on a channel of a broker."""

from stormproof_contracts.protocols.events._broker import Broker, NotDelivered, Subscription
from stormproof_contracts.protocols.events._kafka import KafkaBroker
from stormproof_contracts.protocols.events._kind import EVENT
from stormproof_contracts.protocols.events._memory import MemoryBroker
from stormproof_contracts.protocols.events._message import Message, decode_message, encode_message
from stormproof_contracts.protocols.events._open import BROKERS, open_broker
from stormproof_contracts.protocols.events._provider import MissingTrigger


__all__ = [
    "BROKERS",
    "EVENT",
    "Broker",
    "KafkaBroker",
    "MemoryBroker",
    "Message",
    "MissingTrigger",
    "NotDelivered",
    "Subscription",
    "decode_message",
    "encode_message",
    "open_broker",
]
