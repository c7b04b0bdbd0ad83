"""An engine and the proxies made on it."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

from stormproof_chaos.engines._proxy import Proxy
from stormproof_chaos.engines.client import Client, proxy_path
from stormproof_chaos.errors import EngineError
from stormproof_chaos.processes import reaper


if TYPE_CHECKING:
    from types import TracebackType

    from stormproof_chaos.engines._server import Server
    from stormproof_chaos.engines.client import ProxyState


class Engine:
    """A server of the Toxiproxy API with the proxies that were made here. Ends with its ``with`` block.

    Attributes:
        name: Which kind it is: embedded, binary, container or url.
        api: Its URL, ``http://host:port``.
        client: The client of its API.
    """

    def __init__(self, server: Server) -> None:
        self.name = server.name
        self.api = server.api
        self.client = Client(server.api, last_words=server.tail)
        self._server = server
        self._owner = os.getpid()
        self._proxies: dict[str, Proxy] = {}
        self._closing = ExitStack()
        self._closing.callback(server.close)

    @property
    def version(self) -> str:
        """The version it says it has."""
        return self.client.version()

    def proxy(self, name: str, upstream: str) -> Proxy:
        """Make a proxy that passes everything on to *upstream*, a ``host:port``; it listens on a port of its choice.

        On a server that others use too, its label there is the name with something unique added, so that parallel
        test runs do not meet; and it is deleted even if this process is killed.
        """
        if not self._server.is_shared:
            return self._make(name, name, upstream)
        label = f"{name} {os.getpid()}-{os.urandom(3).hex()}"
        watch = reaper.watch_proxy(f"{self.api}{proxy_path(label)}")
        try:
            proxy = self._make(name, label, upstream)
        except EngineError:
            watch.release()
            raise
        self._closing.callback(watch.release)
        self._closing.callback(proxy.delete)
        return proxy

    def _make(self, name: str, label: str, upstream: str) -> Proxy:
        state = self.client.create(label, self._server.dial(upstream), listen=self._server.listen())
        reachable = self._server.reach(state.listen)
        self._proxies[label] = proxy = Proxy(name, label, reachable, upstream, self.client, self._forget)
        return proxy

    def _forget(self, label: str) -> None:
        self._proxies.pop(label, None)

    def proxies(self) -> tuple[Proxy, ...]:
        """Return the proxies made here that were not deleted."""
        return tuple(self._proxies.values())

    def states(self) -> dict[str, ProxyState]:
        """Ask the server in one request for the state of the proxies made here; the keys are their names."""
        found = self.client.proxies()
        return {proxy.name: found[proxy.label] for proxy in self.proxies() if proxy.label in found}

    def reset(self) -> None:
        """Enable every proxy made here and remove all their toxics; those of others stay as they are."""
        for proxy in self.proxies():
            proxy.reset()

    def close(self) -> None:
        """Delete the proxies made here from a shared server, or end the server if it was started here.

        Is idempotent. A forked child of the process that opened it leaves everything alone.
        """
        if os.getpid() == self._owner:
            self._closing.close()
            self._proxies.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Engine {self.name} {self.api}>"
