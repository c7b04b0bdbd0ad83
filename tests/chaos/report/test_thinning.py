from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from stormproof_chaos.report.thinning import Mark, thinned


NUMBERS = st.floats(0, 1_000)
MARKS = st.lists(st.builds(Mark, NUMBERS, NUMBERS, st.booleans()), max_size=300)


@given(MARKS, st.integers(8, 200))
def test_the_number_of_marks_is_bounded(marks: list[Mark], limit: int) -> None:
    """At most as many as allowed are kept, each once and in order; and all that may be are."""
    kept = thinned(marks, limit)
    assert kept == sorted(set(kept))
    assert len(kept) == min(len(marks), limit)


@given(MARKS, st.integers(8, 200))
def test_the_extremes_are_kept(marks: list[Mark], limit: int) -> None:
    """The lowest and the highest of the good and of the failed marks are among the kept."""
    kept = [marks[index] for index in thinned(marks, limit)]
    for failed in (True, False):
        heights = [mark.y for mark in marks if mark.failed is failed]
        kept_heights = [mark.y for mark in kept if mark.failed is failed]
        assert (min(kept_heights, default=None), max(kept_heights, default=None)) == (
            min(heights, default=None),
            max(heights, default=None),
        )


@given(MARKS, st.integers(8, 200))
def test_failures_are_kept_before_others(marks: list[Mark], limit: int) -> None:
    """Every failed mark is kept where they are at most a third of what may be kept."""
    failed = {index for index, mark in enumerate(marks) if mark.failed}
    if len(failed) <= limit // 3:
        assert failed <= set(thinned(marks, limit))


def test_what_is_dropped_is_dropped_evenly() -> None:
    """No stretch of time is left empty of good marks by failures elsewhere."""
    marks = [Mark(float(number), 1.0 + number % 7, number % 2 == 0) for number in range(10_000)]
    good = [marks[index].x for index in thinned(marks, 800) if not marks[index].failed]
    assert max(later - earlier for earlier, later in pairwise(good)) < 200
