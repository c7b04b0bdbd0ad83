"""Plays a scenario over a running system, and always leaves the links as they were."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from stormproof_chaos.observe import Call
from stormproof_chaos.scenarios._check import check_scenario
from stormproof_chaos.scenarios._faults import ActiveFaults
from stormproof_chaos.scenarios._generator import LoadGenerator
from stormproof_chaos.scenarios._http import http_caller, shown_url
from stormproof_chaos.scenarios._judge import Played, judge
from stormproof_chaos.scenarios._notes import Notes
from stormproof_chaos.scenarios._result import ScenarioResult
from stormproof_chaos.scenarios._timeline import edges_of, step_at


if TYPE_CHECKING:
    from collections.abc import Callable

    from stormproof_chaos.journal import Journal
    from stormproof_chaos.scenarios._caller import Caller
    from stormproof_chaos.scenarios._generator import Attempt
    from stormproof_chaos.scenarios._model import Scenario
    from stormproof_chaos.scenarios._system import System


#: How often the system is asked whether its services are up.
_LOOK = 0.1


def run_scenario(scenario: Scenario, system: System, journal: Journal) -> ScenarioResult:
    """Run *scenario* over *system* and return its verdicts; *journal* gets every event, and gives the time.

    Faults come and go at the edges of steps. They are removed and the load is ended before this returns or raises, on
    interruption too. Calls under way at the end are awaited up to their timeout. A service that ends on its own
    ends the run.

    Raises:
        DocumentError: a service or link of the scenario is none of the system's; nothing was started.
        EngineError: a fault cannot be put on or taken off.
    """
    check_scenario(scenario, system)
    caller = http_caller(scenario.load, system)
    notes = Notes(journal, scenario)
    notes.started(caller.label)
    calls: list[Call] = []
    run = _Run(scenario, system, notes)
    run.play(caller, calls)
    calls.sort(key=lambda call: call.due)
    result = ScenarioResult(
        scenario=scenario,
        verdicts=judge(scenario, run.played, calls),
        calls=tuple(calls),
        url=shown_url(caller.url),
        deaths=run.deaths,
    )
    notes.finished(result)
    return result


class _Run:
    """One run: what has been seen of it so far."""

    def __init__(self, scenario: Scenario, system: System, notes: Notes) -> None:
        self.scenario, self.system, self.notes = scenario, system, notes
        self.clock: Callable[[], float] = notes.journal.clock
        self.edges = edges_of(scenario)
        self.began = self.clock()
        self.settled: list[float] = []
        self.deaths: tuple[str, ...] = ()
        self.died: float | None = None

    @property
    def played(self) -> Played:
        """How far it came."""
        return Played(edges=self.edges, settled=tuple(self.settled), deaths=self.deaths, died=self.died)

    def play(self, caller: Caller, calls: list[Call]) -> None:
        """Put load on the system and walk through the steps; *calls* receives every call that ended."""
        if not self._all_up():
            return
        load = self.scenario.load

        def note(attempt: Attempt) -> None:
            call = self._call_of(attempt, caller.label)
            calls.append(call)
            self.notes.call(call, generator.began + call.due)

        generator = LoadGenerator(
            caller, rate=load.rate, count=load.calls_in(self.scenario.seconds), clock=self.clock, note=note
        )
        with generator, ActiveFaults(self.system, self.notes.fault) as faults:
            self.began = generator.began
            if not self._take_steps(generator, faults):
                generator.stop()
            while not generator.ended(_LOOK):
                self._all_up()
        self._all_up()

    def _take_steps(self, generator: LoadGenerator, faults: ActiveFaults) -> bool:
        """Walk over the edges, and no further when a service ends on its own; tell whether none did.

        No fault is left either way.
        """
        for number, edge in enumerate(self.edges, 1):
            if not self._wait_until(edge.at, generator):
                faults.clear()
                return False
            if number <= len(self.scenario.steps):
                self.notes.step(number, self.began + edge.at)
            faults.change(removed=edge.removed, added=edge.added)
            if number <= len(self.scenario.steps):
                self.settled.append(self._now() if edge.removed or edge.added else edge.at)
        return True

    def _wait_until(self, moment: float, generator: LoadGenerator) -> bool:
        """Wait; tell whether every service was up all the time."""
        while self._all_up():
            generator.check()
            left = moment - self._now()
            if left <= 0:
                return True
            time.sleep(min(left, _LOOK))
        return False

    def _all_up(self) -> bool:
        if not self.deaths:
            self.deaths = tuple(self.system.deaths())
            self.died = self._now() if self.deaths else None
        return not self.deaths

    def _call_of(self, attempt: Attempt, label: str) -> Call:
        return Call(
            step=step_at(self.edges, attempt.due),
            label=label,
            due=attempt.due,
            late=max(0.0, attempt.started - attempt.due),
            seconds=attempt.ended - attempt.due,
            outcome=attempt.reply.outcome,
            status=attempt.reply.status,
            detail=attempt.reply.detail,
        )

    def _now(self) -> float:
        return self.clock() - self.began
