"""What lasts for a whole pytest run: senders, engine, topology, journal; each opened when first used."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from stormproof._keys import SESSION
from stormproof._missing import MissingPart
from stormproof._recorder import Recorder
from stormproof_contracts.errors import ContractsError, MissingExtra, did_you_mean
from stormproof_contracts.formats import load_contract
from stormproof_contracts.protocols import kind_of
from stormproof_contracts.verification import verify


if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    import pytest

    from stormproof_chaos.engines import Engine
    from stormproof_chaos.faults import Link
    from stormproof_chaos.scenarios import Scenario, ScenarioResult
    from stormproof_contracts.model import Contract, Interaction
    from stormproof_contracts.protocols import Kind, Sender
    from stormproof_contracts.verification import Verification
    from stormproof_fixtures.topology import RunningTopology, Topology


TOPOLOGY_FILE = "stormproof.yaml"
_SKIPPED_FOLDERS = {"node_modules", "venv", "build", "dist", "__pycache__"}


@contextmanager
def open_session(config: pytest.Config) -> Generator[Session]:
    """Yield the session of *config*, and end everything it opened."""
    session = Session(config)
    config.stash[SESSION] = session
    with session:
        yield session


def session_of(request: pytest.FixtureRequest) -> Session:
    """Return the session of this run; the fixture that ends it is asked for once, since each asking costs."""
    session = request.config.stash.get(SESSION, None)
    return request.getfixturevalue("stormproof_session") if session is None else session


class Session:
    """The resources of one pytest process."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.root = config.rootpath
        self.timeout = float(config.getoption("--stormproof-timeout") or 0)
        self.worker: str = getattr(config, "workerinput", {}).get("workerid", "")
        self.recorder = Recorder(report_folder(config), self.worker, self.engine_choice)
        self._resources = ExitStack()
        self._senders: dict[tuple[str, object], Sender] = {}

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        try:
            self._resources.close()
        finally:
            self.recorder.close()

    @property
    def engine_choice(self) -> str:
        """Who carries out faults, as the option or the setting says."""
        return self.config.getoption("--stormproof-engine") or str(self.config.getini("stormproof_engine"))

    @cached_property
    def named_providers(self) -> Mapping[str, str]:
        """The providers that the command line names."""
        pairs = (text.partition("=") for text in self.config.getoption("--stormproof-provider") or ())
        return {name: address for name, _, address in pairs}

    def sender(self, kind: Kind, provider: object) -> Sender:
        """Return the sender of *kind* to *provider*, made when first asked for and kept."""
        key = (kind.name, provider if isinstance(provider, str) else id(provider))
        if key not in self._senders:
            self._senders[key] = sender = kind.connect(provider, timeout=self.timeout)
            self._resources.callback(sender.close)
        return self._senders[key]

    def verify(self, interaction: Interaction, provider: object) -> Verification:
        """Carry out *interaction* against *provider* and compare."""
        return verify(interaction, self.sender(kind_of(interaction.kind), provider))

    def contract(self, name: str | Path) -> Contract:
        """Return the contract of this project called *name*, or the one at that path.

        Raises:
            LookupError: there is none, or there are several.
        """
        path = self.root / name
        if path.suffix and path.is_file():
            return self._load(path)
        paths = self._contract_files.get(str(name), [])
        if len(paths) == 1:
            return self._load(paths[0])
        if paths:
            listed = ", ".join(str(path.relative_to(self.root)) for path in paths)
            raise LookupError(f"several contracts are called {str(name)!r}: {listed}; give the path of one")
        raise LookupError(
            f"no contract {str(name)!r} below {self.root}.{did_you_mean(str(name), self._contract_files)}"
        )

    @cached_property
    def engine(self) -> Engine:
        """The engine that carries out faults, started at first use."""
        from stormproof_chaos.engines import open_engine  # noqa: PLC0415 - the client's libraries cost 70 ms
        from stormproof_chaos.errors import Unavailable  # noqa: PLC0415 - as above

        try:
            engine = open_engine(self.engine_choice)
        except Unavailable as error:
            raise MissingPart(str(error)) from None
        self._resources.callback(engine.close)
        return engine

    @cached_property
    def described(self) -> Topology | None:
        """The services that stormproof.yaml describes, or None where there is no such file."""
        path = self._topology_file
        if path is None:
            return None
        from stormproof_fixtures.topology import read_topology  # noqa: PLC0415 - only where there is a topology

        return read_topology(path, shown=shown(path, self.root), project=self.root)

    @cached_property
    def topology(self) -> RunningTopology:
        """The running services of stormproof.yaml, started at first use."""
        described = self.described
        if described is None:
            raise ContractsError(f"there is no {TOPOLOGY_FILE} in {self.root}; describe the services there")
        from stormproof_chaos.errors import Unavailable  # noqa: PLC0415 - only where there is a topology
        from stormproof_fixtures.topology import start_topology  # noqa: PLC0415 - as above

        try:
            topology = start_topology(described, self.engine)
        except (Unavailable, MissingExtra) as error:
            raise MissingPart(str(error)) from None
        self._resources.callback(topology.stop)
        return topology

    def topology_for(self, provider: str) -> RunningTopology | None:
        """Return the running topology when *provider* is one of its real services, else None."""
        described = self.described
        if described is None or provider not in described.entries:
            return None
        from stormproof_fixtures.topology import Stub  # noqa: PLC0415 - only where there is a topology

        if isinstance(described.entries[provider], Stub):
            raise MissingPart(f"{provider!r} is a stub in {described.path}, and a stub proves nothing about a provider")
        return self.topology

    def broker_for(self, provider: str) -> str | None:
        """Return the address of the broker that *provider* announces on, or None where the topology has none."""
        topology = self.topology_for(provider)
        if topology is None:
            return None
        from stormproof_contracts.protocols.events import BROKERS  # noqa: PLC0415 - only where there are events

        used = [name for consumer, name in topology.topology.pairs if consumer == provider]
        addresses = {address for name in used if (address := topology.provider(name)).partition("://")[0] in BROKERS}
        if len(addresses) > 1:
            raise ContractsError(f"{provider!r} uses several brokers, and nothing says which one it announces on")
        return next(iter(addresses), None)

    def open_link(self, provider: str, name: str, owner: ExitStack) -> Link:
        """Put a proxy before *provider* until *owner* closes."""
        from stormproof._links import proxied_link  # noqa: PLC0415 - only where it is used

        return owner.enter_context(proxied_link(self.engine, provider, name))

    def run(self, scenario: Scenario) -> ScenarioResult:
        """Run *scenario* against the topology and journal it."""
        from stormproof_chaos.scenarios import check_scenario, run_scenario  # noqa: PLC0415 - only where it is used

        if self.described is not None:
            check_scenario(scenario, self.described)  # before anything is started
        return run_scenario(scenario, self.topology, self.recorder.journal)

    @cached_property
    def _topology_file(self) -> Path | None:
        """stormproof.yaml in the root, or in the nearest folder of an argument that has one."""
        starts = [Path(argument.split("::")[0]) for argument in self.config.args]
        for start in [self.root, *(self.root / start for start in starts)]:
            for folder in [start, *start.parents]:
                if (folder / TOPOLOGY_FILE).is_file():
                    return folder / TOPOLOGY_FILE
                if folder == self.root:
                    break
        return None

    @cached_property
    def _contract_files(self) -> Mapping[str, list[Path]]:
        """Every contract file of the project, by name."""
        found: dict[str, list[Path]] = {}
        for folder, folders, files in os.walk(self.root):
            folders[:] = sorted(name for name in folders if name not in _SKIPPED_FOLDERS and not name.startswith("."))
            for file in sorted(files):
                if file.endswith((".contract.yaml", ".contract.yml")):
                    found.setdefault(file.split(".")[0], []).append(Path(folder, file))
        return found

    def _load(self, path: Path) -> Contract:
        return load_contract(path, shown=shown(path, self.root), project=self.root)


def report_folder(config: pytest.Config) -> Path:
    """Return where journal and report go."""
    return config.rootpath / (config.getoption("--stormproof-report") or str(config.getini("stormproof_report")))


def shown(path: Path, root: Path) -> Path:
    """Return *path* as messages name it: relative to *root* where it is inside."""
    return path.relative_to(root) if path.is_relative_to(root) else path
