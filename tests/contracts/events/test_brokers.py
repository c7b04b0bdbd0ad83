from __future__ import annotations

import gc
import logging
import re
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from stormproof_contracts.errors import ContractsError, MissingExtra, Unreachable
from stormproof_contracts.protocols.events import (
    Broker,
    KafkaBroker,
    MemoryBroker,
    Message,
    NotDelivered,
    open_broker,
)
from stormproof_fixtures.dependencies import find_dependency


if TYPE_CHECKING:
    from collections.abc import Iterator

    from stormproof_fixtures.dependencies.kafka import RunningKafka


SOON = 30.0  # an upper bound; a message takes milliseconds
MOMENT = 0.2


@pytest.fixture
def disturbed(kafka: RunningKafka) -> Iterator[RunningKafka]:
    """Start a mock cluster for one test that changes it; `kafka` has found out that there can be one."""
    running = find_dependency("kafka").start()
    yield running  # type: ignore[misc]  # the registry knows it as any dependency
    running.stop()


def test_a_broker_keeps_the_protocol(broker: Broker) -> None:
    """Every broker is a `Broker`, and its address opens the same broker again."""
    assert isinstance(broker, Broker)
    again = open_broker(broker.address)
    assert again.address == broker.address
    again.close()


def test_a_message_arrives_as_it_was_published(broker: Broker, channel: str) -> None:
    """Payload, key and headers cross unchanged, duplicate headers and their order too."""
    message = Message(channel, b'{"n": 1}', b"\x00key", (("a", b"1"), ("b", b"\xff"), ("a", b"2"), ("empty", b"")))
    subscription = broker.subscribe(channel)
    broker.publish(message)
    assert subscription.receive(SOON) == message


@pytest.mark.parametrize("payload", [None, b""])
def test_a_tombstone_is_not_an_empty_payload(broker: Broker, channel: str, payload: bytes | None) -> None:
    """No payload and a payload of no bytes both arrive as what they are."""
    subscription = broker.subscribe(channel)
    broker.publish(Message(channel, payload, b"k"))
    assert subscription.receive(SOON) == Message(channel, payload, b"k")


def test_a_subscription_starts_when_it_is_made(broker: Broker, channel: str) -> None:
    """What was published before does not come; the first message published afterwards does, at once."""
    for number in range(5):
        broker.publish(Message(channel, b"before", str(number).encode()))
    subscription = broker.subscribe(channel)
    broker.publish(Message(channel, b"after"))
    assert subscription.receive(SOON) == Message(channel, b"after")
    assert subscription.receive(MOMENT) is None


def test_all_that_subscribed_receive(broker: Broker, channel: str) -> None:
    """Each subscription gets every message of its channel, and of no other."""
    first, second = broker.subscribe(channel), broker.subscribe(channel)
    other = broker.subscribe(f"{channel}.other")
    broker.publish(Message(channel, b"1"))
    assert first.receive(SOON) == second.receive(SOON) == Message(channel, b"1")
    assert other.receive(MOMENT) is None


def test_messages_of_one_key_keep_their_order(broker: Broker, channel: str) -> None:
    """Messages of one key arrive in the order they were published in."""
    subscription = broker.subscribe(channel)
    messages = [Message(channel, str(number).encode(), b"same") for number in range(20)]
    for message in messages:
        broker.publish(message)
    assert [subscription.receive(SOON) for _ in messages] == messages


def test_the_address_leads_to_the_same_channels(broker: Broker, channel: str) -> None:
    """A broker opened by the address of another carries the same messages."""
    subscription = broker.subscribe(channel)
    other = open_broker(broker.address)
    other.publish(Message(channel, b"from elsewhere"))
    other.close()
    assert subscription.receive(SOON) == Message(channel, b"from elsewhere")


