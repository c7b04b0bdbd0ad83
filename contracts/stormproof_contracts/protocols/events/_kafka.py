"""Kafka as a broker, through confluent-kafka."""

from __future__ import annotations

import re
import threading
import time
from typing import TYPE_CHECKING, cast
from weakref import WeakSet

from stormproof_contracts.errors import Unreachable
from stormproof_contracts.protocols.events._broker import NotDelivered
from stormproof_contracts.protocols.events._kafka_client import KafkaClient
from stormproof_contracts.protocols.events._message import Message


if TYPE_CHECKING:
    import confluent_kafka
    from confluent_kafka import Consumer, KafkaError, Producer


TIMEOUT = 10.0
_BOOTSTRAP = re.compile(r"[^\s/,@]+:[0-9]+(,[^\s/,@]+:[0-9]+)*")
_POLL_SECONDS = 0.1  # how long Ctrl-C, or a thread that closes what is polled, may have to wait


class KafkaBroker:
    """A Kafka cluster. Safe to use from several threads.

    Args:
        bootstrap: ``host:port``, or several with commas between.
        timeout: seconds after which an unanswered request is given up.

    Raises:
        ValueError: *bootstrap* is no such address.
        MissingExtra: confluent-kafka is not installed.
    """

    def __init__(self, bootstrap: str, *, timeout: float = TIMEOUT) -> None:
        if not _BOOTSTRAP.fullmatch(bootstrap):
            raise ValueError(f"{bootstrap!r} is no address of a Kafka broker: write host:port")
        self._client = KafkaClient(bootstrap, timeout)
        self._subscriptions: WeakSet[KafkaSubscription] = WeakSet()
        self._channels: set[str] = set()
        self._lock = threading.Lock()
        self._producer: Producer | None = None
        self._closed = False

    @property
    def address(self) -> str:
        """``kafka://host:port``."""
        return self._client.address

    def publish(self, message: Message) -> None:
        """Publish *message* and return once the broker has acknowledged it."""
        with self._lock:
            self._check_open()
            if self._producer is None:
                self._producer = self._client.producer()
            if message.channel not in self._channels:
                self._client.partitions(self._producer, message.channel)
                self._channels.add(message.channel)
            self._deliver(self._producer, message)

    def subscribe(self, channel: str) -> KafkaSubscription:
        """Return a subscription to all partitions of *channel* from their present ends on; it joins no group."""
        self._check_open()
        subscription = KafkaSubscription(self._client, channel)
        self._subscriptions.add(subscription)
        return subscription

    def close(self) -> None:
        """End the subscriptions that were made here, and the connections."""
        with self._lock:
            self._closed = True
            self._producer = None
        for subscription in list(self._subscriptions):
            subscription.close()

    def _check_open(self) -> None:
        if self._closed:
            raise Unreachable(f"{self.address} is closed")

    def _deliver(self, producer: Producer, message: Message) -> None:
        outcomes: list[KafkaError | None] = []
        try:
            producer.produce(
                message.channel,
                value=message.payload,
                key=message.key,
                headers=list(message.headers),
                on_delivery=lambda error, _: outcomes.append(error),
            )
        except self._client.library.KafkaException as error:
            raise NotDelivered(self._refusal(message, str(error.args[0].str()))) from error
        # A second more than the message itself lives, so that its own end tells the reason; in steps, for Ctrl-C.
        deadline = time.monotonic() + self._client.timeout + 1
        while not outcomes and time.monotonic() < deadline:
            producer.poll(_POLL_SECONDS)
        if not outcomes:
            producer.purge()
            raise self._client.unreachable(f"took no message on {message.channel!r}")
        if outcomes[0] is not None:
            raise self._undelivered(message, outcomes[0])

    def _undelivered(self, message: Message, error: KafkaError) -> NotDelivered | Unreachable:
        timed_out = self._client.library.KafkaError._MSG_TIMED_OUT  # noqa: SLF001 - a public code of librdkafka, named so
        if error.code() == timed_out:
            return self._client.unreachable(f"took no message on {message.channel!r}", error)
        return NotDelivered(self._refusal(message, error.str()))

    def _refusal(self, message: Message, reason: str) -> str:
        return f"{self.address} did not take the message on {message.channel!r}: {reason}"


class KafkaSubscription:
    """One consumer of all partitions of a channel, from their ends at its making on."""

    def __init__(self, client: KafkaClient, channel: str) -> None:
        self.channel = channel
        self._client = client
        self._lock = threading.Lock()
        self._consumer: Consumer | None = client.consumer()
        try:
            self._consumer.assign(client.ends(self._consumer, channel))
        except BaseException:
            self.close()
            raise

    def receive(self, timeout: float) -> Message | None:
        """Return the next message, or None when there is none within *timeout* seconds."""
        deadline = time.monotonic() + timeout
        self._client.forget_reason()
        while True:
            left = deadline - time.monotonic()
            with self._lock:
                if self._consumer is None:
                    return None
                record = self._consumer.poll(max(0.0, min(left, _POLL_SECONDS)))
                if record is not None:
                    return self._message(record)
                if left <= 0:
                    self._client.check(self._consumer, self.channel)
                    return None

    def close(self) -> None:
        """Stop listening."""
        with self._lock:
            consumer, self._consumer = self._consumer, None
        if consumer is not None:
            consumer.close()

    def _message(self, record: confluent_kafka.Message) -> Message:
        error = record.error()
        if error is not None:
            raise self._client.unreachable(f"gives nothing of {self.channel!r}", error)
        headers = cast("list[tuple[str, bytes | None]]", record.headers() or [])
        # A header without a value is read as one of no bytes, as consumers do.
        return Message(
            self.channel, record.value(), record.key(), tuple((name, value or b"") for name, value in headers)
        )
