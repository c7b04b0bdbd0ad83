from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormproof_chaos.engine.chain import Chain
from stormproof_chaos.engine.draws import Draws
from stormproof_chaos.engine.toxic import Toxic
from stormproof_chaos.engine.toxics import TOXICS
from stormproof_chaos.engine.toxics.machine import NEVER, Ending


if TYPE_CHECKING:
    from collections.abc import Sequence

    from stormproof_chaos.engine.toxics.machine import Item, Release


def toxic(kind: str, name: str = "t", toxicity: float = 1.0, **attributes: int) -> Toxic:
    values = TOXICS[kind].Attributes(**attributes)
    return Toxic(name=name, type=kind, stream="downstream", toxicity=toxicity, attributes=values)


def chain_of(*toxics: Toxic, seed: int = 0) -> Chain:
    chain = Chain()
    for each in toxics:
        chain.add(each, Draws(seed, "proxy", 0, each.name), 0.0)
    return chain


def run(chain: Chain, arrivals: Sequence[Release], until: float = 1e9) -> list[Release]:
    """Play *arrivals* through *chain* under virtual time; return what comes out, and when."""
    out: list[Release] = []
    todo = list(arrivals)
    while (now := min(chain.due, todo[0][0] if todo else NEVER)) <= until and now < NEVER:
        items = chain.feed(todo.pop(0)[1], now) if todo and todo[0][0] <= now else chain.advance(now)
        out += [(now, item) for item in items]
    return out


def data(releases: Sequence[Release]) -> bytes:
    return b"".join(item for _, item in releases if isinstance(item, bytes))


@st.composite
def streams(draw: st.DrawFn) -> list[Release]:
    """Chunks at growing times, then the end."""
    gaps = st.floats(0, 0.5, allow_nan=False)
    now, arrivals = 0.0, list[tuple[float, "Item"]]()
    for gap, chunk in draw(st.lists(st.tuples(gaps, st.binary(min_size=1, max_size=400)), max_size=8)):
        now += gap
        arrivals.append((now, chunk))
    return [*arrivals, (now + draw(gaps), draw(st.sampled_from([Ending.EOF, Ending.RESET])))]


milliseconds = st.integers(0, 2000)
lossless = st.one_of(
    st.just(toxic("noop")),
    st.builds(lambda latency, jitter: toxic("latency", latency=latency, jitter=jitter), milliseconds, milliseconds),
    st.builds(lambda rate: toxic("bandwidth", rate=rate), st.integers(1, 100)),
    st.builds(lambda delay: toxic("slow_close", delay=delay), milliseconds),
    st.integers(1, 50).flatmap(
        lambda size: st.builds(
            lambda variation, delay: toxic("slicer", average_size=size, size_variation=variation, delay=delay),
            st.integers(0, size - 1),
            st.integers(0, 10_000),
        )
    ),
)
chains = st.lists(lossless, max_size=4).map(lambda each: [replace(t, name=str(n)) for n, t in enumerate(each)])


@given(toxics=chains, arrivals=streams())
def test_no_byte_is_lost_doubled_or_reordered(toxics: list[Toxic], arrivals: list[Release]) -> None:
    """Toxics that only delay and cut pass every byte once, in order, and the ending last."""
    out = run(chain_of(*toxics), arrivals)

    assert data(out) == data(arrivals)
    assert [item for _, item in out if not isinstance(item, bytes)] == [arrivals[-1][1]]
    assert out[-1][1] is arrivals[-1][1]


@given(toxics=chains, arrivals=streams(), seed=st.integers())
def test_the_same_seed_gives_the_same_releases(toxics: list[Toxic], arrivals: list[Release], seed: int) -> None:
    """Two runs with one seed release the same bytes at the same times."""
    assert run(chain_of(*toxics, seed=seed), arrivals) == run(chain_of(*toxics, seed=seed), arrivals)