def test_threads_share_a_broker(broker: Broker, channel: str) -> None:
    """Threads that publish at once lose nothing."""
    subscription = broker.subscribe(channel)
    names = {f"{thread}.{number}".encode() for thread in range(4) for number in range(10)}

    def publish(thread: int) -> None:
        for number in range(10):
            broker.publish(Message(channel, f"{thread}.{number}".encode()))

    threads = [threading.Thread(target=publish, args=(thread,)) for thread in range(4)]
    for thread in threads:
        thread.start()
    received = {message.payload for _ in names if (message := subscription.receive(SOON))}
    for thread in threads:
        thread.join()
    assert received == names


def test_waiting_for_a_message_ends_when_it_comes(broker: Broker, channel: str) -> None:
    """A receive that waits already gets the message that another thread publishes."""
    subscription = broker.subscribe(channel)
    publishing = threading.Timer(MOMENT, broker.publish, [Message(channel, b"late")])
    publishing.start()
    assert subscription.receive(SOON) == Message(channel, b"late")
    publishing.join()


def test_a_closed_subscription_receives_nothing(broker: Broker, channel: str) -> None:
    """After its end a subscription gives None at once, and closing it again is no error."""
    subscription = broker.subscribe(channel)
    broker.publish(Message(channel, b"1"))
    subscription.close()
    subscription.close()
    assert subscription.receive(SOON * 100) is None


def test_closing_ends_a_wait_in_another_thread(broker: Broker, channel: str) -> None:
    """Closing the broker ends its subscriptions, also one that is being waited on."""
    subscription = broker.subscribe(channel)
    results: list[Message | None] = []
    waiting = threading.Thread(target=lambda: results.append(subscription.receive(SOON * 100)))
    waiting.start()
    broker.close()
    waiting.join(SOON)
    assert results == [None]


def test_a_closed_broker_refuses(broker: Broker, channel: str) -> None:
    """After its end a broker neither publishes nor subscribes, and says that it is closed."""
    broker.close()
    broker.close()
    with pytest.raises(Unreachable, match="is closed"):
        broker.publish(Message(channel, b"1"))
    with pytest.raises(Unreachable, match="is closed"):
        broker.subscribe(channel)


def test_brokers_in_memory_stand_alone() -> None:
    """Two brokers without a name carry nothing of each other's."""
    one, other = MemoryBroker(), MemoryBroker()
    subscription = one.subscribe("c")
    other.publish(Message("c", b"1"))
    assert subscription.receive(0) is None
    assert one.address != other.address


def test_nothing_of_a_broker_in_memory_outlives_it() -> None:
    """A name that was used before is a fresh broker, so tests do not see each other's subscriptions."""
    broker = MemoryBroker("shop")
    subscription = broker.subscribe("c")
    del broker, subscription
    gc.collect()
    from stormproof_contracts.protocols.events import _memory

    assert "shop" not in _memory._exchanges


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("kafk://127.0.0.1:9092", "Did you mean 'kafka'?"),
        ("127.0.0.1:9092", "write kafka://host:port or memory://name"),
        ("memory://", "write kafka://host:port or memory://name"),
        ("kafka://127.0.0.1", "'127.0.0.1' is no address of a Kafka broker: write host:port"),
        ("kafka://user:secret@host:1", "write host:port"),
    ],
)
def test_an_address_that_is_none(address: str, text: str) -> None:
    """A wrong address is refused with what to write instead."""
    with pytest.raises(ValueError, match=re.escape(text)):
        open_broker(address)


def test_the_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without confluent-kafka a Kafka broker says what to install; a broker in memory needs nothing."""
    monkeypatch.setitem(sys.modules, "confluent_kafka", None)
    with pytest.raises(MissingExtra) as raised:
        open_broker("kafka://127.0.0.1:9092")
    assert str(raised.value) == "a Kafka broker needs an extra that is not installed: pip install 'stormproof[kafka]'"
    open_broker("memory://shop").close()


@pytest.mark.parametrize("act", ["publish", "subscribe"])
def test_no_broker_is_told_in_time_and_with_the_reason(
    kafka: RunningKafka, act: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Where nothing listens, that is told within the timeout with librdkafka's reason, and nothing is printed."""
    broker = KafkaBroker("127.0.0.1:1", timeout=0.5)
    started = time.monotonic()
    with pytest.raises(Unreachable) as raised:
        broker.publish(Message("c", b"1")) if act == "publish" else broker.subscribe("c")
    assert time.monotonic() - started < SOON
    assert "kafka://127.0.0.1:1 does not answer within 0.5 s" in str(raised.value)
    assert "Connection refused" in str(raised.value)
    broker.close()
    assert capfd.readouterr() == ("", "")


