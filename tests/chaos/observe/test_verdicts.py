from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stormproof_chaos.observe import (
    EXPECTATIONS,
    STEADY_EXPECTATIONS,
    Call,
    Stretch,
    Verdict,
    observe,
    percentile,
    read_expectation,
    read_steady,
)
from stormproof_chaos.observe._recovery import recovered_at, window_of
from stormproof_contracts.errors import Location


if TYPE_CHECKING:
    from collections.abc import Sequence

    from stormproof_chaos.observe import CallOutcome


HERE = Location(Path("x.chaos.yaml"), 8, 14)
OK: list[CallOutcome] = ["ok"]
BAD: list[CallOutcome] = ["error"]


def call(
    due: float = 0.0, seconds: float = 0.01, outcome: CallOutcome = "ok", late: float = 0.0, detail: str = ""
) -> Call:
    status = {"ok": 200, "error": 503}.get(outcome)
    return Call(
        step=1, label="GET /", due=due, late=late, seconds=seconds, outcome=outcome, status=status, detail=detail
    )


def calls_at(rate: float, outcomes: Sequence[CallOutcome]) -> list[Call]:
    return [call(number / rate, outcome=outcome) for number, outcome in enumerate(outcomes)]


def judge(name: str, text: str, calls: Sequence[Call], **stretch: object) -> Verdict:
    times = Stretch(**{"step": 1, "end": math.inf, **stretch})  # type: ignore[arg-type]  # whatever a test is about
    return read_expectation(name, text, HERE).judge(observe(calls, times))


def recovery(text: str, calls: Sequence[Call], steady: Sequence[tuple[str, str]] = (("success", "100%"),)) -> Verdict:
    return judge("recovers within", text, calls, steady=tuple(read_steady(*pair, HERE) for pair in steady))


class TestPercentile:
    @settings(deadline=None)
    @given(st.lists(st.floats(0, 1e6), min_size=1), st.integers(1, 100))
    def test_nearest_rank(self, values: list[float], rank: int) -> None:
        """A percentile is one of the values, and the smallest that so many percent of them do not exceed."""
        measured = percentile(values, rank)
        assert measured in values
        assert sum(value <= measured for value in values) * 100 >= rank * len(values)
        assert sum(value < measured for value in values) * 100 < rank * len(values)

    def test_known_values(self) -> None:
        """Of 1 to 100 the n-th percentile is n, and of few values a high one is the maximum."""
        values = [float(value) for value in range(100, 0, -1)]
        assert [percentile(values, rank) for rank in (50, 90, 95, 99, 100)] == [50, 90, 95, 99, 100]
        assert percentile([15, 20, 35, 40, 50], 30) == 20
        assert percentile([1, 2, 3], 95) == 3

    def test_no_values(self) -> None:
        """No values have no percentile."""
        with pytest.raises(ValueError, match="no values"):
            percentile([], 50)


class TestShares:
    @pytest.mark.parametrize(
        ("name", "text", "failures", "outcome", "measured"),
        [
            ("success", ">= 99%", 1, "held", "99% (99 of 100 calls)"),
            ("success", ">= 99%", 2, "broken", "98% (98 of 100 calls)"),
            ("success", "99%", 0, "held", "100% (100 of 100 calls)"),
            ("success", "> 99%", 1, "broken", "99% (99 of 100 calls)"),
            ("success", "<= 50%", 60, "held", "40% (40 of 100 calls)"),
            ("success", "== 100%", 1, "broken", "99% (99 of 100 calls)"),
            ("error", "<= 1%", 1, "held", "1% (1 of 100 calls)"),
            ("error", "0.01", 2, "broken", "2% (2 of 100 calls)"),
        ],
    )
    def test_bounds(self, name: str, text: str, failures: int, outcome: str, measured: str) -> None:
        """The share of calls that succeed or fail is compared with the bound."""
        verdict = judge(name, text, calls_at(40, BAD * failures + OK * (100 - failures)))
        assert (verdict.outcome, verdict.measured) == (outcome, measured)

    def test_evidence(self) -> None:
        """The ways of failing are counted, and the first failures are shown with their times."""
        failures = [call(1.5, 5.0, "timeout"), *[call(2.0 + n, outcome="error") for n in range(6)]]
        verdict = judge("success", ">= 99%", [*failures, call(9.0)])
        assert verdict.evidence[:3] == (
            "failed: 6 status 503, 1 timeout",
            "at 1.500s  GET /  timeout after 5s",
            "at 2.000s  GET /  status 503 after 10ms",
        )
        assert verdict.evidence[-1] == "and 2 more"
        assert len(verdict.evidence) == 7

    @settings(deadline=None)
    @given(st.lists(st.sampled_from(["ok", "error", "timeout", "refused"]), min_size=5), st.integers(0, 100))
    def test_the_word_is_the_comparison(self, outcomes: list[CallOutcome], percent: int) -> None:
        """Without doubts the verdict is held exactly when the share of successes reaches the bound."""
        verdict = judge("success", f">= {percent}%", calls_at(40, outcomes))
        assert (verdict.outcome == "held") is (outcomes.count("ok") / len(outcomes) >= percent / 100)
        assert verdict.outcome != "could not tell"

    def test_the_verdict_says_what_was_expected_and_where(self) -> None:
        """A verdict carries the words, the place and the step of its expectation."""
        verdict = judge("success", "99%", calls_at(40, OK * 10), step=3)
        assert (verdict.expectation, verdict.location, verdict.step) == ("success >= 99%", HERE, 3)


