"""Documents: YAML as nodes that know where they stand."""

from __future__ import annotations

import itertools
import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormproof_contracts.documents import Fields, parse_document, read_document
from stormproof_contracts.errors import DocumentError


HERE = Path("file.yaml")

# YAML knows no pairs of surrogates, and takes more characters for line breaks than JSON does.
texts = st.text(st.characters(exclude_categories=("C", "Zl", "Zp")))
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda children: st.lists(children) | st.dictionaries(texts, children),
    max_leaves=20,
)


def plain(text: str) -> object:
    document = parse_document(text, HERE)
    document.raise_problems()
    return document.root.plain()


def problems(text: str) -> list[str]:
    try:
        document = parse_document(text, HERE)
        document.raise_problems()
    except DocumentError as error:
        return [str(problem) for problem in error.problems]
    return []


@given(json_values)
def test_json_reads_as_itself(value: object) -> None:
    """Any JSON document is read as the value it writes."""
    assert plain(json.dumps(value, ensure_ascii=False)) == value


@given(st.text())
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    """No text crashes the reader: it is read, or refused with located problems."""
    assert all(problem.startswith("file.yaml") for problem in problems(text))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("2026-01-01", "2026-01-01"),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("~", None),
        ("'7'", "7"),
        ("!!str 7", "7"),
        ("-", [None]),
        ("9007199254740993", 9007199254740993),
    ],
)
def test_plain_scalars_follow_yaml_1_2(text: str, value: object) -> None:
    """Plain scalars mean what the core schema of YAML 1.2 says, so a country code or a date stays text."""
    assert plain(text) == value


def test_a_node_knows_its_line_and_column() -> None:
    """Line and column count from 1 and point at the value."""
    root = parse_document("a: 1\nb:\n  - x\n  - {c: ü, d: 2}\n", HERE).root
    assert isinstance(root.value, dict)
    items = root.value["b"].value
    assert isinstance(items, list)
    inner = items[1].value
    assert isinstance(inner, dict)
    assert (inner["d"].line, inner["d"].column) == (4, 15)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\na: 2", "file.yaml:2:1: duplicate key 'a'; it stands already on line 1"),
        ("a:\n\t- b", "file.yaml:2:1: a tab stands where YAML wants spaces; indent with spaces"),
        ("a: @x", "file.yaml:1:4: text cannot start with '@' here; put it in quotes"),
        ("--- 1\n--- 2", "file.yaml:2:1: a second YAML document starts here; write one document a file"),
        ("? [1]\n: 2", "file.yaml:1:3: a key must be plain text"),
        (
            "<<: {a: 1}",
            "file.yaml:1:1: merge keys (<<) are not read; write the entries out, or use an alias for the whole value",
        ),
        (
            "a: !!python/object/apply:os.system [ls]",
            "file.yaml:1:4: tag 'tag:yaml.org,2002:python/object/apply:os.system' is not read; "
            "only matcher tags such as !integer are",
        ),
        ("a: *b", "file.yaml:1:4: not YAML: unknown alias *b; an anchor &b must stand before it, and not around it"),
        (
            "a: &a [*a]",
            "file.yaml:1:8: not YAML: unknown alias *a; an anchor &a must stand before it, and not around it",
        ),
        ("\x00", "file.yaml: not YAML text: control characters are not allowed"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(text: str, problem: str) -> None:
    """Every wrong file gets one clear sentence and the exact place."""
    assert problems(text) == [problem]


def test_aliases_cannot_explode() -> None:
    """Nested aliases that would expand to a billion values are refused while reading."""
    levels = "abcdefghij"
    lines = [f"a: &a [{','.join('x' * 10)}]"]
    lines += [f"{name}: &{name} [{','.join([f'*{below}'] * 10)}]" for below, name in itertools.pairwise(levels)]
    assert "aliases expand to more than 1,000,000 values" in problems("\n".join(lines))[0]


def test_aliases_may_share() -> None:
    """An alias stands for the same value as its anchor."""
    assert plain("a: &a {x: 1}\nb: *a\nc: [*a, *a]") == {"a": {"x": 1}, "b": {"x": 1}, "c": [{"x": 1}, {"x": 1}]}


def test_nesting_is_bounded() -> None:
    """A file nested deeper than anybody writes is refused, not a stack overflow."""
    assert "nested more than 100 levels deep" in problems("[" * 5000)[0]
    assert sys.getrecursionlimit() > 100


def test_every_problem_of_a_file_is_told_at_once() -> None:
    """Problems that do not stop reading are gathered, in the order of the file."""
    assert [text.split(":")[1] for text in problems("a: 1\na: 2\nb: 1\nb: 2\n<<: {}\n")] == ["2", "4", "5"]


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    """A missing file, a folder and a file that is not UTF-8 are each refused by name."""
    (tmp_path / "latin.yaml").write_bytes(b"a: \xe9")
    for path, reason in [
        ("none.yaml", "No such file"),
        (".", "Is a directory"),
        ("latin.yaml", "not UTF-8 text: byte 3"),
    ]:
        with pytest.raises(DocumentError, match=reason):
            read_document(tmp_path / path)


def test_an_unknown_key_names_the_one_that_was_meant() -> None:
    """A key that nobody asked for is refused with the nearest known one."""
    document = parse_document("requst: 1\nresponse: 2", HERE)
    fields = Fields(document, document.root, "an interaction")
    fields.take("request")
    fields.take("response")
    fields.done()
    (problem,) = document.problems
    assert str(problem) == "file.yaml:1:1: unknown key 'requst' in an interaction. Did you mean 'request'?"


def test_a_number_where_text_is_wanted_is_shown_in_quotes() -> None:
    """A scalar of the wrong type gets the mend, and reads as absent so that reading goes on."""
    document = parse_document("consumer: 7", HERE)
    assert Fields(document, document.root, "a contract").text("consumer") is None
    assert "expected text for 'consumer' of a contract, got a number; put it in quotes" in str(document.problems[0])


def test_references_stay_inside_the_project(tmp_path: Path) -> None:
    """A file reference may not leave the project, and a missing one is refused with the nearest name."""
    (tmp_path / "users.proto").write_text("")
    (tmp_path / "c.yaml").write_text("a: ../secret\nb: user.proto\nc: users.proto\n")
    document = read_document(tmp_path / "c.yaml")
    assert isinstance(document.root.value, dict)
    nodes = document.root.value
    assert document.reference(nodes["a"]) is None
    assert document.reference(nodes["b"]) is None
    assert document.reference(nodes["c"]) == (tmp_path / "users.proto").resolve()
    assert "lies outside of the project" in document.problems[0].text
    assert "Did you mean 'users.proto'?" in document.problems[1].text
