"""How this project talks to Kafka: the settings of every client, and the reason why one gets no answer."""

from __future__ import annotations

import logging
import secrets
import time
from typing import TYPE_CHECKING, Any, cast

from stormproof_contracts.errors import MissingExtra, Unreachable


if TYPE_CHECKING:
    from concurrent.futures import Future
    from types import ModuleType

    from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition


# librdkafka writes to standard error on its own unless its lines go to a logger; one with a handler keeps them off it.
_logger = logging.getLogger("stormproof.kafka")
_logger.addHandler(logging.NullHandler())

_PAUSE_SECONDS = 0.02
_PROBE_SECONDS = 1.0


class KafkaClient:
    """Makes clients of one cluster and remembers why they get no answer."""

    def __init__(self, bootstrap: str, timeout: float) -> None:
        self.library = _library()
        self.address = f"kafka://{bootstrap}"
        self.timeout = timeout
        self._bootstrap = bootstrap
        self._reason = ""

    def producer(self) -> Producer:
        """Return a producer whose messages are given up after the timeout."""
        settings = {"linger.ms": 0, "message.timeout.ms": round(self.timeout * 1000)}
        producer: Producer = self.library.Producer({**self._settings(), **settings}, logger=_logger)
        return producer

    def consumer(self) -> Consumer:
        """Return a consumer that belongs to no group; the name that librdkafka asks for is never sent."""
        settings = {
            "group.id": f"stormproof-{secrets.token_hex(4)}",
            "enable.auto.commit": False,
            "allow.auto.create.topics": True,
            "auto.offset.reset": "error",
            # The mock cluster answers an idle fetch only when this is over, whatever came meanwhile.
            "fetch.wait.max.ms": 10,
        }
        consumer: Consumer = self.library.Consumer({**self._settings(), **settings}, logger=_logger)
        return consumer

    def partitions(self, client: Producer | Consumer, channel: str) -> list[int]:
        """Return the partitions of *channel*, which is made where it does not exist.

        Raises:
            Unreachable: the cluster does not answer, or does not make the channel.
        """
        deadline = time.monotonic() + self.timeout
        asked = False
        while True:
            error, partitions = self._ask(client, channel, max(_PAUSE_SECONDS, deadline - time.monotonic()))
            if error is None and partitions:
                return partitions
            if error is not None and not self._is_coming(error):
                raise self.unreachable(f"has no topic {channel!r}", error)
            if time.monotonic() >= deadline:
                raise self.unreachable(f"made no topic {channel!r} within {self.timeout:g} s", error)
            if not asked:
                self._create(channel, deadline)
                asked = True
            time.sleep(_PAUSE_SECONDS)

    def ends(self, consumer: Consumer, channel: str) -> list[TopicPartition]:
        """Return the present end of every partition of *channel*."""
        library, deadline = self.library, time.monotonic() + self.timeout
        numbers = self.partitions(consumer, channel)
        while True:
            # Each offset is a time here, and of all times this one means the end.
            asked = [library.TopicPartition(channel, number, library.OFFSET_END) for number in numbers]
            try:
                ends = consumer.offsets_for_times(asked, timeout=max(0.0, deadline - time.monotonic()))
            except library.KafkaException as error:
                raise self._no_answer(consumer, error, self.timeout) from error
            failure = next((end.error for end in ends if end.error is not None), None)
            if failure is None:
                return ends
            if time.monotonic() >= deadline or not self._is_coming(failure):
                raise self.unreachable(f"does not tell where {channel!r} ends", failure)
            time.sleep(_PAUSE_SECONDS)

    def check(self, client: Consumer, channel: str) -> None:
        """Raise Unreachable when an error was noted and the cluster still does not answer."""
        if self._reason:
            self._ask(client, channel, _PROBE_SECONDS)

    def forget_reason(self) -> None:
        """Begin to note errors anew."""
        self._reason = ""

    def unreachable(self, what: str, error: KafkaError | None = None) -> Unreachable:
        """Return the error that says *what* the cluster did not do, with its reason or librdkafka's."""
        reason = error.str() if error is not None else self._reason
        if error is not None and error.code() < 0:  # librdkafka's own, such as a time that is up: why was told before
            reason = self._reason or reason
        return Unreachable(f"{self.address} {what}: {reason or 'no reason is known'}")

    def _settings(self) -> dict[str, Any]:
        return {
            "bootstrap.servers": self._bootstrap,
            "error_cb": self._note,
            "reconnect.backoff.max.ms": 250,  # a broker that is back is found soon, as its absence may be a test
        }

    def _note(self, error: KafkaError) -> None:
        # "1/1 brokers are down" follows the error that says why.
        if error.code() != self.library.KafkaError._ALL_BROKERS_DOWN:  # noqa: SLF001 - a public code, named so
            self._reason = error.str()

    def _ask(self, client: Producer | Consumer, channel: str, seconds: float) -> tuple[KafkaError | None, list[int]]:
        try:
            topic = client.list_topics(channel, timeout=seconds).topics[channel]
        except self.library.KafkaException as error:
            raise self._no_answer(client, error, seconds) from error
        return topic.error, sorted(topic.partitions)

    def _no_answer(self, client: Producer | Consumer, error: Exception, seconds: float) -> Unreachable:
        client.poll(0)  # lets librdkafka tell the errors it has kept
        return self.unreachable(f"does not answer within {seconds:.3g} s", error.args[0])

    def _is_coming(self, error: KafkaError) -> bool:
        """Tell whether *error* is the answer about a topic that is not there yet."""
        codes = self.library.KafkaError
        return error.code() in (codes.UNKNOWN_TOPIC_OR_PART, codes.LEADER_NOT_AVAILABLE)

    def _create(self, channel: str, deadline: float) -> None:
        """Ask for the topic, where asking for its description did not make it."""
        from confluent_kafka.admin import AdminClient  # noqa: PLC0415 - an extra
        from confluent_kafka.cimpl import NewTopic  # noqa: PLC0415

        seconds = max(0.1, deadline - time.monotonic())
        admin = AdminClient(self._settings(), logger=_logger)
        topics = [NewTopic(channel, num_partitions=1)]
        made = cast("dict[str, Future[None]]", admin.create_topics(topics, request_timeout=seconds))[channel]
        try:
            made.result(seconds)
        except self.library.KafkaException as error:
            if error.args[0].code() != self.library.KafkaError.TOPIC_ALREADY_EXISTS:
                raise self.unreachable(f"does not make a topic {channel!r}", error.args[0]) from error


def _library() -> ModuleType:
    try:
        import confluent_kafka  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingExtra("kafka", "a Kafka broker") from error
    return confluent_kafka
