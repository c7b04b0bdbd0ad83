from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stormproof_chaos.engines import Toxic
from stormproof_chaos.errors import ChaosError, InvalidFault
from stormproof_chaos.faults import (
    FAULTS,
    Fault,
    bandwidth,
    build,
    down,
    drop,
    fragment,
    latency,
    limit,
    parse_fault,
    partition,
    reset,
    slow_close,
)


if TYPE_CHECKING:
    from collections.abc import Callable


FORMS = [
    (latency(2), "latency 2s", [Toxic("latency", attributes={"latency": 2000, "jitter": 0})]),
    (latency(2, jitter=0.1), "latency 2s ± 100ms", [Toxic("latency", attributes={"latency": 2000, "jitter": 100})]),
    (down(), "down", []),
    (
        partition(),
        "partition",
        [Toxic("timeout", "upstream", 1, {"timeout": 0}), Toxic("timeout", "downstream", 1, {"timeout": 0})],
    ),
    (reset(), "reset", [Toxic("reset_peer", "upstream", 1, {"timeout": 0})]),
    (reset(after=1.5), "reset after 1.5s", [Toxic("reset_peer", "upstream", 1, {"timeout": 1500})]),
    (drop(), "drop", [Toxic("timeout", "downstream", 1, {"timeout": 0})]),
    (drop(0.125, after=1), "drop 12.5% after 1s", [Toxic("timeout", "downstream", 0.125, {"timeout": 1000})]),
    (
        bandwidth(64_000),
        "bandwidth 64KB/s",
        [Toxic("bandwidth", "upstream", 1, {"rate": 64}), Toxic("bandwidth", "downstream", 1, {"rate": 64})],
    ),
    (limit(10 * 1024), "limit 10KiB", [Toxic("limit_data", attributes={"bytes": 10240})]),
    (limit(0), "limit 0B", [Toxic("limit_data", attributes={"bytes": 0})]),
    (slow_close(90), "slow close 90s", [Toxic("slow_close", attributes={"delay": 90_000})]),
    (
        fragment(100, variation=20, pause=0.0105),
        "fragment 100B ± 20B pause 10500us",
        [Toxic("slicer", attributes={"average_size": 100, "size_variation": 20, "delay": 10_500})],
    ),
]


@pytest.mark.parametrize(("fault", "text", "toxics"), FORMS, ids=[text for _, text, _ in FORMS])
def test_a_fault_is_a_value_a_text_and_toxics(fault: Fault, text: str, toxics: list[Toxic]) -> None:
    """Each fault is written as people say it, read back from that, and comes to toxics in Toxiproxy's units."""
    assert str(fault) == text
    assert parse_fault(text) == fault
    assert list(fault.toxics) == toxics
    assert fault.disables == (text == "down")
    assert hash(fault) == hash(parse_fault(text))
    assert pickle.loads(pickle.dumps(fault)) == fault


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("  latency   600ms ", latency(0.6)),
        ("latency 2s±100ms", latency(2, 0.1)),
        ("latency 2s +- 100ms", latency(2, 0.1)),
        ("latency 2s +/- 100ms", latency(2, 0.1)),
        ("latency 2s jitter 100ms", latency(2, 0.1)),
        ("latency 1.5 min", latency(90)),
        ("slow_close 1s", slow_close(1)),
        ("slow-close 1s", slow_close(1)),
        ("drop after 1s", drop(after=1)),
        ("drop share 50% after 1s", drop(0.5, 1)),
        ("bandwidth 64 KB/s", bandwidth(64_000)),
        ("bandwidth 64 KB", bandwidth(64_000)),
        ("fragment 1 KB pause 10ms", fragment(1000, pause=0.01)),
    ],
)
def test_text_may_be_written_in_several_ways(text: str, fault: Fault) -> None:
    """Spaces, the parameter's name for its sign, and hyphens for spaces are all understood."""
    assert parse_fault(text) == fault


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("latncy 2s", "there is no fault 'latncy'. Did you mean 'latency'?"),
        ("", "there is no fault ''. Known here: bandwidth, down, drop, fragment,"),
        ("latency", "latency needs its delay. It is written: latency 100ms [± 100ms]"),
        ("latency 2", "the delay of latency: '2' is no duration: write a number with a unit"),
        ("latency 2000s", "the delay of latency is in seconds, and 2000 looks like milliseconds: write 2, or '2s'"),
        ("latency 0.4ms", "the delay of latency is at least 1ms, not '0.4ms'"),
        ("latency 1s ± 1s jitter 2s", "latency has two values for its jitter: '1s' and '2s'"),
        ("down now", "down says nothing about 'now'. It is written: down"),
        ("reset 500ms", "reset says nothing about '500ms'. It is written: reset [after 100ms]"),
        ("drop 150%", "the share of drop: '150%' is no share"),
        ("bandwidth 10B/s", "the bytes per second of bandwidth is at least 1KB/s, not '10B/s'"),
        ("fragment 0B", "the size of fragment is at least 1B, not '0B'"),
        ("fragment 10B ± 10B", "the variation of fragment is below its size of 10 bytes, not 10"),
    ],
)
def test_text_that_cannot_be_meant_says_what_to_write(text: str, message: str) -> None:
    """Each mistake is named with what to write instead."""
    with pytest.raises(InvalidFault) as caught:
        parse_fault(text)
    assert message in str(caught.value)
    assert isinstance(caught.value, ChaosError)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: latency(2000), "2000 looks like milliseconds: write 2, or '2s'"),
        (lambda: latency(-1), "is a number of seconds from 0 up, not -1"),
        (lambda: latency(float("nan")), "not nan"),
        (lambda: latency(True), "not True"),
        (lambda: limit(float("inf")), "not inf"),
        (lambda: drop(50), "50 looks like percent: write 0.5, or '50%'"),
        (lambda: build("latency", {"delay": None}), "not None"),
        (lambda: build("latency", {"delay": 1, "jiter": 1}), "latency has no 'jiter'. Did you mean 'jitter'?"),
        (lambda: build("lag", {}), "there is no fault 'lag'"),
    ],
    ids=["too long", "negative", "nan", "bool", "infinite", "percent", "none", "parameter", "name"],
)
def test_numbers_that_cannot_be_meant_are_refused(make: Callable[[], Fault], message: str) -> None:
    """A wrong unit is guessed, anything that is no number is refused."""
    with pytest.raises(InvalidFault) as caught:
        make()
    assert message in str(caught.value)


