from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stormproof_chaos.journal import (
    CallMade,
    ContractChecked,
    FaultChanged,
    JournalOpened,
    ScenarioFinished,
    ScenarioStarted,
    StepStarted,
    VerdictReached,
)


if TYPE_CHECKING:
    from stormproof_chaos.journal import Record


FAILURE = """contracts/orders-inventory.contract.yaml:9:9  "stock of a known item"   orders -> inventory

  expected  $.quantity        integer
  got       $.quantity        "7"  (string)"""
PARTITION, LINK = "partition", "orders -> inventory"
SILENT = "checkout survives a silent inventory"


def checked(interaction: str, side: str, outcome: str, text: str = "") -> ContractChecked:
    """Return the record of one side of an interaction between orders and inventory."""
    return ContractChecked(
        at=0.1,
        contract="orders-inventory",
        file="contracts/orders-inventory.contract.yaml",
        consumer="orders",
        provider="inventory",
        interaction=interaction,
        kind="http",
        side=side,
        outcome=outcome,
        seconds=0.01,
        text=text,
    )


def judged(step: int, expectation: str, outcome: str, measured: str, *evidence: str) -> VerdictReached:
    """Return the record of a verdict of the silent inventory."""
    return VerdictReached(
        at=9.0 if step else 2.0,
        scenario=SILENT,
        step=step,
        expectation=expectation,
        outcome=outcome,
        measured=measured,
        evidence=evidence,
        file="chaos/inventory.chaos.yaml",
        line=6 + step,
        column=14,
    )


def called(at: float, *, fails: bool) -> CallMade:
    """Return a call due at that second, of a scenario whose second step lasts from second 4 to 7."""
    step = 1 if at < 4 else 2 if at < 7 else 3
    if fails and step == 2 and int(at * 40) % 3 == 0:
        return CallMade(
            at=at, scenario=SILENT, step=2, call="POST /orders", seconds=1.0, outcome="timeout", status=None
        )
    seconds = 0.3 if step == 2 else 0.012
    return CallMade(at=at, scenario=SILENT, step=step, call="POST /orders", seconds=seconds, outcome="ok", status=201)


def scenario_records(*, fails: bool, finishes: bool = True, rate: int = 40) -> list[Record]:
    """Return a scenario of ten seconds with a partition in its second step; interrupted in it if it does not finish."""
    records: list[Record] = [
        ScenarioStarted(at=0.8, scenario=SILENT, file="chaos/inventory.chaos.yaml", load=f"POST /orders at {rate}/s"),
        StepStarted(at=1.0, scenario=SILENT, step=1, seconds=3.0, faults=()),
        StepStarted(at=4.0, scenario=SILENT, step=2, seconds=3.0, faults=(f"{PARTITION} on {LINK}",)),
        FaultChanged(at=4.0, scenario=SILENT, action="added", fault=PARTITION, link=LINK),
        judged(0, "p95 <= 300ms", "held", "12 ms"),
    ]
    if finishes:
        records += [
            FaultChanged(at=7.0, scenario=SILENT, action="removed", fault=PARTITION, link=LINK),
            StepStarted(at=7.0, scenario=SILENT, step=3, seconds=2.0, faults=()),
            judged(2, "success >= 99%", "broken" if fails else "held", "66.6%" if fails else "100%", "4.050 s timeout"),
            judged(2, "breaker opens within 2s", "could not tell" if fails else "held", ""),
            judged(3, "recovers within 1s", "held", "0.1 s", "7.000 s answered"),
        ]
    end = 9.0 if finishes else 5.0
    records += [called(1 + number / rate, fails=fails) for number in range(int((end - 1) * rate))]
    if finishes:
        records.append(ScenarioFinished(at=9.1, scenario=SILENT, outcome="broken" if fails else "held"))
    return records


@pytest.fixture
def opened() -> Record:
    """The first line of a journal."""
    return JournalOpened(started="2026-11-21T03:00:00.000000Z", stormproof="0.1.0", engine="embedded")


@pytest.fixture
def contracts_alone(opened: Record) -> list[Record]:
    """A run of contracts with every outcome, and no scenario."""
    return [
        opened,
        checked("stock of a known item", "provider", "failed", FAILURE),
        checked("stock of a known item", "consumer", "verified"),
        checked("reserve stock", "provider", "skipped", "pip install 'stormproof[grpc]'"),
        checked("release stock", "consumer", "not exercised", "no test called DELETE /reservations/1"),
    ]


@pytest.fixture
def failing(contracts_alone: list[Record]) -> list[Record]:
    """A run in which an interaction failed and an expectation was broken."""
    return [*contracts_alone, *scenario_records(fails=True)]


@pytest.fixture
def green(opened: Record) -> list[Record]:
    """A run in which everything held."""
    return [opened, checked("stock of a known item", "provider", "verified"), *scenario_records(fails=False)]


@pytest.fixture
def interrupted(opened: Record) -> list[Record]:
    """A run that ended in the middle of a step."""
    return [opened, *scenario_records(fails=False, finishes=False)]


@pytest.fixture
def large(opened: Record) -> list[Record]:
    """A scenario of 100,000 calls."""
    return [opened, *scenario_records(fails=True, rate=12_500)]
