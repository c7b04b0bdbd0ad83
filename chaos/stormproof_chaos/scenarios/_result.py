"""What came of a scenario."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from stormproof_chaos.observe import Call, Outcome, Verdict
    from stormproof_chaos.scenarios._model import Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioResult:
    """The verdicts on one run, and the calls they rest on.

    Attributes:
        scenario: What was run.
        verdicts: One an expectation, in the order of the file; first those on services that ended on their own.
        calls: Every call of the load, in the order in which they were due.
        url: What was called, without secrets.
        deaths: What is known of services that ended on their own.
    """

    scenario: Scenario
    verdicts: tuple[Verdict, ...]
    calls: tuple[Call, ...]
    url: str
    deaths: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """The worst of the verdicts: broken, else could not tell, else held."""
        outcomes = {verdict.outcome for verdict in self.verdicts}
        return "broken" if "broken" in outcomes else "could not tell" if "could not tell" in outcomes else "held"

    @property
    def held(self) -> bool:
        """Whether every expectation held."""
        return self.outcome == "held"
