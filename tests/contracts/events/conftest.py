from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from stormproof._missing import MissingPart
from stormproof_chaos.errors import Unavailable
from stormproof_contracts.formats import load_contract
from stormproof_contracts.protocols.events import MemoryBroker, open_broker
from stormproof_fixtures.dependencies import find_dependency


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from stormproof_contracts.model import Contract
    from stormproof_contracts.protocols.events import Broker
    from stormproof_fixtures.dependencies.kafka import RunningKafka


@pytest.fixture(scope="session")
def kafka() -> Iterator[RunningKafka]:
    """Start one mock cluster for all tests that leave it as it is."""
    try:
        running = find_dependency("kafka").start()
    except Unavailable as missing:
        raise MissingPart(str(missing)) from missing
    yield running  # type: ignore[misc]  # the registry knows it as any dependency
    running.stop()


@pytest.fixture(params=["memory", "kafka"])
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """Open a broker of each kind."""
    if request.param == "memory":
        opened: Broker = MemoryBroker()
    else:
        opened = open_broker(f"kafka://{request.getfixturevalue('kafka').address}")
    yield opened
    opened.close()


@pytest.fixture
def channel(request: pytest.FixtureRequest) -> str:
    """Return a channel that no other test uses."""
    return "".join(letter if letter.isalnum() else "." for letter in request.node.name)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Contract]:
    """Read a contract whose interactions are given as YAML."""

    def contract(interactions: str) -> Contract:
        path = tmp_path / "orders-shipping.contract.yaml"
        path.write_text("consumer: shipping\nprovider: orders\ninteractions:\n" + dedent(interactions), "utf-8")
        return load_contract(path)

    return contract
