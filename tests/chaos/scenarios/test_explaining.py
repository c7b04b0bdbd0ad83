from __future__ import annotations

from pathlib import Path

from stormproof_chaos.observe import Call, Verdict
from stormproof_chaos.scenarios import ScenarioResult, explain_scenario, read_scenario
from stormproof_contracts.errors import Location


CHAOS = """\
scenario: checkout survives a silent inventory
load: {call: "POST {orders}/orders", rate: 40/s}
steady: {success: ">= 99%"}
steps:
  - for: 3s
  - for: 4s
    faults: [{partition: orders -> inventory}]
    expect: {success: ">= 99%", p95: "<= 600ms"}
  - for: 4s
    expect: {recovers within: 2s}
"""


def test_the_words(tmp_path: Path) -> None:
    """A failure says where, in which step, under which fault, what was expected and measured, and what held."""
    (tmp_path / "x.chaos.yaml").write_text(CHAOS)
    path = Path("chaos/x.chaos.yaml")
    scenario = read_scenario(tmp_path / "x.chaos.yaml", shown=path)
    verdicts = (
        Verdict(
            expectation="success >= 99%",
            outcome="held",
            measured="100% (120 of 120 calls)",
            location=Location(path, 3, 10),
        ),
        Verdict(
            expectation="success >= 99%",
            outcome="broken",
            measured="62.5% (100 of 160 calls)",
            evidence=("failed: 60 status 503", "at 3.125s  POST /orders  status 503 after 5.012s"),
            location=Location(path, 8, 14),
            step=2,
        ),
        Verdict(
            expectation="p95 <= 600ms", outcome="broken", measured="5.013s", location=Location(path, 8, 33), step=2
        ),
        Verdict(
            expectation="recovers within 2s",
            outcome="could not tell",
            measured="the load generator was late by 1s at p95, Bearer abcdefgh12345",
            location=Location(path, 10, 14),
            step=3,
        ),
    )
    calls = tuple(Call(step=1, label="POST /orders", due=n / 40, seconds=0.01, outcome="ok") for n in range(440))
    result = ScenarioResult(scenario=scenario, verdicts=verdicts, calls=calls, url="http://127.0.0.1:8001/orders")
    assert (
        explain_scenario(result)
        == """\
chaos/x.chaos.yaml:8:14  "checkout survives a silent inventory"

  step      2 of 3, 4s  (chaos/x.chaos.yaml:6:5)
  fault     partition on orders -> inventory

  expected  success >= 99%   (chaos/x.chaos.yaml:8:14)
  got       62.5% (100 of 160 calls)
            failed: 60 status 503
            at 3.125s  POST /orders  status 503 after 5.012s

  expected  p95 <= 600ms   (chaos/x.chaos.yaml:8:33)
  got       5.013s

  step      3 of 3, 4s  (chaos/x.chaos.yaml:9:5)

  expected  recovers within 2s   (chaos/x.chaos.yaml:10:14)
  unknown   the load generator was late by 1s at p95, Bearer [redacted]

  load      POST http://127.0.0.1:8001/orders, 40/s for 11s, 440 calls
  held      success >= 99% in the steady state: 100% (120 of 120 calls)"""
    )
