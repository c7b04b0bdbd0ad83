"""The pytest plugin: options, marks, collection, the ``stormproof`` fixture, the summary.

This module is imported by every pytest run of everybody who installed stormproof, so it imports pytest and the standard
library only, and each hook looks whether there is anything to do before it imports what does it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from stormproof._keys import SESSION, STARTED


if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from stormproof._fixture import Stormproof
    from stormproof._session import Session


_ENGINES = ("embedded", "binary", "container")
_CONTRACT_ENDINGS = (".contract.yaml", ".contract.yml")
_CHAOS_ENDINGS = (".chaos.yaml", ".chaos.yml")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the ``--stormproof-*`` options."""
    group = parser.getgroup("stormproof", "contract testing and chaos")
    group.addoption(
        "--stormproof-engine",
        default=None,
        metavar="ENGINE",
        help="who carries out faults: embedded (default), binary, container, or the URL of a Toxiproxy server",
    )
    group.addoption(
        "--stormproof-provider",
        action="append",
        default=[],
        metavar="NAME=ADDRESS",
        help="verify the contracts of provider NAME at this URL or host:port",
    )
    group.addoption(
        "--stormproof-require",
        action="store_true",
        help="fail, instead of skip, what cannot run because a part is missing here",
    )
    group.addoption(
        "--stormproof-report",
        default=None,
        metavar="FOLDER",
        help="where journal and report go (default: stormproof-report)",
    )
    group.addoption(
        "--stormproof-timeout",
        type=float,
        default=10.0,
        metavar="SECONDS",
        help="how long an exchange may take before it is given up (default: 10)",
    )
    parser.addini("stormproof_engine", "the default of --stormproof-engine", default="embedded")
    parser.addini("stormproof_report", "the default of --stormproof-report", default="stormproof-report")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks that items of stormproof carry."""
    config.stash[STARTED] = time.time()
    engine = config.getoption("--stormproof-engine") or config.getini("stormproof_engine")
    if engine not in _ENGINES and not str(engine).startswith(("http://", "https://")):
        known = ", ".join(_ENGINES)
        raise pytest.UsageError(f"no engine is called {engine!r}; there are {known}, and the URL of a Toxiproxy server")
    config.addinivalue_line("markers", "contract(consumer, provider, kind): an interaction of a contract file")
    config.addinivalue_line("markers", "chaos(scenario): a scenario of a chaos file")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect ``*.contract.yaml`` and ``*.chaos.yaml``."""
    name = file_path.name
    if name.endswith(_CONTRACT_ENDINGS):
        from stormproof._contract_items import ContractFile  # noqa: PLC0415 - only where there are contracts

        return ContractFile.from_parent(parent, path=file_path)
    if name.endswith(_CHAOS_ENDINGS):
        from stormproof._chaos_items import ChaosFile  # noqa: PLC0415 - only where there are scenarios

        return ChaosFile.from_parent(parent, path=file_path)
    return None


@pytest.fixture(scope="session")
def stormproof_session(pytestconfig: pytest.Config) -> Generator[Session]:
    """What lasts for the whole run: senders, engine, topology, journal. Not meant for tests."""
    from stormproof._session import open_session  # noqa: PLC0415 - only where it is used

    with open_session(pytestconfig) as session:
        yield session


@pytest.fixture
def stormproof(request: pytest.FixtureRequest, stormproof_session: Session) -> Generator[Stormproof]:
    """Stubs, verification, topology, faults and scenarios for one test."""
    from stormproof._fixture import Stormproof  # noqa: PLC0415 - only where it is used

    with Stormproof(request, stormproof_session) as tools:
        yield tools


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Fail a test whose stubs met requests that their contracts do not know."""
    result = yield
    if "stormproof" in getattr(item, "funcargs", ()):
        item.funcargs["stormproof"].check()  # type: ignore[attr-defined]  # only functions have funcargs
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip for a missing part into a failure where ``--stormproof-require`` asks for it."""
    report = yield
    missing = call.excinfo is not None and getattr(call.excinfo.value, "missing_part", False)
    if missing and call.excinfo is not None and item.config.getoption("--stormproof-require"):
        report.outcome = "failed"
        report.longrepr = f"a part is missing here, and --stormproof-require allows no skip:\n{call.excinfo.value}"
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Draw the report of what this run did, on the process that the user sees."""
    if SESSION not in session.config.stash and not _has_workers(session.config):
        return
    from stormproof._summary import finish  # noqa: PLC0415 - only after a run that used stormproof

    finish(session.config, session.config.stash[STARTED])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Show contracts, scenarios and the path of the report; nothing where there were none."""
    if SESSION not in config.stash and not _has_workers(config):
        return
    from stormproof._summary import summarise  # noqa: PLC0415 - only after a run that used stormproof

    summarise(terminalreporter, config)


def _has_workers(config: pytest.Config) -> bool:
    return bool(config.getoption("tx", None)) and not hasattr(config, "workerinput")
