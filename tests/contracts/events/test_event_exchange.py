from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stormproof_contracts.errors import Unreachable
from stormproof_contracts.explain import explain_unreachable, explain_verification
from stormproof_contracts.protocols import Announcer, kind_of
from stormproof_contracts.protocols.events import (
    MemoryBroker,
    Message,
    MissingTrigger,
    decode_message,
    open_broker,
)
from stormproof_contracts.stubbing import Desk
from stormproof_contracts.verification import verify


if TYPE_CHECKING:
    from collections.abc import Callable

    from stormproof_contracts.model import Contract, Interaction
    from stormproof_contracts.protocols.events import Broker
    from stormproof_contracts.verification import Verification


EVENT = kind_of("event")
SOON = 30.0
ORDER_CREATED = """
- event: OrderCreated
  channel: %s
  key: !like "123"
  headers: {content-type: application/json, trace?: !like abc}
  payload: {event: OrderCreated, orderId: !integer 123, userId: !integer 456}
"""
HEADERS = (("content-type", b"application/json"),)
HELD = b'{"event": "OrderCreated", "orderId": 7, "userId": 8, "more": true}'


@pytest.fixture
def interaction(write: Callable[[str], Contract], channel: str) -> Interaction:
    return write(ORDER_CREATED % channel).interactions[0]


def verified(
    interaction: Interaction, trigger: Callable[[], object], broker: Broker | None = None, timeout: float = SOON
) -> Verification:
    sender = EVENT.connect(Announcer({interaction.title: trigger}, broker), timeout=timeout)
    try:
        return verify(interaction, sender)
    finally:
        sender.close()


def test_what_a_provider_announces_is_compared(interaction: Interaction, channel: str, broker: Broker) -> None:
    """The trigger makes the provider announce; what crossed the broker is what counts."""
    verification = verified(interaction, lambda: broker.publish(Message(channel, HELD, b"7", HEADERS)), broker)
    assert verification.held
    assert verification.exchange.request is None
    assert verification.exchange.seconds > 0
    assert verification.exchange.evidence()[0] == ("channel", channel)


def test_a_difference_is_told_by_its_place(interaction: Interaction, channel: str, broker: Broker) -> None:
    """A mismatch in the payload is shown below $, one in key or headers by its name, with what crossed."""
    payload = b'{"event": "OrderCreated", "orderId": "7", "password": "hunter2"}'
    verification = verified(
        interaction, lambda: broker.publish(Message(channel, payload, None, (("trace", b"t"),))), broker
    )
    assert [mismatch.path for mismatch in verification.mismatches] == [
        ("payload", "orderId"),
        ("payload", "userId"),
        ("key",),
        ("headers", "content-type"),
    ]
    text = explain_verification(verification)
    assert "expected  $.orderId" in text
    assert 'got       $.orderId              "7"  (string)' in text
    assert "got       key                    null" in text
    assert "got       headers.content-type   missing" in text
    assert f"  channel   {channel}\n" in text
    assert "hunter2" not in text


def test_silence_is_told_with_channel_broker_and_seconds(
    interaction: Interaction, channel: str, broker: Broker
) -> None:
    """A provider that announces nothing is unreachable, and the text says where and how long was listened."""
    with pytest.raises(Unreachable) as raised:
        verified(interaction, lambda: 5, broker, timeout=0.2)
    assert str(raised.value) == (
        f"nothing came on {channel!r} of {broker.address} within 0.2 s\nthe trigger returned int, which is no message"
    )
    shown = explain_unreachable(interaction, str(raised.value))
    assert f"an event on {channel}" in shown


def test_an_event_on_another_channel_does_not_count(interaction: Interaction, channel: str) -> None:
    """Only the channel of the contract is listened to."""
    broker = MemoryBroker()
    with pytest.raises(Unreachable, match="the trigger returned nothing"):
        verified(interaction, lambda: broker.publish(Message(f"{channel}.other", HELD)), broker, timeout=0.05)


def test_an_event_from_before_does_not_count(interaction: Interaction, channel: str, broker: Broker) -> None:
    """An event that was announced before the trigger was called is not taken for its effect."""
    broker.publish(Message(channel, HELD, b"7", HEADERS))
    with pytest.raises(Unreachable):
        verified(interaction, lambda: None, broker, timeout=0.2)


@pytest.mark.parametrize("with_broker", [True, False])
def test_a_trigger_may_return_the_message(interaction: Interaction, channel: str, *, with_broker: bool) -> None:
    """A message that the trigger returns is the one that counts, with a broker and without."""
    message = Message(channel, HELD, b"7", HEADERS)
    assert verified(interaction, lambda: message, MemoryBroker() if with_broker else None).held


