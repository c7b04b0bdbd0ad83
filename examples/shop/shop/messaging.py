"""Events over Kafka: announced in the background, handled on a thread."""

from __future__ import annotations

import json
import os
import threading
from typing import TYPE_CHECKING, Any

from confluent_kafka import Consumer, Producer


if TYPE_CHECKING:
    from collections.abc import Callable


class Announcer:
    """Announces events; the caller never waits for the broker."""

    def __init__(self, bootstrap: str) -> None:
        self._producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 0, "message.timeout.ms": 30_000})
        threading.Thread(target=self._deliver, daemon=True).start()

    def announce(self, channel: str, key: str, payload: dict[str, Any]) -> None:
        """Hand an event to the background thread."""
        headers = {"content-type": "application/json"}
        self._producer.produce(channel, json.dumps(payload).encode(), key.encode(), headers=headers)

    def _deliver(self) -> None:
        while True:
            self._producer.poll(0.1)


def handle(channel: str, group: str, handler: Callable[[dict[str, Any]], None]) -> None:
    """Call *handler* with every event of *channel*, on a thread of its own."""
    settings = {"bootstrap.servers": os.environ["KAFKA"], "group.id": group, "auto.offset.reset": "earliest"}

    def run() -> None:
        consumer = Consumer(settings)
        consumer.subscribe([channel])
        while True:
            message = consumer.poll(0.2)
            if message is not None and message.error() is None:
                handler(json.loads(message.value() or b"null"))

    threading.Thread(target=run, daemon=True).start()
