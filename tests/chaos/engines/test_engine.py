from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import pytest

from stormproof_chaos.engines import Client, Engine, Proxy, ProxyState, Toxic, open_engine
from stormproof_chaos.errors import EngineUnreachable, NameTaken, Refused, UnknownProxy, UnknownToxic


if TYPE_CHECKING:
    from collections.abc import Callable


def connect(address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), 30)


def answers(address: str) -> bool:
    with connect(address) as client:
        client.sendall(b"x")
        return client.recv(1) == b"x"


def test_a_proxy_listens_on_loopback_and_passes_everything_on(proxy: Proxy, echo: str) -> None:
    """What is sent to the proxy reaches the upstream, and back."""
    assert proxy.listen.startswith("127.0.0.1:")
    assert not proxy.listen.endswith(":0")
    assert proxy.upstream == echo
    assert answers(proxy.listen)


def test_a_proxy_tells_its_state(engine: Engine, proxy: Proxy, echo: str) -> None:
    """The state of a proxy is the same from the proxy, the engine and the client."""
    state = ProxyState("orders -> inventory? 100%", proxy.listen, echo, enabled=True)
    assert proxy.state() == state
    assert engine.states() == {proxy.name: state}
    assert engine.client.proxies() == {proxy.label: state}
    assert engine.proxies() == (proxy,)


def test_a_disabled_proxy_refuses_and_an_enabled_one_answers_at_the_same_address(proxy: Proxy) -> None:
    """Disabling ends live connections and refuses new ones; enabling brings the same address back."""
    with connect(proxy.listen) as client:
        client.sendall(b"x")
        assert client.recv(1) == b"x"
        proxy.disable()
        assert client.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        connect(proxy.listen)
    proxy.enable()
    assert answers(proxy.listen)


def test_toxics_are_added_under_names_of_their_own(proxy: Proxy) -> None:
    """Two toxics of one type and stream do not meet, and each is removed alone."""
    first = proxy.add(Toxic("latency", attributes={"latency": 5.0}))
    second = proxy.add(Toxic("latency", attributes={"latency": 7.0}))
    assert first != second
    proxy.remove(first)
    assert [(toxic.name, toxic.attributes) for toxic in proxy.toxics()] == [(second, {"latency": 7, "jitter": 0})]
    proxy.remove(second)
    assert proxy.toxics() == ()


def test_a_toxic_keeps_what_it_was_given(proxy: Proxy) -> None:
    """Name, stream, toxicity and attributes come back as they went."""
    given = Toxic("bandwidth", "upstream", 0.5, {"rate": 64}, "a name? 50%#")
    assert proxy.add(given) == given.name
    assert proxy.toxics() == (given,)
    proxy.remove(given.name)
    assert proxy.toxics() == ()


def test_the_client_changes_one_thing_and_leaves_the_rest(engine: Engine, proxy: Proxy, echo: str) -> None:
    """Updates send only what is given."""
    client = engine.client
    name = proxy.add(Toxic("latency", "upstream", 0.5, {"latency": 5, "jitter": 2}))
    changed = client.update_toxic(proxy.label, name, attributes={"latency": 9.0})
    assert changed == Toxic("latency", "upstream", 0.5, {"latency": 9, "jitter": 2}, name)
    assert client.update_toxic(proxy.label, name, toxicity=0.25).toxicity == 0.25
    assert client.update(proxy.label, upstream="127.0.0.1:9").upstream == "127.0.0.1:9"
    assert client.update(proxy.label, upstream=echo).toxics[0].attributes == {"latency": 9, "jitter": 2}


def test_reset_brings_back_the_proxies_made_here(engine: Engine, proxy: Proxy) -> None:
    """After a reset proxies are enabled and have no toxic."""
    proxy.add(Toxic("timeout"))
    proxy.disable()
    engine.reset()
    assert answers(proxy.listen)
    assert proxy.toxics() == ()


def test_the_whole_server_can_be_reset_and_populated(engine: Engine, proxy: Proxy, echo: str) -> None:
    """Populate makes several proxies in one request, and reset is for all of them."""
    made = engine.client.populate([ProxyState("p one", "127.0.0.1:0", echo, enabled=True)])
    assert [(state.name, state.enabled) for state in made] == [("p one", True)]
    engine.client.update("p one", enabled=False)
    engine.client.reset()
    assert engine.client.proxy("p one").enabled
    assert proxy in engine.proxies()
    engine.client.delete("p one")
    assert engine.client.populate([]) == ()