@given(toxics=chains, arrivals=streams())
def test_a_late_call_changes_nothing_but_the_time(toxics: list[Toxic], arrivals: list[Release]) -> None:
    """A chain that is called only when something arrives lets the same items out in the same order."""
    prompt, late = chain_of(*toxics), chain_of(*toxics)
    items = [item for at, each in arrivals for item in late.feed(each, at)] + late.advance(1e9)

    assert items == [item for _, item in run(prompt, arrivals)]


@given(toxics=chains, arrivals=streams(), edits=st.lists(st.tuples(st.integers(0, 8), lossless, st.booleans())))
def test_live_changes_lose_nothing(
    toxics: list[Toxic], arrivals: list[Release], edits: list[tuple[int, Toxic, bool]]
) -> None:
    """Adding, changing and removing toxics in mid-stream keeps every byte and the order."""
    chain, out = chain_of(*toxics), list[tuple[float, "Item"]]()
    for step, (at, item) in enumerate(arrivals):
        out += [(at, each) for each in chain.feed(item, at)]
        for number, (_, edit, removes) in enumerate(e for e in edits if e[0] == step):
            out += [(at, each) for each in _edit(chain, edit, f"{step}.{number}", at, removes=removes)]
    out += run(chain, [])

    assert data(out) == data(arrivals)
    assert [item for _, item in out if not isinstance(item, bytes)] == [arrivals[-1][1]]


def _edit(chain: Chain, edit: Toxic, name: str, now: float, *, removes: bool) -> list[Item]:
    same = [stage.toxic.name for stage in chain.stages if stage.toxic.type == edit.type]
    if removes and chain.stages:
        return chain.remove(chain.stages[0].toxic.name, now)
    if same:
        return chain.change(replace(edit, name=same[0]), now)
    chain.add(replace(edit, name=name), Draws(0, name), now)
    return []


@given(toxics=chains, arrivals=streams())
def test_held_bytes_are_counted(toxics: list[Toxic], arrivals: list[Release]) -> None:
    """What a chain says it holds is what went in and has not come out."""
    chain, entered, left = chain_of(*toxics), 0, 0
    for at, item in arrivals:
        left += sum(len(each) for each in chain.feed(item, at) if isinstance(each, bytes))
        entered += len(item) if isinstance(item, bytes) else 0
        assert chain.held == entered - left


@given(arrivals=streams(), latency=milliseconds, jitter=milliseconds)
def test_latency_keeps_to_its_range(arrivals: list[Release], latency: int, jitter: int) -> None:
    """A chunk leaves no sooner than latency - jitter, and no later than latency + jitter after it came."""
    out = run(chain_of(toxic("latency", latency=latency, jitter=jitter)), arrivals)

    for (came, _), (left, _) in zip(arrivals[:-1], out[:-1], strict=True):
        assert came + max(latency - jitter, 0) / 1000 - 1e-6 <= left <= came + (latency + jitter) / 1000 + 1e-6


def test_latency_does_not_serialise() -> None:
    """Chunks that come one after the other are each delayed once."""
    out = run(chain_of(toxic("latency", latency=200)), [(n / 100, b"x") for n in range(20)])

    assert [round(at, 6) for at, _ in out] == [round(n / 100 + 0.2, 6) for n in range(20)]


def test_latencies_add_up() -> None:
    """Two latencies delay by their sum, and the ending by nothing but what it follows."""
    chain = chain_of(toxic("latency", "a", latency=300), toxic("latency", "b", latency=300))

    assert run(chain, [(0.0, b"x"), (0.1, Ending.EOF)]) == [(0.6, b"x"), (0.6, Ending.EOF)]
    assert run(chain_of(toxic("latency", latency=300)), [(0.1, Ending.EOF)]) == [(0.1, Ending.EOF)]


