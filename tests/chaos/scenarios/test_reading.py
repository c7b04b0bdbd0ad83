from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stormproof_chaos.faults import latency, partition, slow_close
from stormproof_chaos.scenarios import check_scenario, read_scenario
from stormproof_chaos.scenarios._http import label_of, shown_url
from stormproof_chaos.scenarios._timeline import edges_of, step_at
from stormproof_contracts.errors import DocumentError


if TYPE_CHECKING:
    from pathlib import Path

    from stormproof_chaos.scenarios import Scenario


WHOLE = """\
scenario: checkout survives a silent inventory
load:
  call: "POST {orders}/orders"
  body: {sku: A1}
  headers: {X-Shop: north, X-Number: 7}
  rate: 40/s
  timeout: 5s
  success: {status: [200, 201]}
steady: {success: ">= 99%", p95: "<= 300ms"}
steps:
  - for: 3s
  - for: 4s
    faults: [{partition: orders -> inventory}, {latency: orders->payment, delay: 200ms, jitter: 50ms}]
    expect: {success: ">= 99%", p95: "<= 600ms"}
  - for: 4s
    faults: [{slow close 1s: orders -> payment}, {partition: orders -> inventory}]
  - for: 4s
    expect: {recovers within: 2s}
"""
LOAD = 'load: {call: "GET {orders}/", rate: 40/s}\n'


def read(folder: Path, text: str) -> Scenario:
    (folder / "x.chaos.yaml").write_text(text)
    return read_scenario(folder / "x.chaos.yaml", shown=(folder / "x.chaos.yaml").relative_to(folder))


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        read(folder, text)
    return [str(problem) for problem in caught.value.problems]


class TestAWholeFile:
    def test_load(self, tmp_path: Path) -> None:
        """A load has its call, rate, timeout, headers, body and what counts as success."""
        load = read(tmp_path, WHOLE).load
        assert (load.method, load.service, load.target) == ("POST", "orders", "/orders")
        assert (load.rate, load.timeout) == (40.0, 5.0)
        assert (load.body, load.headers) == ({"sku": "A1"}, {"X-Shop": "north", "X-Number": "7"})
        assert [status for status in (200, 201, 204, 404, 500) if load.succeeds(status)] == [200, 201]

    def test_steps(self, tmp_path: Path) -> None:
        """Steps have their lengths, faults on links, and expectations."""
        scenario = read(tmp_path, WHOLE)
        assert [step.seconds for step in scenario.steps] == [3, 4, 4, 4]
        assert [(put.fault, put.link) for put in scenario.steps[1].faults] == [
            (partition(), "orders -> inventory"),
            (latency(0.2, 0.05), "orders -> payment"),
        ]
        assert scenario.steps[2].faults[0].fault == slow_close(1)
        assert [expected.text for expected in scenario.steady] == ["success >= 99%", "p95 <= 300ms"]
        assert [expected.text for step in scenario.steps for expected in step.expectations] == [
            "success >= 99%",
            "p95 <= 600ms",
            "recovers within 2s",
        ]
        assert str(scenario.steps[1].expectations[1].location) == "x.chaos.yaml:14:33"

    def test_defaults(self, tmp_path: Path) -> None:
        """A load that says no more waits 10 seconds and counts every status below 500 as success."""
        load = read(tmp_path, f"scenario: s\n{LOAD}steady: {{success: 99%}}\nsteps: [{{for: 1s}}]\n").load
        assert (load.timeout, load.target, load.body) == (10.0, "/", None)
        assert [status for status in (200, 302, 499, 500, 503) if load.succeeds(status)] == [200, 302, 499]

    def test_a_whole_url(self, tmp_path: Path) -> None:
        """A load may call a URL that is no service's."""
        text = WHOLE.replace("{orders}/orders", "http://127.0.0.1:8001/orders")
        load = read(tmp_path, text).load
        assert (load.service, load.target) == ("", "http://127.0.0.1:8001/orders")

    def test_edges(self, tmp_path: Path) -> None:
        """A fault that goes on into the next step is neither removed nor added at the edge between them."""
        edges = edges_of(read(tmp_path, WHOLE))
        assert [(edge.at, len(edge.removed), len(edge.added)) for edge in edges] == [
            (0, 0, 0),
            (3, 0, 2),
            (7, 1, 1),
            (11, 2, 0),
            (15, 0, 0),
        ]
        assert [step_at(edges, moment) for moment in (0, 2.999, 3, 10.9, 11, 15, 20)] == [1, 1, 2, 3, 4, 4, 4]