class TestLatencies:
    def test_failures_count_with_their_time(self) -> None:
        """A timeout counts with its full time, and a fast failure as fast."""
        calls = [call(n / 40, 0.01) for n in range(18)] + [call(1, 5.0, "timeout"), call(1, 0.001, "refused")]
        assert judge("max", "<= 1s", calls).measured == "5s"
        assert judge("p95", "<= 1s", calls).outcome == "held"
        assert judge("p50", "<= 1s", calls).measured == "10ms"

    def test_evidence(self) -> None:
        """The slowest calls are shown, slowest first."""
        verdict = judge("p50", "<= 1ms", [call(n, 0.001 * (n + 1)) for n in range(10)])
        assert verdict.outcome == "broken"
        assert verdict.evidence[0] == "at 9.000s  GET /  status 200 after 10ms"
        assert len(verdict.evidence) == 5

    def test_a_value_just_beyond_its_limit(self) -> None:
        """A measured value is exact enough to differ from the limit it breaks."""
        verdict = judge("max", "<= 300ms", [call(n, 0.3004) for n in range(5)])
        assert (verdict.outcome, verdict.measured) == ("broken", "300.4ms")


class TestTooFewCalls:
    @pytest.mark.parametrize(
        ("name", "fewest"), [("success", 5), ("p50", 5), ("p90", 10), ("p95", 20), ("p99", 100), ("max", 5)]
    )
    def test_fewest(self, name: str, fewest: int) -> None:
        """An expectation is judged from its fewest calls on, and below that could not be told."""
        text = "100%" if name == "success" else "1s"
        enough = calls_at(40, OK * fewest)
        assert judge(name, text, enough).outcome == "held"
        verdict = judge(name, text, enough[1:])
        assert verdict.outcome == "could not tell"
        assert f"{fewest - 1} calls to judge by, and {name} needs {fewest}" in verdict.measured

    @pytest.mark.parametrize("name", EXPECTATIONS)
    def test_no_calls(self, name: str) -> None:
        """No calls tell nothing, whatever is expected."""
        text = "100%" if name in ("success", "error") else "1s"
        assert judge(name, text, []).outcome == "could not tell"


class TestALateGenerator:
    """A load that was not driven as written never becomes a word on the service."""

    def test_success_of_a_load_that_was_not_driven(self) -> None:
        """All calls succeeded, but the load was another: whether it holds could not be told."""
        verdict = judge("success", "100%", [call(n / 40, 1.01, late=1.0) for n in range(40)])
        assert verdict.outcome == "could not tell"
        assert verdict.measured.startswith("the load generator was late by 1s at p95, 1s at most")

    def test_failures_of_late_calls(self) -> None:
        """Failures of calls that started late could have been caused by that, however few they are."""
        late = [call(n / 40, 1.0, "error", late=0.9) for n in range(2)]
        assert judge("success", "100%", [*late, *calls_at(40, OK * 60)]).outcome == "could not tell"

    def test_failures_of_calls_in_time(self) -> None:
        """Failures of calls that started in time are the service's, however late others were."""
        late = [call(n / 40, 1.0, "error", late=0.9) for n in range(2)]
        assert judge("success", ">= 90%", [*late, *calls_at(40, BAD * 60)]).outcome == "broken"

    def test_latency_that_is_lateness(self) -> None:
        """A generator that cannot keep up breaks nothing, however long the calls took."""
        verdict = judge("max", "<= 300ms", [call(n / 40, 3.0, late=1.0) for n in range(40)])
        assert verdict.outcome == "could not tell"
        assert verdict.measured.startswith("3s measured, but the load generator was late by 1s at p95")

    def test_latency_beyond_lateness(self) -> None:
        """Latency that is too long also without the lateness, at the start and at the end, is the service's."""
        assert judge("max", "<= 300ms", [call(n / 40, 0.71, late=0.2) for n in range(40)]).outcome == "broken"
        assert judge("max", "<= 300ms", [call(n / 40, 0.69, late=0.2) for n in range(40)]).outcome == "could not tell"

    def test_a_hiccup(self) -> None:
        """A few late calls in a load that was driven change nothing."""
        calls = [call(0, 0.3, late=0.29), *[call(n / 40, 0.01) for n in range(1, 40)]]
        assert judge("success", "100%", calls).outcome == "held"
        assert judge("p95", "<= 100ms", calls).outcome == "held"

    def test_recovery_that_lateness_may_have_delayed(self) -> None:
        """A recovery that is too late only with the generator's own lateness could not be told."""
        calls = [call(n / 40, 0.31, late=0.15) for n in range(80)]
        assert recovery("1s", calls, [("max", "300ms")]).outcome == "could not tell"
        assert recovery("1s", calls, [("max", "5ms")]).outcome == "broken"

    def test_recovery(self) -> None:
        """Recovery under a load that was not driven could not be told."""
        verdict = recovery("1s", [call(n / 40, 1.01, late=1.0) for n in range(40)])
        assert verdict.outcome == "could not tell"