@given(arrivals=streams(), rate=st.integers(1, 50))
def test_bandwidth_is_never_exceeded(arrivals: list[Release], rate: int) -> None:
    """By any moment no more bytes have left than the line carries from the first arrival on."""
    out = run(chain_of(toxic("bandwidth", rate=rate)), arrivals)

    for at, _ in out:
        carried = data([release for release in out if release[0] <= at])
        assert len(carried) <= (at - arrivals[0][0]) * rate * 1000 + 1e-3


def test_bandwidth_sends_ten_times_a_second() -> None:
    """A chunk leaves in pieces of 100 ms' worth, each at the end of its 100 ms."""
    out = run(chain_of(toxic("bandwidth", rate=10)), [(0.0, b"x" * 2500)])

    assert [(round(at, 6), len(item)) for at, item in out if isinstance(item, bytes)] == [
        (0.1, 1000),
        (0.2, 1000),
        (0.25, 500),
    ]


def test_bandwidth_of_nothing_holds_until_it_is_raised() -> None:
    """At rate 0 nothing leaves; a change lets go of what was held."""
    chain = chain_of(toxic("bandwidth", rate=0))

    assert chain.feed(b"x", 0.0) == []
    assert chain.due == NEVER
    assert chain.change(toxic("bandwidth", rate=1), 5.0) == [b"x"]


@pytest.mark.parametrize(
    "slow", [toxic("latency", latency=10_000), toxic("bandwidth", rate=1)], ids=lambda slow: slow.type
)
def test_removal_lets_go_at_once(slow: Toxic) -> None:
    """What a removed toxic held goes on its way, in order, with the ending behind it."""
    chain = chain_of(slow)
    for item in (b"a" * 500, b"b" * 500, Ending.EOF):
        assert chain.feed(item, 0.0) == []

    items = chain.remove("t", 0.0)

    assert data([(0.0, item) for item in items]) == b"a" * 500 + b"b" * 500
    assert items[-1] is Ending.EOF


def test_slow_close_delays_the_ending_only() -> None:
    """Bytes pass at once, the ending after the delay; a change begins the delay again."""
    chain = chain_of(toxic("slow_close", delay=1000))

    assert run(chain, [(0.0, b"x"), (0.5, Ending.EOF)], until=1.0) == [(0.0, b"x")]
    assert chain.change(toxic("slow_close", delay=2000), 1.0) == []
    assert run(chain, []) == [(3.0, Ending.EOF)]


@given(arrivals=streams(), timeout=st.integers(1, 2000))
def test_timeout_passes_nothing(arrivals: list[Release], timeout: int) -> None:
    """Every chunk is dropped; the close comes that long after the last, unless the stream ends before."""
    out = run(chain_of(toxic("timeout", timeout=timeout)), arrivals)

    assert data(out) == b""
    assert len(out) == 1
    assert out[0][1] in {Ending.CLOSE, arrivals[-1][1]}
    if out[0][1] is Ending.CLOSE:
        before = [0.0, *(at for at, item in arrivals if isinstance(item, bytes) and at < out[0][0])]
        assert out[0][0] == pytest.approx(before[-1] + timeout / 1000)


def test_timeout_of_nothing_never_closes() -> None:
    """At 0 the connection stays open; when the toxic goes, a stream that lost bytes closes and another does not."""
    lossy, idle = chain_of(toxic("timeout")), chain_of(toxic("timeout"))

    assert lossy.feed(b"x", 0.0) == []
    assert lossy.due == NEVER
    assert lossy.remove("t", 1.0) == [Ending.CLOSE]
    assert idle.remove("t", 1.0) == []


@given(arrivals=streams(), timeout=milliseconds)
def test_reset_peer_resets_after_the_first_arrival(arrivals: list[Release], timeout: int) -> None:
    """Nothing passes but a reset, the timeout after the first chunk or ending; an idle stream stays."""
    chain = chain_of(toxic("reset_peer", timeout=timeout))

    assert chain.due == NEVER
    assert run(chain, arrivals) == [(arrivals[0][0] + timeout / 1000, Ending.RESET)]