def test_a_fault_is_built_from_a_file_s_values() -> None:
    """Text with a unit and plain numbers are both values, and a name may have spaces."""
    assert build("latency", {"delay": "2s", "jitter": 0.1}) == latency(2, 0.1)
    assert build("slow close", {"delay": 1}) == slow_close(1)


def test_a_value_is_what_will_be_carried_out() -> None:
    """What Toxiproxy cannot count is rounded when the value is made, so its text never lies."""
    assert latency(1 / 3) == latency(0.333)
    assert str(bandwidth(65_536)) == "bandwidth 66KB/s"
    assert repr(latency(1 / 3)) == "latency(delay=0.333, jitter=0)"


def test_the_registry_describes_every_fault() -> None:
    """Each kind has a summary in a sentence, and its parameters in order."""
    assert list(FAULTS) == [
        "latency", "down", "partition", "reset", "drop", "bandwidth", "limit", "slow_close", "fragment",
    ]  # fmt: skip
    assert all(kind.summary.endswith(".") for kind in FAULTS.values())
    assert [parameter.name for parameter in FAULTS["fragment"].parameters] == ["size", "variation", "pause"]


SECONDS = st.integers(1, 600_000).map(lambda milliseconds: milliseconds / 1000)
SIZES = st.integers(1, 10**12)
ANY_FAULT = st.one_of(
    st.builds(latency, SECONDS, SECONDS | st.just(0.0)),
    st.just(down()),
    st.just(partition()),
    st.builds(reset, SECONDS),
    st.builds(drop, st.floats(0.001, 1), SECONDS),
    st.builds(bandwidth, st.integers(1000, 10**12)),
    st.builds(limit, SIZES),
    st.builds(slow_close, SECONDS),
    SIZES.flatmap(lambda size: st.builds(fragment, st.just(size), st.integers(0, size - 1), st.floats(0.000001, 60))),
)


@given(ANY_FAULT)
def test_every_fault_is_read_back_from_its_text(fault: Fault) -> None:
    """Writing and reading are inverse, and building from the numbers gives the same fault."""
    assert parse_fault(str(fault)) == fault
    assert build(fault.name, dict(fault.parameters)) == fault


@given(ANY_FAULT)
def test_toxics_are_in_whole_numbers_a_server_survives(fault: Fault) -> None:
    """No toxic has a fraction, a negative number, or a slice that Toxiproxy would never end to cut."""
    for toxic in fault.toxics:
        assert all(value >= 0 and float(value).is_integer() for value in toxic.attributes.values())
        assert 0 < toxic.toxicity <= 1
        if toxic.type == "slicer":
            assert toxic.attributes["size_variation"] < toxic.attributes["average_size"]


@example("bandwidth ±")  # a sign that this fault does not know
@given(st.text() | st.tuples(st.sampled_from(sorted(FAULTS)), st.text()).map(" ".join))
def test_any_text_is_a_fault_or_a_clear_no(text: str) -> None:
    """Reading ends in a fault or in our error, never in another."""
    try:
        fault = parse_fault(text)
    except InvalidFault:
        return
    assert parse_fault(str(fault)) == fault