def test_a_deleted_proxy_is_gone_and_deleting_it_again_is_no_error(engine: Engine, proxy: Proxy) -> None:
    """Delete is idempotent, and the engine forgets the proxy."""
    proxy.delete()
    proxy.delete()
    assert engine.proxies() == ()
    with pytest.raises(UnknownProxy):
        proxy.state()


def test_an_outage_ends_when_the_last_one_does(proxy: Proxy) -> None:
    """Overlapping outages are one."""
    with proxy.outage():
        with proxy.outage():
            assert not proxy.state().enabled
        assert not proxy.state().enabled
    assert proxy.state().enabled


def test_an_outage_leaves_a_proxy_disabled_that_was(proxy: Proxy) -> None:
    """An outage restores what it found."""
    proxy.disable()
    with proxy.outage():
        assert not proxy.state().enabled
    assert not proxy.state().enabled


REFUSALS: dict[str, tuple[Callable[[Engine, Proxy], object], type[Exception], str]] = {
    "unknown proxy": (
        lambda engine, _: engine.client.proxy("nobody"),
        UnknownProxy,
        "cannot show proxy 'nobody': .* proxy not found",
    ),
    "unknown toxic": (
        lambda _, proxy: proxy.remove("none"),
        UnknownToxic,
        "cannot remove toxic 'none' of proxy .* toxic not found",
    ),
    "proxy exists": (lambda engine, proxy: engine.proxy(proxy.name, "127.0.0.1:9"), NameTaken, "proxy already exists"),
    "unknown type": (lambda _, proxy: proxy.add(Toxic("rain")), Refused, "cannot add toxic rain.* invalid toxic type"),
    "no name": (lambda engine, _: engine.proxy("", "127.0.0.1:9"), Refused, "'' cannot be a name here"),
    "slash": (lambda engine, _: engine.proxy("a/b", "127.0.0.1:9"), Refused, "'a/b' cannot be a name here"),
    "dots": (lambda engine, _: engine.proxy("..", "127.0.0.1:9"), Refused, "'..' cannot be a name here"),
    "toxic with slash": (lambda _, proxy: proxy.add(Toxic("latency", name="a/b")), Refused, "cannot be a name here"),
    "port taken": (
        lambda engine, proxy: engine.client.create("taken", "127.0.0.1:9", listen=proxy.listen),
        Refused,
        "address already in use",
    ),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_what_the_engine_will_not_do_is_one_of_our_errors(engine: Engine, proxy: Proxy, refusal: str) -> None:
    """Each refusal has its own type, says what was asked, and quotes the engine."""
    act, kind, text = REFUSALS[refusal]
    with pytest.raises(kind, match=text):
        act(engine, proxy)


def test_two_toxics_of_one_name_are_refused(proxy: Proxy) -> None:
    """A name that is taken is told apart from other refusals."""
    proxy.add(Toxic("latency", name="mine"))
    with pytest.raises(NameTaken, match="toxic already exists"):
        proxy.add(Toxic("timeout", name="mine"))


def test_engines_share_nothing(engine: Engine, proxy: Proxy, echo: str) -> None:
    """Several engines at once, from several threads, each talk to their own server alone."""
    with open_engine() as other:
        seen: list[set[str]] = []

        def work(number: int) -> None:
            for turn in range(10):
                made = other.proxy(f"other {number} {turn}", echo)
                seen.append(set(engine.client.proxies()))
                made.delete()

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert seen == [{proxy.label}] * 40
        assert other.proxies() == ()


def test_an_engine_that_died_is_reported_with_its_last_words() -> None:
    """A crashed engine is told from a slow one by what it wrote last."""
    with open_engine() as engine:
        client = Client(engine.api, last_words=lambda: ["Segmentation fault"])
        assert client.version() == engine.version
    with pytest.raises(EngineUnreachable) as caught:
        client.version()
    assert str(caught.value) == (
        f"cannot ask for the version: the engine at {engine.api} does not answer: connection refused\n"
        "  its last lines\n    Segmentation fault"
    )


def test_the_http_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch, engine: Engine) -> None:
    """Requests to an engine go straight to it."""
    for name in "http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy":
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert engine.version


def test_closing_twice_is_harmless(echo: str) -> None:
    """Close ends the server and its proxies, and is idempotent."""
    engine = open_engine()
    listen = engine.proxy("a", echo).listen
    assert answers(listen)
    engine.close()
    engine.close()
    with pytest.raises(ConnectionRefusedError):
        connect(listen)