@given(st.binary(min_size=1, max_size=5000), st.integers(1, 300), st.data())
def test_slices_are_small(chunk: bytes, size: int, choice: st.DataObject) -> None:
    """No piece is empty or longer than average plus variation, and each waits for the pause after the one before."""
    variation = choice.draw(st.integers(0, size - 1))
    out = run(chain_of(toxic("slicer", average_size=size, size_variation=variation, delay=1000)), [(0.0, chunk)])

    assert data(out) == chunk
    assert all(0 < len(item) <= size + variation for _, item in out if isinstance(item, bytes))
    assert [round(at, 6) for at, _ in out] == [round(n / 1000, 6) for n in range(len(out))]


@given(arrivals=streams(), limit=st.integers(0, 2000))
def test_limit_data_cuts_at_the_byte(arrivals: list[Release], limit: int) -> None:
    """That many bytes pass and then the connection closes, whatever the chunks are."""
    sent = data(arrivals)
    out = run(chain_of(toxic("limit_data", bytes=limit)), arrivals)

    assert data(out) == sent[:limit]
    assert out[-1][1] is (Ending.CLOSE if sent and len(sent) >= limit else arrivals[-1][1])


def test_limit_data_keeps_its_count() -> None:
    """A changed limit counts what has passed before."""
    chain = chain_of(toxic("limit_data", bytes=10))

    assert chain.feed(b"12345", 0.0) == [b"12345"]
    assert chain.change(toxic("limit_data", bytes=7), 0.0) == []
    assert chain.feed(b"6789", 0.0) == [b"67", Ending.CLOSE]


def test_toxicity_is_drawn_once() -> None:
    """The draw of a link stays when toxicity changes: who is chosen at 0.3 is chosen at 0.6 too."""
    draws = [Draws(1, "proxy", number, "t") for number in range(2000)]
    chosen = [[link for link, draw in enumerate(draws) if _chosen(draw, toxicity)] for toxicity in (0, 0.3, 0.6, 1)]

    assert [len(links) / 2000 for links in chosen] == [0, pytest.approx(0.3, abs=0.03), pytest.approx(0.6, abs=0.03), 1]
    assert set(chosen[1]) < set(chosen[2])


def _chosen(draws: Draws, toxicity: float) -> bool:
    chain = Chain()
    chain.add(toxic("latency", toxicity=0, latency=5), draws, 0.0)
    chain.change(toxic("latency", toxicity=toxicity, latency=5), 0.0)
    return chain.feed(b"x", 0.0) == []


def test_draws_are_splitmix64() -> None:
    """Number n of a stream is the n-th output of SplitMix64 for the stream's key."""
    draws = Draws()
    draws._key = 1234567
    reference = [6457827717110365317, 3203168211198807973, 9817491932198370423]

    assert [int(draws.uniform(n) * (1 << 53)) for n in range(3)] == [number >> 11 for number in reference]


@given(st.integers(0, 1 << 62), st.integers(0, 1 << 40), st.text())
def test_draws_keep_to_their_range(width: int, offset: int, name: str) -> None:
    """A spread is within [-width, width - 1], and 0 where there is none."""
    drawn = Draws(0, name).spread(width, offset)

    assert -width <= drawn < max(width, 1)


@given(st.dictionaries(st.sampled_from(sorted(TOXICS)), st.integers(-(1 << 63), (1 << 63) - 1), max_size=4), streams())
def test_no_attribute_value_breaks_a_machine(extremes: dict[str, int], arrivals: list[Release]) -> None:
    """Values that the API refuses by default, and strict mode accepts, do no harm."""
    toxics = []
    for kind, value in extremes.items():
        names: Any = TOXICS[kind].Attributes.__dataclass_fields__
        toxics.append(toxic(kind, name=kind, **dict.fromkeys(names, value)))
    run(chain_of(*toxics), arrivals, until=10.0)