def test_librdkafka_speaks_to_a_logger(disturbed: RunningKafka, caplog: pytest.LogCaptureFixture) -> None:
    """The lines of librdkafka go to the logger stormproof.kafka, where a test can see them."""
    disturbed.down()
    broker = KafkaBroker(disturbed.address, timeout=0.5)
    with caplog.at_level(logging.DEBUG, "stormproof.kafka"), pytest.raises(Unreachable):
        broker.publish(Message("c", b"1"))
    assert any("Connection refused" in record.getMessage() for record in caplog.records)
    broker.close()


def test_a_broker_that_goes_is_noticed_by_a_subscription(disturbed: RunningKafka) -> None:
    """A subscription whose broker is gone says so, rather than that nothing came."""
    broker = KafkaBroker(disturbed.address)
    subscription = broker.subscribe("c")
    disturbed.down()
    with pytest.raises(Unreachable, match="does not answer within"):
        subscription.receive(1)
    broker.close()


def test_a_subscription_survives_an_outage(disturbed: RunningKafka) -> None:
    """What is published after an outage arrives at a subscription from before."""
    broker = KafkaBroker(disturbed.address, timeout=SOON)
    subscription = broker.subscribe("c")
    broker.publish(Message("c", b"before"))
    assert subscription.receive(SOON) == Message("c", b"before")
    disturbed.down()
    disturbed.up()
    broker.publish(Message("c", b"after"))
    assert subscription.receive(SOON) == Message("c", b"after")
    broker.close()


def test_a_refused_message_is_told_with_the_reason(disturbed: RunningKafka) -> None:
    """What the broker refuses is raised with its reason, and the next message goes through."""
    broker = KafkaBroker(disturbed.address)
    disturbed.topic("c")
    subscription = broker.subscribe("c")
    disturbed.fail_produce(1, "MSG_SIZE_TOO_LARGE")
    with pytest.raises(NotDelivered) as raised:
        broker.publish(Message("c", b"1"))
    assert str(raised.value) == (
        f"kafka://{disturbed.address} did not take the message on 'c': Broker: Message size too large"
    )
    broker.publish(Message("c", b"2"))
    assert subscription.receive(SOON) == Message("c", b"2")
    broker.close()


def test_a_message_that_is_too_large_here(kafka: RunningKafka, channel: str) -> None:
    """What librdkafka refuses itself is told in the same way."""
    broker = KafkaBroker(kafka.address)
    with pytest.raises(NotDelivered, match="Message size too large"):
        broker.publish(Message(channel, b"x" * 2_000_000))
    broker.close()


def test_an_error_that_passes_is_no_error(disturbed: RunningKafka) -> None:
    """A leader that moved is found again without a word."""
    broker = KafkaBroker(disturbed.address)
    subscription = broker.subscribe("c")
    disturbed.fail_produce(2, "NOT_LEADER_FOR_PARTITION")
    broker.publish(Message("c", b"1"))
    assert subscription.receive(SOON) == Message("c", b"1")
    broker.close()


def test_a_broker_that_never_acknowledges(disturbed: RunningKafka) -> None:
    """A message that is not acknowledged within the timeout is told as unreachable."""
    broker = KafkaBroker(disturbed.address, timeout=1)
    broker.publish(Message("c", b"1"))
    disturbed.rtt(600)
    started = time.monotonic()
    with pytest.raises(ContractsError, match="took no message on 'c'"):
        broker.publish(Message("c", b"2"))
    assert time.monotonic() - started < SOON
    broker.close()