@pytest.mark.parametrize(
    ("written", "instead", "expected"),
    [
        ("scenario:", "scenari:", "x.chaos.yaml:1:1: unknown key 'scenari' in a chaos file. Did you mean 'scenario'?"),
        ("scenario:", "scenari:", "x.chaos.yaml:1:1: a chaos file has no 'scenario', which is required"),
        ("rate: 40/s", "rte: 40/s", "x.chaos.yaml:6:3: unknown key 'rte' in 'load' of a chaos file. Did you mean"),
        ("rate: 40/s", "rate: 40", "'40' is no rate"),
        ("rate: 40/s", "rate: 0/s", "'0/s' is no rate"),
        ("rate: 40/s", "rate: 400000/s", "6,000,000 calls in 15s; a scenario makes 200,000 at most"),
        ("timeout: 5s", "timeout: 0s", "'0s' is no time at all"),
        ('"POST {orders}/orders"', "{orders}", "not a mapping; put it in quotes"),
        ('"POST {orders}/orders"', '"{orders}/orders"', "a call is a method and a URL, such as 'POST {orders}/orders'"),
        ('"POST {orders}/orders"', '"post {orders}/orders"', "'post' is no HTTP method. Did you mean 'POST'?"),
        ('"POST {orders}/orders"', '"POST /orders"', "'/orders' is no target: write the service in braces"),
        ('"POST {orders}/orders"', '"POST {orders}/{id}"', "'{orders}/{id}' is no target"),
        ('"POST {orders}/orders"', '"POST {orders}orders"', "'{orders}orders' is no target"),
        ('"POST {orders}/orders"', "7", "a call is text such as 'POST {orders}/orders', not a number"),
        ("X-Shop: north", "X Shop: north", "'X Shop' cannot be the name of a header"),
        ("X-Shop: north", "X-Shop: [north]", "the header 'X-Shop' is one line of text, not a list"),
        ("X-Shop: north", 'X-Shop: "a\\nb"', "the header 'X-Shop' is one line of text"),
        ("[200, 201]", "[200, 2010]", "x.chaos.yaml:8:27: a status is a number from 100 to 599, got 2010"),
        ("[200, 201]", "fine", "a status is a number from 100 to 599, got text"),
        ("status: [", "stats: [", "unknown key 'stats' in 'success' of 'load' of a chaos file. Did you mean 'status'?"),
        ("steady: {success", "steady: {sucess", "x.chaos.yaml:9:10: no expectation is called 'sucess'. Did you mean"),
        ('p95: "<= 300ms"', 'p95: "<= 300"', "x.chaos.yaml:9:34: 'p95': '300' is no duration"),
        ('p95: "<= 300ms"', "p95: [1s]", "expected a limit for 'p95', such as '>= 99%' or 300ms, got a list"),
        ('p95: "<= 300ms"', "recovers within: 2s", "'recovers within' is expected of a step, not of the steady state"),
        ("for: 3s", "for: 0s", "'for' of step 1: '0s' is no time at all"),
        ("for: 3s", "for: 3", "x.chaos.yaml:11:10: 'for' of step 1: '3' is no duration: write a number with a unit"),
        ("for: 3s", "fro: 3s", "x.chaos.yaml:11:5: unknown key 'fro' in step 1. Did you mean 'for'?"),
        ("expect: {recovers", "expects: {recovers", "unknown key 'expects' in step 4. Did you mean 'expect'?"),
        ("recovers within: 2s", "recover within: 2s", "'recover within'. Did you mean 'recovers within'?"),
        ("recovers within: 2s", "recovers within: 5s", "x.chaos.yaml:18:14: the step ends after 4s, before the 5s"),
        ("steady:", "# steady:", "recovery is the return to the steady state; write steady, too"),
        ("partition: orders", "partitio: orders", "there is no fault 'partitio'. Did you mean 'partition'?"),
        ("{partition: orders -> inventory}", "partition", "such as {partition: orders -> inventory}, not as text"),
        ("partition: orders -> inventory", "partition: [a]", "'partition' names the link it is put on, such as orders"),
        ("delay: 200ms", "dely: 200ms", "x.chaos.yaml:13:75: latency has no 'dely'. Did you mean 'delay'?"),
        ("delay: 200ms", "delay: 200", "x.chaos.yaml:13:82: the delay of latency: '200' is no duration"),
        ("delay: 200ms", "delay: {a: 1}", "the delay of latency is a number with its unit, not a mapping"),
        ("delay: 200ms, ", "", "latency needs its delay"),
        ("[{slow close 1s: orders -> payment}", "[{partition: orders->inventory}", "is in this step already"),
        ("slow close 1s: orders", "slow close 1s: a, delay: 2s, b: c", "says its values already"),
        ("{sku: A1}", "{sku: !integer 1}", "x.chaos.yaml:4:15: tag !integer means nothing in a chaos file"),
        ("  - for: 3s\n", "", "the steady state is judged before the first fault; start with a step without faults"),
        ("rate: 40/s", "rate: 2/s", "p95 needs 20 calls to be told, and 6 are due before the first fault"),
    ],
)  # fmt: skip
def test_problems(tmp_path: Path, written: str, instead: str, expected: str) -> None:
    """What is wrong in a chaos file is told with its place, and with what was meant."""
    assert written in WHOLE
    found = problems(tmp_path, WHOLE.replace(written, instead, 1))
    assert any(expected in text for text in found), "\n".join(found)