class TestEdges:
    def test_calls_belong_to_where_they_were_due(self) -> None:
        """A call is judged in the stretch in which it was due, also when it ended later."""
        calls = [call(0.99, 5.0), call(1.0), call(1.99, 5.0), call(2.0)]
        assert observe(calls, Stretch(start=1.0, end=2.0)).calls == (calls[1], calls[2])

    def test_calls_under_way_when_a_fault_came(self) -> None:
        """A young call that a further fault may have hit says nothing, whatever became of it."""
        calls = [*[call(n / 40, 0.05) for n in range(38)], call(0.98, 3.0, "reset"), call(0.99, 3.0)]
        observation = observe(calls, Stretch(end=1.0, disturbed=1.0))
        assert (len(observation.calls), observation.undecided) == (38, 2)
        assert judge("success", "100%", calls, end=1.0, disturbed=1.0).outcome == "held"

    def test_calls_that_hung_by_themselves(self) -> None:
        """A call that had hung for longer than any other before the further fault came is judged by its end."""
        calls = [*[call(n / 40, 0.05) for n in range(38)], call(0.5, 3.0, "timeout")]
        assert judge("success", "100%", calls, end=1.0, disturbed=1.0).outcome == "broken"

    def test_no_call_had_ended(self) -> None:
        """Where no call ended before a further fault came, none says anything."""
        calls = [call(n / 40, 3.0, "timeout") for n in range(40)]
        verdict = judge("success", "100%", calls, end=1.0, disturbed=1.0)
        assert verdict.outcome == "could not tell"
        assert "40 more were under way when the next fault came" in verdict.measured

    def test_calls_under_way_when_faults_are_taken_away(self) -> None:
        """Taking faults away excuses no call."""
        calls = [call(n / 40, 3.0, "timeout") for n in range(40)]
        assert judge("success", "100%", calls, end=1.0).outcome == "broken"


