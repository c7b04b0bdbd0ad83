"""Every test ends with the check of the fixture ``shop``: no fault and no thread is left."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from stormproof_chaos.errors import UnknownProxy
from stormproof_chaos.journal import CallMade, FaultChanged, ScenarioFinished, StepStarted, VerdictReached, read_journal
from stormproof_chaos.scenarios import explain_scenario, read_scenario, run_scenario
from stormproof_contracts.errors import DocumentError


if TYPE_CHECKING:
    from stormproof_chaos.journal import Journal
    from stormproof_chaos.scenarios import Scenario, ScenarioResult

    Shop: TypeAlias = Any  # the class of the conftest, which no test can import


START = 'scenario: s\nload: {call: "POST {orders}/orders", body: {sku: A1}, rate: 60/s, timeout: 400ms}\n'
DOWN = """\
steady: {success: 100%}
steps:
  - for: 300ms
  - for: 400ms
    faults: [{down: outside -> orders}]
    expect: {success: ">= 99%"}
  - for: 500ms
    expect: {recovers within: 400ms}
"""
ENDLESS = """\
steady: {success: 100%}
steps:
  - for: 300ms
  - for: 10min
    faults: [{latency: outside -> orders, delay: 1ms}]
    expect: {max: 5s}
"""


def scenario(folder: Path, text: str, start: str = START) -> Scenario:
    (folder / "x.chaos.yaml").write_text(start + text)
    return read_scenario(folder / "x.chaos.yaml", shown=Path("x.chaos.yaml"))


def one_step(folder: Path, start: str = START, seconds: str = "300ms") -> Scenario:
    return scenario(folder, f"steps: [{{for: {seconds}, expect: {{success: 100%}}}}]\n", start)


def words(result: ScenarioResult) -> dict[str, str]:
    return {f"{verdict.step} {verdict.expectation}": verdict.outcome for verdict in result.verdicts}


def ways(result: ScenarioResult) -> set[str]:
    return {call.outcome for call in result.calls}


class TestFaults:
    def test_a_service_that_is_down(self, shop: Shop, journal: Journal, tmp_path: Path) -> None:
        """While its link is down a service fails, before and after it does not."""
        result = run_scenario(scenario(tmp_path, DOWN), shop, journal)
        found = words(result)
        assert found["2 success >= 99%"] == "broken"
        assert found["0 success >= 100%"] != "broken"
        assert found["3 recovers within 400ms"] != "broken"
        assert (result.outcome, result.held) == ("broken", False)
        assert len(result.calls) == 72
        assert ways(result) <= {"ok", "refused", "closed", "reset", "timeout"}

    def test_a_service_that_stays_down(self, shop: Shop, journal: Journal, tmp_path: Path) -> None:
        """A service that fails on after the fault does not recover."""

        def fail_for_good() -> None:
            shop.service.status = 503 if shop.disturbed else shop.service.status

        shop.look = fail_for_good
        result = run_scenario(scenario(tmp_path, DOWN), shop, journal)
        assert words(result)["3 recovers within 400ms"] != "held"
        assert result.outcome == "broken"

    def test_a_fault_that_goes_on(self, shop: Shop, journal: Journal, tmp_path: Path) -> None:
        """A fault that two steps in a row have is put on once and taken off once."""
        fault = "faults: [{latency: outside -> orders, delay: 1ms}]"
        steps = (
            f"steps: [{{for: 200ms, {fault}}}, {{for: 300ms, {fault}, expect: {{success: 100%}}}}, {{for: 100ms}}]\n"
        )
        run_scenario(scenario(tmp_path, steps), shop, journal)
        changes = [record for record in read_journal(journal.path) if isinstance(record, FaultChanged)]
        assert [(change.action, change.fault) for change in changes] == [
            ("added", "latency 1ms"),
            ("removed", "latency 1ms"),
        ]

    def test_a_fault_that_cannot_be_put_on(self, shop: Shop, journal: Journal, tmp_path: Path) -> None:
        """What the engine refuses ends the run with the engine's reason."""
        shop.look = shop.proxy.delete
        with pytest.raises(UnknownProxy):
            run_scenario(scenario(tmp_path, DOWN), shop, journal)

    def test_an_interruption(self, shop: Shop, journal: Journal, tmp_path: Path) -> None:
        """Ctrl-C in the middle of a fault takes it off, ends the load, and leaves a journal without an outcome."""

        def interrupt() -> None:
            if shop.disturbed:
                os.kill(os.getpid(), signal.SIGINT)

        shop.look = interrupt
        with pytest.raises(KeyboardInterrupt):
            run_scenario(scenario(tmp_path, ENDLESS), shop, journal)
        assert not shop.disturbed
        assert not [record for record in read_journal(journal.path) if isinstance(record, ScenarioFinished)]


