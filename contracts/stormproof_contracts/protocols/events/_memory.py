"""A broker inside this process."""

from __future__ import annotations

import secrets
import threading
import time
from collections import deque
from typing import TYPE_CHECKING
from weakref import WeakSet, WeakValueDictionary

from stormproof_contracts.errors import Unreachable


if TYPE_CHECKING:
    from stormproof_contracts.protocols.events._message import Message


class MemoryBroker:
    """Carries messages between the threads of this process. Safe to use from several threads.

    Args:
        name: brokers of one name carry each other's messages, so that an address can be handed on; a broker without
            one stands alone.
    """

    def __init__(self, name: str = "") -> None:
        self._name = name or secrets.token_hex(4)
        self._exchange = _exchange(self._name)
        self._subscriptions: WeakSet[MemorySubscription] = WeakSet()
        self._closed = False

    @property
    def address(self) -> str:
        """``memory://name``."""
        return f"memory://{self._name}"

    def publish(self, message: Message) -> None:
        """Hand *message* to all who subscribed to its channel before."""
        self._check_open()
        self._exchange.publish(message)

    def subscribe(self, channel: str) -> MemorySubscription:
        """Return a subscription to *channel*."""
        self._check_open()
        subscription = MemorySubscription(channel, self._exchange)
        self._subscriptions.add(subscription)
        return subscription

    def close(self) -> None:
        """End the subscriptions that were made here."""
        self._closed = True
        for subscription in list(self._subscriptions):
            subscription.close()

    def _check_open(self) -> None:
        if self._closed:
            raise Unreachable(f"{self.address} is closed")


class MemorySubscription:
    """The messages of one channel that were not received yet."""

    def __init__(self, channel: str, exchange: _Exchange) -> None:
        self.channel = channel
        self._exchange = exchange
        self._waiting: deque[Message] = deque()
        self._arrival = threading.Condition()
        self._closed = False
        exchange.add(self)

    def receive(self, timeout: float) -> Message | None:
        """Return the next message, or None when there is none within *timeout* seconds."""
        deadline = time.monotonic() + timeout
        with self._arrival:
            while not self._waiting and not self._closed:
                if not self._arrival.wait(deadline - time.monotonic()):
                    return None
            return None if self._closed else self._waiting.popleft()

    def deliver(self, message: Message) -> None:
        """Add *message* to those that wait to be received."""
        with self._arrival:
            self._waiting.append(message)
            self._arrival.notify()

    def close(self) -> None:
        """Stop listening, and end every wait for a message."""
        self._exchange.remove(self)
        with self._arrival:
            self._closed = True
            self._arrival.notify_all()


class _Exchange:
    """Who listens, behind all brokers of one name."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._subscriptions: list[MemorySubscription] = []

    def add(self, subscription: MemorySubscription) -> None:
        with self._lock:
            self._subscriptions.append(subscription)

    def remove(self, subscription: MemorySubscription) -> None:
        with self._lock:
            if subscription in self._subscriptions:
                self._subscriptions.remove(subscription)

    def publish(self, message: Message) -> None:
        with self._lock:  # held while delivering, so that all who listen see one order
            for subscription in self._subscriptions:
                if subscription.channel == message.channel:
                    subscription.deliver(message)


# Weak, so that nothing of a broker outlives the last one of its name.
_exchanges: WeakValueDictionary[str, _Exchange] = WeakValueDictionary()
_exchanges_lock = threading.Lock()


def _exchange(name: str) -> _Exchange:
    with _exchanges_lock:
        exchange = _exchanges.get(name)
        if exchange is None:
            exchange = _exchanges[name] = _Exchange()
        return exchange