@pytest.mark.parametrize(
    "returned",
    [{"event": "OrderCreated", "orderId": 1, "userId": 2}, HELD, HELD.decode()],
    ids=["dict", "bytes", "text"],
)
def test_a_trigger_may_return_the_payload(write: Callable[[str], Contract], returned: object) -> None:
    """A dict is the payload as JSON; text and bytes are the payload as it goes out."""
    (interaction,) = write(
        "- {event: OrderCreated, channel: c, payload: {event: OrderCreated, orderId: !integer 1, userId: !integer 2}}"
    ).interactions
    assert verified(interaction, lambda: returned).held


def test_a_returned_payload_has_no_key_and_no_headers(interaction: Interaction) -> None:
    """What the contract asks for and a bare payload cannot have is a mismatch."""
    verification = verified(interaction, HELD.decode)
    assert [mismatch.path for mismatch in verification.mismatches] == [("key",), ("headers", "content-type")]


def test_a_returned_message_on_another_channel(interaction: Interaction, channel: str) -> None:
    """A message on a channel of its own is not the event of the contract."""
    with pytest.raises(Unreachable, match="returned a message on 'elsewhere'"):
        verified(interaction, lambda: Message("elsewhere", HELD, b"7", HEADERS))


def test_without_a_broker_a_trigger_must_return(interaction: Interaction) -> None:
    """Where there is nothing to listen to, the text says both ways out."""
    with pytest.raises(Unreachable) as raised:
        verified(interaction, lambda: None)
    assert str(raised.value) == (
        "the trigger returned nothing, and there is no broker to listen to\n"
        "return the message from the trigger, or say where the provider announces"
    )


def test_a_missing_trigger_is_named(interaction: Interaction) -> None:
    """A trigger under a slightly other title is suggested."""
    sender = EVENT.connect(Announcer({"OrderCreate": lambda: None}), timeout=1)
    with pytest.raises(MissingTrigger, match=r"no trigger is given for 'OrderCreated'.*Did you mean 'OrderCreate'\?"):
        sender.send(interaction)


def test_an_error_of_a_trigger_is_the_users_own(interaction: Interaction) -> None:
    """What a trigger raises is raised as it is, and the subscription is closed."""
    broker = MemoryBroker()

    def fails() -> None:
        raise LookupError("no such order")

    with pytest.raises(LookupError, match="no such order"):
        verified(interaction, fails, broker)
    assert not broker._exchange._subscriptions


@pytest.mark.parametrize("provider", ["kafka://127.0.0.1:9092", {"OrderCreated": print}])
def test_another_provider_is_refused(provider: object) -> None:
    """What is no Announcer is refused with what to write."""
    with pytest.raises(TypeError, match=r"an event provider is Announcer\(triggers="):
        EVENT.connect(provider, timeout=1)


def test_a_stub_announces_in_place_of_the_producer(interaction: Interaction, channel: str, broker: Broker) -> None:
    """The example of the contract arrives at the consumer, and the desk knows that it was exercised."""
    desk = Desk([interaction])
    server = EVENT.serve(desk, at=broker)
    subscription = broker.subscribe(channel)
    assert server.address == broker.address
    server.announce(interaction)
    message = subscription.receive(SOON)
    assert message == Message(
        channel,
        b'{"event":"OrderCreated","orderId":123,"userId":456}',
        b"123",
        (("content-type", b"application/json"), ("trace", b"abc")),
    )
    assert not interaction.response.pattern().compare(decode_message(message))
    assert desk.exercised() == [interaction]
    server.close()
    broker.publish(message)  # still open: it is not the stub's


def test_a_stub_of_its_own_is_reached_by_its_address(interaction: Interaction, channel: str) -> None:
    """Without a broker given, a stub has one in memory that its address opens."""
    server = EVENT.serve(Desk([interaction]))
    consumer = open_broker(server.address)
    subscription = consumer.subscribe(channel)
    server.announce(interaction)
    assert subscription.receive(SOON) is not None
    server.close()
    with pytest.raises(Unreachable, match="is closed"):
        server.announce(interaction)


def test_a_stub_at_an_address(interaction: Interaction, channel: str, broker: Broker) -> None:
    """The address of a broker does as well as a broker."""
    server = EVENT.serve(Desk([interaction]), at=broker.address)
    subscription = broker.subscribe(channel)
    server.announce(interaction)
    assert subscription.receive(SOON) is not None
    server.close()


def test_a_stub_elsewhere_is_refused() -> None:
    """What is neither a broker nor an address is refused."""
    with pytest.raises(TypeError, match="an event stub is served at a broker or its address"):
        EVENT.serve(Desk([]), at=9092)


def test_stub_and_verification_agree(interaction: Interaction, broker: Broker) -> None:
    """What the stub announces is what the verification accepts."""
    server = EVENT.serve(Desk([interaction]), at=broker)
    assert verified(interaction, lambda: server.announce(interaction), broker).held