class TestDeaths:
    def test_a_service_that_dies_on_its_own(self, shop: Shop, journal: Journal, tmp_path: Path) -> None:
        """A service that dies ends the run at once, and its death is the verdict, not a share of successes."""

        def die() -> None:
            if shop.disturbed:
                shop.dead = ["orders exited with code 1; last lines:\n  cannot open ledger\n  bye"]

        shop.look = die
        result = run_scenario(scenario(tmp_path, ENDLESS), shop, journal)
        death, *others = result.verdicts
        assert (death.outcome, death.measured, death.step) == ("broken", "orders exited with code 1, on its own", 2)
        assert death.evidence == ("cannot open ledger", "bye")
        assert others[-1].expectation == "max <= 5s"
        assert (others[-1].outcome, others[-1].measured) == (
            "could not tell",
            "the run ended before: orders exited with code 1",
        )
        assert result.deaths == tuple(shop.dead)
        assert "got       orders exited with code 1, on its own" in explain_scenario(result)

    def test_a_service_that_is_dead_before(self, shop: Shop, journal: Journal, tmp_path: Path) -> None:
        """Nothing is called when a service is dead before the run begins."""
        shop.dead = ["orders exited with code 1"]
        result = run_scenario(scenario(tmp_path, DOWN), shop, journal)
        assert words(result) == {
            "0 every service stays up": "broken",
            "0 success >= 100%": "could not tell",
            "2 success >= 99%": "could not tell",
            "3 recovers within 400ms": "could not tell",
        }
        assert shop.service.requests == []


