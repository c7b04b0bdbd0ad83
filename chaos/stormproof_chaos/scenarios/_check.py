"""Do the names of a scenario exist: checked before anything is started."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stormproof_contracts.errors import DocumentError, Problem, did_you_mean


if TYPE_CHECKING:
    from collections.abc import Iterator

    from stormproof_chaos.scenarios._model import Scenario
    from stormproof_chaos.scenarios._system import Named


def check_scenario(scenario: Scenario, system: Named) -> None:
    """Check that every service and link of *scenario* is one of *system*; asks for names only.

    Raises:
        DocumentError: with every name that is none, located, and the one that was probably meant.
    """
    if problems := [*_unknown_services(scenario, system), *_unknown_links(scenario, system)]:
        raise DocumentError(problems)


def _unknown_services(scenario: Scenario, system: Named) -> Iterator[Problem]:
    load = scenario.load
    if load.service and load.service not in system.services:
        hint = did_you_mean(load.service, system.services)
        yield Problem(load.location, f"no service is called {load.service!r}.{hint}")


def _unknown_links(scenario: Scenario, system: Named) -> Iterator[Problem]:
    for fault in (fault for step in scenario.steps for fault in step.faults):
        if fault.link not in system.links:
            hint = did_you_mean(fault.link, system.links) or " The system has no links."
            yield Problem(fault.location, f"no link is called {fault.link!r}.{hint}")