def test_steps_are_needed(tmp_path: Path) -> None:
    """A scenario without steps, or with nothing to expect, is no scenario."""
    start = f"scenario: s\n{LOAD}"
    assert "a chaos file has no 'steps'" in problems(tmp_path, start)[0]
    assert "needs at least one step, such as {for: 3s}" in problems(tmp_path, f"{start}steps: []\n")[0]
    assert "nothing is expected; write steady, or expect" in problems(tmp_path, f"{start}steps: [{{for: 1s}}]\n")[0]
    assert problems(tmp_path, "scenario: s\nsteady: {success: 99%}\nsteps: [{for: 1s}]\n") == [
        "x.chaos.yaml:1:1: a chaos file has no 'load', which is required"
    ]


def test_recovery_from_nothing(tmp_path: Path) -> None:
    """Recovery is expected only after a fault."""
    text = f"scenario: s\n{LOAD}steady: {{success: 99%}}\nsteps: [{{for: 1s, expect: {{recovers within: 1s}}}}]\n"
    assert "there is nothing to recover from" in problems(tmp_path, text)[0]


def test_a_percentile_of_a_short_step(tmp_path: Path) -> None:
    """A percentile that the calls of a step cannot show is refused before anybody waits for it."""
    text = WHOLE.replace('expect: {success: ">= 99%", p95: "<= 600ms"}', 'expect: {p99: "<= 600ms"}')
    assert read(tmp_path, text)
    assert problems(tmp_path, text.replace("for: 4s", "for: 2s")) == [
        (
            "x.chaos.yaml:14:14: p99 needs 100 calls to be told, and 76 are due in step 2, without the 100ms "
            "that changing faults may take; make the step longer or the rate higher"
        )
    ]


def test_all_problems_at_once(tmp_path: Path) -> None:
    """Every problem is told in one go, in the order of the file."""
    text = (
        WHOLE.replace("rate: 40/s", "rate: fast")
        .replace("delay: 200ms", "dely: 200ms")
        .replace("recovers within: 2s", "recovers within: 1h")
        .replace("for: 3s", "for: 3s\n    whatever: 1")
    )
    lines = [int(problem.split(":")[1]) for problem in problems(tmp_path, text)]
    assert lines == sorted(lines)
    assert set(lines) == {6, 12, 14, 19}


@dataclass(frozen=True)
class Names:
    services: tuple[str, ...] = ("orders", "payment")
    links: tuple[str, ...] = ("orders -> inventory", "orders -> payment")


class TestNames:
    def test_known_names(self, tmp_path: Path) -> None:
        """A scenario whose services and links are the system's passes, before anything is started."""
        check_scenario(read(tmp_path, WHOLE), Names())

    def test_unknown_names(self, tmp_path: Path) -> None:
        """Every unknown service and link is told where it stands, with the one that was meant."""
        text = WHOLE.replace("{orders}", "{order}").replace("orders -> inventory", "orders -> inventry", 1)
        with pytest.raises(DocumentError) as caught:
            check_scenario(read(tmp_path, text), Names())
        assert [str(problem) for problem in caught.value.problems] == [
            "x.chaos.yaml:3:9: no service is called 'order'. Did you mean 'orders'?",
            "x.chaos.yaml:13:26: no link is called 'orders -> inventry'. Did you mean 'orders -> inventory'?",
        ]

    def test_no_links_at_all(self, tmp_path: Path) -> None:
        """A system without links says so."""
        with pytest.raises(DocumentError, match="The system has no links"):
            check_scenario(read(tmp_path, WHOLE), Names(links=()))


class TestLabels:
    def test_secrets_of_the_query(self, tmp_path: Path) -> None:
        """The label of a call is its method and path; secrets in its query are replaced."""
        load = read(tmp_path, WHOLE.replace("{orders}/orders", "{orders}/orders?token=abc&sku=A%201&x")).load
        assert label_of(load) == "POST /orders?token=[redacted]&sku=A%201&x"

    def test_whole_urls(self, tmp_path: Path) -> None:
        """The label of a whole URL is its path, and a password in it is never shown."""
        load = read(tmp_path, WHOLE.replace("{orders}/orders", "http://ada:pw@127.0.0.1:1/o")).load
        assert label_of(load) == "POST /o"
        assert shown_url(load.target) == "http://ada:[redacted]@127.0.0.1:1/o"


@settings(deadline=None)  # of files, on any machine
@given(st.text(st.sampled_from("abc: {}[]-\n\"'&*!>=%0123s/?, "), max_size=200))
def test_any_text(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Any text is read as a scenario or refused with located problems, never with another error."""
    path = tmp_path_factory.mktemp("any") / "x.chaos.yaml"
    path.write_text(text)
    with suppress(DocumentError):
        read_scenario(path)


@settings(deadline=None)  # of files, on any machine
@given(st.data())
def test_any_damage(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """A file in which any stretch is missing is read or refused with located problems, never with another error."""
    start = data.draw(st.integers(0, len(WHOLE)))
    end = data.draw(st.integers(start, min(len(WHOLE), start + 40)))
    path = tmp_path_factory.mktemp("any") / "x.chaos.yaml"
    path.write_text(WHOLE[:start] + WHOLE[end:])
    with suppress(DocumentError):
        read_scenario(path)
