from __future__ import annotations

import pytest

from stormproof_chaos.report.quantities import counted, duration, listed, percent, shortened, text_room


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0ms"),
        (0.0004, "0.4ms"),
        (0.0123, "12ms"),
        (0.9994, "999ms"),
        (0.9996, "1s"),
        (1.234, "1.23s"),
        (119.9, "119.9s"),
        (119.99, "2min"),
        (125.2, "2min 5s"),
    ],
)
def test_a_duration_is_in_the_unit_that_reads_best(seconds: float, text: str) -> None:
    """Milliseconds, seconds or minutes, with no digits that say nothing."""
    assert duration(seconds) == text


def test_only_all_of_it_is_a_hundred_percent() -> None:
    """99,999 of 100,000 do not read as all."""
    assert [percent(part, 100_000) for part in (100_000, 99_999, 97_500, 0)] == ["100%", "99.9%", "97.5%", "0%"]


def test_counts_have_their_noun_and_thousands() -> None:
    """One has the singular, all others the plural."""
    assert [counted(number, "call") for number in (0, 1, 100_000)] == ["0 calls", "1 call", "100,000 calls"]


def test_words_are_listed_as_a_person_does() -> None:
    """Commas between, and before the last an and."""
    assert [listed(["a", "b", "c"][:length]) for length in range(4)] == ["", "a", "a and b", "a, b and c"]


def test_a_shortened_text_says_what_is_missing() -> None:
    """What does not fit is counted."""
    assert shortened("abcdef", 4) == "abcd\n… 2 more characters in the journal"
    assert shortened("abcd", 4) == "abcd"


def test_many_texts_have_less_room_each() -> None:
    """Few texts are shown in full length, many share a page."""
    assert text_room(0, 8_000) == text_room(10, 8_000) == 8_000
    assert text_room(1_000, 8_000) == 500
    assert text_room(1_000_000, 8_000) == 300
