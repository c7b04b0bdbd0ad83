"""The ``stormproof`` fixture: the tools of one test."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, cast

import pytest

from stormproof_contracts.errors import did_you_mean
from stormproof_contracts.explain import explain_unexpected, explain_verification
from stormproof_contracts.protocols import kind_of
from stormproof_contracts.stubbing import Desk


if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from types import TracebackType

    import respx

    from stormproof._session import Session
    from stormproof_chaos.faults import Fault, Link
    from stormproof_chaos.scenarios import ScenarioResult
    from stormproof_contracts.model import Contract, Interaction
    from stormproof_contracts.protocols import Server
    from stormproof_contracts.stubbing import Call
    from stormproof_fixtures.topology import RunningTopology


class Stub:
    """A stand-in for a provider that keeps a contract to the letter."""

    def __init__(self, contract: Contract, desks: dict[str, Desk], servers: dict[str, Server]) -> None:
        self.contract = contract
        self._desks = desks
        self._servers = servers

    @property
    def url(self) -> str:
        """The URL that consumers call; the contract must have http interactions."""
        return self.address("http")

    def address(self, kind: str) -> str:
        """Return where consumers reach the interactions of *kind*: ``http``, ``grpc``, ``event``."""
        if kind not in self._servers:
            raise LookupError(f"{self.contract.name} has no {kind} interactions.{did_you_mean(kind, self._servers)}")
        return self._servers[kind].address

    def announce(self, title: str) -> dict[str, Any]:
        """Send the interaction *title* of the provider's own accord, such as an event.

        Returns:
            What was announced, as plain data: of an event its ``payload``, and ``key`` and ``headers`` where the
            contract has them.
        """
        interaction = self._interaction(title)
        self._servers[interaction.kind].announce(interaction)
        return cast("dict[str, Any]", interaction.response.pattern().example())

    @property
    def calls(self) -> tuple[Call, ...]:
        """Everything that reached the stub, kind by kind, each in order."""
        return tuple(call for desk in self._desks.values() for call in desk.calls)

    @property
    def exercised(self) -> Sequence[Interaction]:
        """The interactions that took place."""
        return [interaction for desk in self._desks.values() for interaction in desk.exercised()]

    def unexpected(self) -> list[Call]:
        """Return the requests that the contract does not know."""
        return [call for desk in self._desks.values() for call in desk.unexpected()]

    def _interaction(self, title: str) -> Interaction:
        for interaction in self.contract.interactions:
            if interaction.title == title:
                return interaction
        titles = [interaction.title for interaction in self.contract.interactions]
        raise LookupError(f"{self.contract.name} has no interaction {title!r}.{did_you_mean(title, titles)}")


class Stormproof:
    """Stubs, verification, topology, faults and scenarios for one test."""

    def __init__(self, request: pytest.FixtureRequest, session: Session) -> None:
        self._request = request
        self._session = session
        self._open = ExitStack()
        self._stubs: list[Stub] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()
        for stub in self._stubs:
            unexpected = stub.unexpected()
            text = explain_unexpected(unexpected, f"stub {stub.contract.name}") if unexpected else ""
            self._session.recorder.stubbed(stub.contract, stub.exercised, unexpected, text)

    def stub(self, contract: str | Path, *, at: object = None) -> Stub:
        """Serve *contract* on loopback until the test ends; unknown requests fail the test.

        Args:
            contract: the name of a contract of this project (``orders-inventory``), or the path of its file.
            at: for events, the broker to publish on: a `Broker` or its address; one in memory unless given.
        """
        loaded = self._session.contract(contract)
        desks: dict[str, Desk] = {}
        servers: dict[str, Server] = {}
        for name in dict.fromkeys(interaction.kind for interaction in loaded.interactions):
            of_kind = [interaction for interaction in loaded.interactions if interaction.kind == name]
            desks[name] = Desk(of_kind)
            announced = any(interaction.request is None for interaction in of_kind)
            servers[name] = kind_of(name).serve(desks[name], at if announced else None)
            self._open.callback(servers[name].close)
        stub = Stub(loaded, desks, servers)
        self._stubs.append(stub)
        return stub

    def respx(self, contract: str | Path, *, base_url: str) -> respx.MockRouter:
        """Mount the http interactions of *contract* on respx until the test ends.

        Args:
            contract: the name of a contract of this project, or the path of its file.
            base_url: what the consumer's httpx client calls the provider, such as ``http://inventory``.
        """
        from stormproof_contracts.protocols.http.respx_mount import mount  # noqa: PLC0415 - respx is an extra

        loaded = self._session.contract(contract)
        desk = Desk(interaction for interaction in loaded.interactions if interaction.kind == "http")
        router = self._open.enter_context(mount(desk, base_url))
        self._stubs.append(Stub(loaded, {"http": desk}, {}))
        return router

    def verify(self, contract: str | Path, provider: object) -> None:
        """Verify every interaction of *contract* that has a request against *provider*.

        Raises:
            AssertionError: with every interaction that does not hold.
        """
        loaded = self._session.contract(contract)
        failures: list[str] = []
        for interaction in loaded.interactions:
            if interaction.request is None:
                continue
            verification = self._session.verify(interaction, provider)
            if not verification.held:
                failures.append(explain_verification(verification))
        if failures:
            raise AssertionError("\n\n".join(failures))

    @property
    def topology(self) -> RunningTopology:
        """The services of stormproof.yaml, started at first use, for the whole session."""
        return self._session.topology

    def fault(self, link: Link | str, *faults: Fault) -> AbstractContextManager[None]:
        """Disturb *link* while the ``with`` block runs.

        Args:
            link: the name of a link of the topology, such as ``orders -> inventory``, or a link.
            faults: what goes wrong, such as ``latency(2)``; all at once.
        """
        from stormproof_chaos.faults import inject  # noqa: PLC0415 - brings the engine's client

        return inject(self.topology.link(link) if isinstance(link, str) else link, *faults)

    def link(self, provider: str, *, name: str = "") -> Link:
        """Put a proxy before ``host:port`` or a URL, and return the link to disturb it by, until the test ends."""
        return self._session.open_link(provider, name or self._request.node.name, self._open)

    def scenario(self, path: str | Path) -> ScenarioResult:
        """Run a chaos file against the topology; a broken expectation fails the test."""
        from stormproof._chaos_items import check  # noqa: PLC0415 - brings the engine's client
        from stormproof_chaos.scenarios import read_scenario  # noqa: PLC0415 - as above

        return check(self._session, read_scenario(self._session.root / path, shown=Path(path)))

    def check(self) -> None:
        """Fail when a stub met requests that its contract does not know."""
        texts = [
            explain_unexpected(calls, f"stub {stub.contract.name}")
            for stub in self._stubs
            if (calls := stub.unexpected())
        ]
        if texts:
            pytest.fail("\n\n".join(texts), pytrace=False)
