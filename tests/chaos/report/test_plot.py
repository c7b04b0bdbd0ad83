from __future__ import annotations

import re
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormproof_chaos.observe import CallOutcome
from stormproof_chaos.report.labels import Box, quietest
from stormproof_chaos.report.lanes import MOST_LANES, laned, merged
from stormproof_chaos.report.limits import Limit, drawn_limit
from stormproof_chaos.report.marks import sample
from stormproof_chaos.report.scale import SHORTEST, Linear, Logarithmic
from stormproof_chaos.report.story import Disturbance


SECONDS = st.floats(0, 10_000)
TIME = Linear(0.0, 10.0, 0.0, 1_000.0)


@given(st.lists(SECONDS, min_size=1))
def test_every_latency_has_its_place(values: list[float]) -> None:
    """All values lie on the scale, slower ones not lower, and its ends are round and at least a decade apart."""
    scale = Logarithmic.around(values, bottom=300.0, top=0.0)
    assert all(scale.low <= max(value, SHORTEST) * 1.000001 and value <= scale.high * 1.000001 for value in values)
    assert scale.high >= 9.99 * scale.low
    heights = [scale(value) for value in sorted(values)]
    assert heights == sorted(heights, reverse=True)
    assert 2 <= len(scale.ticks()) <= 20


@given(SECONDS, st.floats(0.001, 100_000))
def test_times_are_written_inside_the_plot(start: float, length: float) -> None:
    """The ticks of the time axis start at 0, are about as many as asked for, and end before the plot does."""
    scale = Linear(start, start + length, 60.0, 1_000.0)
    ticks = scale.ticks(12)
    assert ticks[0] == 0
    assert 4 <= len(ticks) <= 14
    assert ticks[-1] <= (scale.end - scale.start) * 1.0001


@pytest.mark.parametrize(
    ("expectation", "limit"),
    [
        ("p95 <= 300ms", Limit(0.3, is_latency=True)),
        ("p99.9 < 1.5s", Limit(1.5, is_latency=True)),
        ("p95: <= 300 ms", Limit(0.3, is_latency=True)),
        ("answers within 600ms", Limit(0.6, is_latency=True)),
        ("recovers within 2s", Limit(2.0, is_latency=False)),
        ("breaker opens within: 2s", Limit(2.0, is_latency=False)),
        ("success >= 99%", None),
        ("attempts <= 3", None),
        ("p95 >= 300ms", None),
        ("backoff: grows, at least 100ms", None),
        ("", None),
    ],
)
def test_limits_are_read_off_expectations(expectation: str, limit: Limit | None) -> None:
    """A limit of latency or of time is drawn, everything else is not guessed at."""
    assert drawn_limit(expectation) == limit


@given(st.lists(st.tuples(SECONDS, SECONDS).map(sorted).map(tuple)))
def test_merged_bars_cover_the_same(bars: list[tuple[float, float]]) -> None:
    """Bars that touch become one: those left are apart, and each given bar lies in one of them."""
    result = merged(bars)
    assert all(left[1] < right[0] for left, right in pairwise(result))
    assert all(any(left <= bar[0] and bar[1] <= right for left, right in result) for bar in bars)


def test_a_flapping_fault_has_one_lane() -> None:
    """The times of one fault on one link stand in one lane."""
    lanes = laned([Disturbance("reset on a -> b", at, at + 0.1) for at in (1.0, 2.0, 3.0)], TIME)
    assert [(lane.label, len(lane.bars)) for lane in lanes] == [("reset on a -> b", 3)]


def test_many_faults_share_the_last_lane() -> None:
    """However many faults there are, the lanes leave room for the plot, and say how many share one."""
    lanes = laned([Disturbance(f"fault {number}", number / 10, 9.0) for number in range(25)], TIME)
    assert len(lanes) == MOST_LANES
    assert lanes[-1].label == "16 more faults"


def test_a_label_goes_where_it_covers_least() -> None:
    """A place free of labels is taken before one free of marks, and the first of equal ones wins."""
    crowded, covered, free = Box(0, 0, 50), Box(0, 100, 50), Box(0, 200, 50)
    points = [(10.0, 105.0)]
    assert quietest([crowded, covered, free], points, [Box(20, 5, 50)]) == free
    assert quietest([crowded, covered], points, [Box(20, 5, 50)]) == covered
    assert quietest([free, Box(0, 300, 50)], points, []) == free


def test_every_way_a_call_ends_has_its_own_shape() -> None:
    """No two outcomes of a call look alike without colour."""
    outcomes = (*get_args(CallOutcome), "of a later version")
    shapes = {outcome: re.search(r'd="(.*?)"', sample(outcome)) for outcome in outcomes}
    assert len({match[1] for match in shapes.values() if match}) == len(outcomes)
