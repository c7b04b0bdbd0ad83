"""The checks of contracts, put together: a table a contract, a row an interaction, a cell a side."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stormproof_chaos.report.outcomes import severity


if TYPE_CHECKING:
    from collections.abc import Iterable

    from stormproof_chaos.journal import ContractChecked


SIDES = ("provider", "consumer")


@dataclass(frozen=True, slots=True)
class Side:
    """What came of one side of an interaction: the worst of its checks, and the reasons of all that were as bad."""

    outcome: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """An interaction; *number* counts the rows of the page, and a side that nothing checked is not among *sides*."""

    number: int
    interaction: str
    kind: str
    sides: dict[str, Side]


@dataclass(frozen=True, slots=True)
class Pairing:
    """A contract between a consumer and a provider."""

    consumer: str
    provider: str
    contract: str
    file: str
    rows: list[Row] = field(default_factory=list[Row])


def paired(checks: Iterable[ContractChecked]) -> list[Pairing]:
    """Return the *checks* as pairings, everything in the order of its first check."""
    pairings: dict[tuple[str, ...], dict[tuple[str, str], dict[str, list[ContractChecked]]]] = {}
    for check in checks:
        rows = pairings.setdefault((check.consumer, check.provider, check.contract, check.file), {})
        rows.setdefault((check.interaction, check.kind), {}).setdefault(check.side, []).append(check)
    result: list[Pairing] = []
    number = 0
    for (consumer, provider, contract, file), rows in pairings.items():
        result.append(Pairing(consumer, provider, contract, file))
        for (interaction, kind), sides in rows.items():
            number += 1
            judged = {side: _judged(of_side) for side, of_side in sides.items()}
            result[-1].rows.append(Row(number, interaction, kind, judged))
    return result


def _judged(checks: list[ContractChecked]) -> Side:
    outcome = min((check.outcome for check in checks), key=severity)
    if any(check.outcome == "verified" for check in checks) and outcome != "failed":
        outcome = "verified"  # exercised by one test is exercised, whatever another left out
    reasons = dict.fromkeys(check.text for check in checks if check.outcome == outcome and check.text)
    return Side(outcome, tuple(reasons))
