"""Units: quantities as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormproof_contracts.units import (
    format_duration,
    parse_bound,
    parse_duration,
    parse_rate,
    parse_share,
    parse_size,
)


@pytest.mark.parametrize(
    ("text", "seconds"), [("600ms", 0.6), ("2s", 2), ("1.5 min", 90), ("250 us", 0.00025), ("1h", 3600)]
)
def test_a_duration_has_a_unit(text: str, seconds: float) -> None:
    """Durations are read to seconds."""
    assert parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["5", "", "ms", "-2s", "2 weeks", "2s extra", "2s/s", "٣s"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    """A bare number, another unit or trailing text is no duration."""
    with pytest.raises(ValueError, match="is no duration"):
        parse_duration(text)


@given(st.floats(min_value=1e-6, max_value=1e5))
def test_a_shown_duration_reads_back(seconds: float) -> None:
    """A duration that is shown is one that could be written."""
    assert parse_duration(format_duration(seconds)) == pytest.approx(seconds, rel=0.01)


def test_sizes_rates_and_shares() -> None:
    """Each quantity has its own units, and refuses those of the others."""
    assert (parse_size("64 KB"), parse_size("1 MiB"), parse_size("64 KB/s")) == (64_000, 1_048_576, 64_000)
    assert (parse_rate("40/s"), parse_rate("90/min")) == (40, 1.5)
    assert (parse_share("99%"), parse_share("0.5")) == (0.99, 0.5)
    for parse, text in [
        (parse_size, "64"),
        (parse_rate, "40"),
        (parse_rate, "0/s"),
        (parse_share, "2"),
        (parse_share, "1s"),
    ]:
        with pytest.raises(ValueError, match=repr(text)):
            parse(text)


def test_a_bound_takes_the_usual_relation_when_none_is_written() -> None:
    """``300ms`` alone means the relation that the expectation implies."""
    bound = parse_bound("300ms", parse_duration, relation="<=")
    assert (bound.holds(0.3), bound.holds(0.31), bound.text) == (True, False, "300ms")
    assert parse_bound("> 99%", parse_share, relation=">=").relation == ">"