class TestRecovery:
    def test_at_once(self) -> None:
        """A step that is steady throughout recovered at once."""
        verdict = recovery("1s", calls_at(40, OK * 80))
        assert (verdict.outcome, verdict.measured) == ("held", "recovered at once")

    def test_in_time(self) -> None:
        """The time of recovery is when the first call of the steady rest was due, and both sides are shown."""
        verdict = recovery("1s", calls_at(40, BAD * 20 + OK * 60))
        assert (verdict.outcome, verdict.measured) == ("held", "recovered after 500ms")
        assert verdict.evidence == (
            "last off the steady state: at 0.475s  GET /  status 503 after 10ms",
            "steady from: at 0.500s  GET /  status 200 after 10ms",
        )

    def test_too_late(self) -> None:
        """A recovery after its time is broken, and its time is told."""
        verdict = recovery("400ms", calls_at(40, BAD * 20 + OK * 60))
        assert (verdict.outcome, verdict.measured) == ("broken", "recovered after 500ms")

    @pytest.mark.parametrize("tail", [["error"], ["error", "ok", "ok"]])
    def test_never(self, tail: list[CallOutcome]) -> None:
        """A step that ends as it began did not recover, also when its last calls happen to be well."""
        verdict = recovery("1s", calls_at(40, BAD * 80 + tail))
        assert (verdict.outcome, verdict.measured) == ("broken", "did not recover in this step")

    def test_relapse(self) -> None:
        """A relapse moves the recovery behind it."""
        outcomes: list[CallOutcome] = BAD * 10 + OK * 30 + BAD * 10 + OK * 30
        assert recovery("1s", calls_at(40, outcomes)).measured == "recovered after 1.25s"

    def test_what_the_steady_state_allows(self) -> None:
        """A failure that the steady state allows does not delay the recovery."""
        outcomes: list[CallOutcome] = BAD * 20 + OK * 100 + BAD + OK * 50
        verdict = recovery("1s", calls_at(40, outcomes), [("success", ">= 99%")])
        assert verdict.measured == "recovered after 500ms"

    def test_latency_counts_too(self) -> None:
        """All of the steady state must be back, not one part of it."""
        calls = [call(n / 40, 2.0 if n < 40 else 0.01) for n in range(120)]
        verdict = recovery("900ms", calls, [("success", ">= 99%"), ("max", "<= 300ms")])
        assert (verdict.outcome, verdict.measured) == ("broken", "recovered after 1s")

    def test_too_little_left_to_show_it(self) -> None:
        """A recovery that looks right, with hardly a call left to show it, could not be told."""
        verdict = recovery("2s", calls_at(40, BAD * 77 + OK * 3))
        assert verdict.outcome == "could not tell"
        assert "with 3 calls left to show it: make the step longer" in verdict.measured

    @settings(deadline=None)
    @given(st.integers(0, 60), st.integers(20, 60))
    def test_the_moment_is_exact(self, bad: int, good: int) -> None:
        """With a steady state of no failures the recovery is exactly behind the last failure."""
        calls = calls_at(40, BAD * bad + OK * good)
        assert recovered_at(calls, [read_steady("success", "100%", HERE)]) == bad

    @settings(deadline=None)
    @given(st.lists(st.sampled_from(["ok", "error"]), min_size=5, max_size=150))
    def test_never_held_with_a_failure_behind_it(self, outcomes: list[CallOutcome]) -> None:
        """Recovery within a time is never held when a call that was due after it failed."""
        calls = calls_at(40, outcomes)
        verdict = recovery("1s", calls)
        if verdict.outcome == "held":
            assert all(one.succeeded for one in calls if one.due >= 1.0)

    @settings(deadline=None)
    @given(st.lists(st.sampled_from(["ok", "error"]), min_size=5, max_size=150))
    def test_never_broken_when_the_rest_is_steady(self, outcomes: list[CallOutcome]) -> None:
        """Recovery within a time is never broken when every call from then on succeeded."""
        calls = calls_at(40, outcomes)
        if any(one.due >= 1.0 for one in calls) and all(one.succeeded for one in calls if one.due >= 1.0):
            assert recovery("1s", calls).outcome != "broken"

    def test_many_calls(self) -> None:
        """A step of many calls that never settles is judged all the same."""
        calls = calls_at(1000, (OK * 60 + BAD) * 300)
        verdict = recovery("5s", calls, [("success", ">= 99%"), ("p95", "<= 1s")])
        assert verdict.outcome == "broken"

    def test_windows(self) -> None:
        """A window is a quarter of the calls, from 5 to 20 of them."""
        assert [window_of([call()] * count) for count in (5, 40, 80, 1000)] == [5, 10, 20, 20]


class TestReading:
    @pytest.mark.parametrize(
        ("name", "text", "message"),
        [
            ("sucess", "99%", "no expectation is called 'sucess'. Did you mean 'success'?"),
            ("attempts", "1", "no expectation is called 'attempts'. Known here: error, max, p50"),
            ("success", "99", "'99' is no share: write 99% or 0.99"),
            ("p95", "300", "'300' is no duration: write a number with a unit"),
            ("recovers within", "soon", "'soon' is no duration"),
        ],
    )
    def test_slips(self, name: str, text: str, message: str) -> None:
        """A slip is told with what to write."""
        with pytest.raises(ValueError, match="is") as caught:
            read_expectation(name, text, HERE)
        assert message in str(caught.value)

    def test_recovery_is_no_steady_state(self) -> None:
        """Recovery is expected of a step, and a steady state is made of the rest."""
        with pytest.raises(ValueError, match="write it under expect"):
            read_steady("recovers within", "2s", HERE)
        assert set(EXPECTATIONS) - set(STEADY_EXPECTATIONS) == {"recovers within"}

    @pytest.mark.parametrize(
        ("name", "text", "words"),
        [
            ("success", "99%", "success >= 99%"),
            ("success", "> 99%", "success > 99%"),
            ("error", "1%", "error <= 1%"),
            ("p95", "300ms", "p95 <= 300ms"),
            ("max", "<1s", "max <1s"),
            ("recovers within", "2s", "recovers within 2s"),
        ],
    )
    def test_words(self, name: str, text: str, words: str) -> None:
        """An expectation reads as it is written, with the comparison that is meant."""
        assert read_expectation(name, text, HERE).text == words
