"""Matching: one pure comparison over patterns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from stormproof_contracts.documents import parse_document
from stormproof_contracts.errors import DocumentError
from stormproof_contracts.matching import compare, matches, show
from stormproof_contracts.matching._build import PatternBuilder, check_tags


if TYPE_CHECKING:
    from stormproof_contracts.matching import Pattern


EVERY_TAG = """
integer: !integer 7
number: !number 7.5
decimal: !decimal 1.0
boolean: !boolean true
text: !text hello
nothing: !null
uuid: !uuid 6ba7b810-9dad-11d1-80b4-00c04fd430c8
date: !date 2026-01-31
time: !time 13:37:00Z
datetime: !datetime 2026-01-31T13:37:00+01:00
like: !like {a: 1, b: [x], c: null}
each: !each {id: !integer 1, kind: book}
bounded: !each {of: 3, min: 0, max: 2}
regex: !regex {match: "A[0-9]+", example: A1}
any: !any [open, closed, !integer 3]
nullable: !nullable x
equal: !like {pinned: !equal 5, free: 6}
include: !include part
literal: [1, {deep: true}, "text", null, 2.5]
"""


def pattern(text: str, *, closed: bool = False) -> Pattern:
    document = parse_document(text, Path("x.yaml"))
    check_tags(document)
    document.raise_problems()
    return PatternBuilder(closed=closed).pattern(document.root)


def differences(expected: str, actual: Any, *, closed: bool = False) -> list[tuple[tuple[str | int, ...], str]]:
    return [(mismatch.path, mismatch.expected) for mismatch in compare(pattern(expected, closed=closed), actual)]


def test_an_example_fits_its_own_pattern() -> None:
    """What a pattern gives as an example always matches it, for every tag there is."""
    every = pattern(EVERY_TAG)
    assert compare(every, every.example()) == []


texts = st.text(st.characters(exclude_categories=("C", "Zl", "Zp")))
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3))


@given(values)
def test_any_value_is_compared_without_a_crash(value: Any) -> None:
    """No value makes a comparison fail; it fits or it differs."""
    every = pattern(EVERY_TAG)
    assert isinstance(every, object)
    for name in EVERY_TAG.split("\n")[1:-1]:
        compare(pattern(name), {name.split(":")[0]: value})


@given(values)
def test_a_literal_fits_only_itself(value: Any) -> None:
    """A value written down matches an equal value, and a longer list of it never does."""
    assume(not _marked(value))
    literal = pattern(json.dumps({"value": value}, ensure_ascii=False), closed=True)
    assert matches(literal, {"value": value})
    assert not matches(literal, {"value": [value, 1]})


def _marked(value: Any) -> bool:
    """Tell whether a key of *value* is written as an optional one."""
    if isinstance(value, dict):
        return any(key.endswith("?") or _marked(child) for key, child in value.items())
    return isinstance(value, list) and any(map(_marked, value))


@pytest.mark.parametrize(
    ("expected", "fits", "differs"),
    [
        ("!integer 7", [0, -3, 10**30], [7.0, "7", True, None, [7]]),
        ("!decimal 1.5", [0.0, 1e9], [1, "1.5", None]),
        ("!number 1", [0, 2.5], ["1", False]),
        ("!boolean true", [False], [0, "true", None]),
        ("!text a", ["", "x"], [1, None, ["a"]]),
        ("!null", [None], [0, "", False]),
        ("!uuid 6ba7b810-9dad-11d1-80b4-00c04fd430c8", ["6BA7B810-9DAD-11D1-80B4-00C04FD430C8"], ["6ba7b810", 1]),
        ("!date 2026-01-31", ["2024-02-29"], ["2026-02-30", "26-01-01", 20260131]),
        ("!time 13:37:00", ["00:00:00.5Z"], ["25:00:00", "13:37"]),
        ("!datetime 2026-01-31T13:37:00Z", ["2026-01-31 13:37:00.123+02:00"], ["2026-01-31", "2026-13-01T00:00:00Z"]),
        ('!regex {match: "a|b", example: a}', ["b"], ["ab", "c", 1]),
        ("!include bc", ["abcd"], ["acb", 5]),
        ("!like {a: 1}", [{"a": 2}, {"a": 2.5, "b": 1}], [{"a": "1"}, {}, []]),
        ("!like [x]", [["a"], ["a", "b"]], [[], [1], "x"]),
        ("!each 1", [[5], [5, 6]], [[], ["5"], 5, {}]),
        ("!each {of: x, min: 0}", [[], ["a"]], [[1]]),
        ("!each {of: x, max: 1}", [["a"]], [[], ["a", "b"]]),
        ("!any [a, !integer 1]", ["a", 9], ["b", 1.5, None]),
        ("!nullable 5", [None, 7], ["x"]),
        ("!like {a: !equal 5}", [{"a": 5}], [{"a": 6}]),
        ("[1, 2]", [[1, 2]], [[1], [1, 2, 3], [2, 1]]),
        ("1", [1, 1.0], [True, "1", 2]),
        ("true", [True], [1, "true"]),
        ("9007199254740993", [9007199254740993], [9007199254740992]),
    ],
)
def test_each_matcher_fits_what_it_says(expected: str, fits: list[Any], differs: list[Any]) -> None:
    """Every tag accepts what it names and nothing else."""
    compiled = pattern(expected)
    assert [value for value in fits if not matches(compiled, value)] == []
    assert [value for value in differs if matches(compiled, value)] == []


def test_all_differences_are_told_at_once() -> None:
    """Every mismatch of a value is returned, with its path, in the order of the pattern."""
    found = differences("a: !integer 1\nb: {c: x, d: [1, 2]}\ne: 1", {"a": "1", "b": {"c": "y", "d": [1, 3, 4]}})
    assert found == [
        (("a",), "integer"),
        (("b", "c"), '"x"'),
        (("b", "d", 1), "2"),
        (("b", "d", 2), "absent"),
        (("e",), "present"),
    ]


def test_optional_keys_may_be_absent_and_are_checked_when_present() -> None:
    """``a?`` makes a key optional; ``a??`` is a key that ends in a question mark."""
    assert differences("a?: !integer 1\nb??: 2", {"b?": 2}) == []
    assert differences("a?: !integer 1", {"a": "x"}) == [(("a",), "integer")]
    assert differences("b??: 2", {}) == [(("b?",), "present")]


def test_requests_are_closed_and_responses_are_open() -> None:
    """A key that the contract does not name is a mismatch in a request only."""
    assert differences("a: 1", {"a": 1, "b": 2}) == []
    assert differences("a: 1", {"a": 1, "b": 2}, closed=True) == [(("b",), "absent")]


def test_a_mismatch_knows_where_its_pattern_stands_and_how_to_accept_what_came() -> None:
    """The line, the column and the YAML to write instead come with each mismatch."""
    (mismatch,) = compare(pattern("a: 1\nquantity: !integer 7"), {"a": 1, "quantity": "7"})
    assert (mismatch.line, mismatch.column) == (2, 11)
    assert mismatch.accept == '!any [!integer 7, !text "7"]'
    assert matches(pattern(mismatch.accept), "7")
    assert show(mismatch.actual) == '"7"  (string)'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: !intger 7", "x.yaml:1:4: unknown tag !intger. Did you mean '!integer'?"),
        ("a: !integer '7'", 'x.yaml:1:4: the example of !integer must be integer, got "7"  (string)'),
        (
            "a: !integer",
            "x.yaml:1:4: the example of !integer must be integer, got null; write an example after the tag",
        ),
        ("a: !integer [7]", "x.yaml:1:4: !integer stands before one example value, not a list"),
        (
            "a: !regex a+",
            'x.yaml:1:4: !regex needs an expression and an example: !regex {match: "A[0-9]+", example: A1}',
        ),
        (
            "a: !regex {match: '(', example: a}",
            "x.yaml:1:4: /(/ is no regular expression: missing ), unterminated subpattern at position 0",
        ),
        (
            "a: !regex {match: 'b', example: a}",
            "x.yaml:1:4: the example 'a' of !regex is not matched by its own expression /b/",
        ),
        ("a: !any x", "x.yaml:1:4: !any stands before a list of choices, such as !any [open, closed], not text"),
        ("a: !each {of: 1, min: 3, max: 2}", "x.yaml:1:4: !each asks for at least 3 and at most 2"),
        ("a: !each {of: 1, min: x}", "x.yaml:1:4: min and max of !each are whole numbers from 0, got text"),
        ("a: 1\na?: 2", "x.yaml:2:1: 'a?' makes 'a' optional, but 'a' is there too"),
    ],
)
def test_a_tag_that_cannot_be_used_is_located(text: str, problem: str) -> None:
    """A wrong tag is refused when the file is read, at its place, with the mend."""
    with pytest.raises(DocumentError) as error:
        pattern(text)
    assert str(error.value) == problem


def test_a_wrong_tag_inside_another_is_told_once() -> None:
    """A tag within a tagged value is reported at its own place, and only there."""
    with pytest.raises(DocumentError) as error:
        pattern("a: !each {b: !intger 1, c: !like {d: !dat 2026-01-01}}")
    assert [str(problem).split(": ")[0] for problem in error.value.problems] == ["x.yaml:1:14", "x.yaml:1:38"]
