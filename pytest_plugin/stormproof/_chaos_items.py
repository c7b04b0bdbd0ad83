"""Chaos files as pytest sees them: a module with one test, the scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from stormproof._items import StormproofFile, StormproofItem, item_name
from stormproof._session import session_of
from stormproof_chaos.errors import ChaosError
from stormproof_chaos.scenarios import explain_scenario, read_scenario
from stormproof_contracts.errors import DocumentError


if TYPE_CHECKING:
    from collections.abc import Iterator

    from stormproof._session import Session
    from stormproof_chaos.scenarios import Scenario, ScenarioResult


class ScenarioFailed(ChaosError):
    """An expectation of a scenario was broken, or could not be told."""

    def __init__(self, result: ScenarioResult) -> None:
        self.result = result
        super().__init__(explain_scenario(result))


class ChaosFile(StormproofFile):
    """A chaos file."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yield the scenario; a file that cannot be used is a collection error with every problem."""
        try:
            scenario = read_scenario(self.path, shown=self.shown)
        except DocumentError as error:
            raise self.CollectError(str(error)) from None
        yield ChaosItem.from_parent(self, name=item_name(scenario.title), callobj=_run, scenario=scenario)


class ChaosItem(StormproofItem):
    """One scenario, run against the topology."""

    def __init__(self, *, scenario: Scenario, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.scenario = scenario
        self.add_marker(pytest.mark.chaos(scenario=scenario.title))
        self.user_properties.append(("scenario", scenario.title))

    def reportinfo(self) -> tuple[Any, int, str]:
        """Return where the scenario stands, for reports."""
        return self.path, 0, f"{self.path.name}: {self.name}"


def check(session: Session, scenario: Scenario) -> ScenarioResult:
    """Run *scenario* and raise `ScenarioFailed` unless every expectation held."""
    result = session.run(scenario)
    if not result.held:
        raise ScenarioFailed(result)
    return result


def _run(request: pytest.FixtureRequest) -> None:
    item: ChaosItem = request.node
    result = check(session_of(request), item.scenario)
    item.user_properties.extend((str(verdict.expectation), verdict.measured) for verdict in result.verdicts)