class TestCalls:
    def test_what_is_sent(self, shop: Shop, journal: Journal, tmp_path: Path) -> None:
        """A call has the method, path, headers and body of the file; structured bodies are JSON."""
        start = START.replace("body:", "headers: {X-Shop: north}, body:")
        run_scenario(one_step(tmp_path, start), shop, journal)
        head, _, body = shop.service.requests[0].partition("\r\n\r\n")
        assert head.startswith("POST /orders HTTP/1.1\r\n")
        assert {"x-shop: north", "content-type: application/json"} <= set(head.lower().split("\r\n"))
        assert body == '{"sku": "A1"}'

    def test_text_is_sent_as_it_is(self, shop: Shop, journal: Journal, tmp_path: Path) -> None:
        """A body that is text is sent as it is, with the content type of the file."""
        start = START.replace("body: {sku: A1}", "headers: {content-type: text/csv}, body: 'a,b'")
        run_scenario(one_step(tmp_path, start), shop, journal)
        head, _, body = shop.service.requests[0].partition("\r\n\r\n")
        assert "content-type: text/csv" in head.lower()
        assert body == "a,b"

    def test_slow_answers_delay_no_call(self, shop: Shop, journal: Journal, tmp_path: Path) -> None:
        """Calls start when they are due though no earlier one has ended, and each is awaited up to its timeout."""
        shop.service.hang = True
        result = run_scenario(one_step(tmp_path, START.replace("400ms", "1s")), shop, journal)
        assert len(result.calls) == 18
        assert ways(result) == {"timeout"}
        assert all(call.seconds >= 1.0 for call in result.calls)
        assert len(shop.service.requests) == 18

    def test_refused(self, shop: Shop, journal: Journal, tmp_path: Path) -> None:
        """Where nobody listens calls are refused."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        result = run_scenario(one_step(tmp_path, START.replace("{orders}", f"http://127.0.0.1:{port}")), shop, journal)
        assert ways(result) == {"refused"}
        assert "failed: 18 refused" in result.verdicts[0].evidence

    def test_reset(self, shop: Shop, journal: Journal, tmp_path: Path) -> None:
        """A connection that is reset is told as such."""
        steps = "steps: [{for: 400ms, faults: [{reset: outside -> orders}], expect: {success: 100%}}]\n"
        result = run_scenario(scenario(tmp_path, steps), shop, journal)
        assert "reset" in ways(result)
        assert result.outcome == "broken"

    def test_no_http(self, shop: Shop, journal: Journal, tmp_path: Path) -> None:
        """An answer that is no HTTP is malformed."""
        shop.service.nonsense = True
        result = run_scenario(one_step(tmp_path), shop, journal)
        assert ways(result) == {"malformed"}

    @pytest.mark.parametrize(
        "case",
        [
            (404, "", "ok"),
            (500, "", "error"),
            (200, "success: {status: 201}, ", "error"),
            (503, "success: {status: [503]}, ", "ok"),
        ],
    )
    def test_statuses(self, shop: Shop, journal: Journal, tmp_path: Path, case: tuple[int, str, str]) -> None:
        """A status below 500 is a success, unless the file says which are."""
        status, success, outcome = case
        shop.service.status = status
        result = run_scenario(one_step(tmp_path, START.replace("body:", f"{success}body:")), shop, journal)
        assert {(call.outcome, call.status) for call in result.calls} == {(outcome, status)}

    def test_unknown_names(self, shop: Shop, journal: Journal, tmp_path: Path) -> None:
        """Names that the system does not have are told before a single call."""
        with pytest.raises(DocumentError, match="Did you mean 'orders'"):
            run_scenario(one_step(tmp_path, START.replace("{orders}", "{order}")), shop, journal)
        assert shop.service.requests == []


def test_journal_of_a_run(shop: Shop, journal: Journal, tmp_path: Path) -> None:
    """The journal has every event: steps at their times, faults between them, each call where it was due, verdicts."""
    result = run_scenario(scenario(tmp_path, DOWN), shop, journal)
    records = read_journal(journal.path)
    steps = [record for record in records if isinstance(record, StepStarted)]
    assert [(step.step, step.seconds, step.faults) for step in steps] == [
        (1, 0.3, ()),
        (2, 0.4, ("down on outside -> orders",)),
        (3, 0.5, ()),
    ]
    assert steps[1].at - steps[0].at == pytest.approx(0.3, abs=1e-5)
    added, removed = (record for record in records if isinstance(record, FaultChanged))
    assert (added.action, added.fault, added.link) == ("added", "down", "outside -> orders")
    assert removed.action == "removed"
    assert steps[1].at <= added.at <= removed.at
    calls = sorted((record for record in records if isinstance(record, CallMade)), key=lambda record: record.at)
    assert [call.step for call in calls] == [1] * 18 + [2] * 24 + [3] * 30
    assert calls[18].at - steps[0].at == pytest.approx(0.3, abs=1e-5)
    assert {call.call for call in calls} == {"POST /orders"}
    verdicts = [record for record in records if isinstance(record, VerdictReached)]
    assert [(one.step, one.line, one.column) for one in verdicts] == [(0, 3, 10), (2, 8, 14), (3, 10, 14)]
    assert isinstance(records[-1], ScenarioFinished)
    assert records[-1].outcome == result.outcome
