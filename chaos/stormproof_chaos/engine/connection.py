"""A connection: a client, the upstream dialled for it, and the two links between them."""

from __future__ import annotations

import contextlib
import socket
import struct
from typing import TYPE_CHECKING

from stormproof_chaos.engine.dial import Dial
from stormproof_chaos.engine.draws import Draws
from stormproof_chaos.engine.link import Endpoint, Link
from stormproof_chaos.engine.toxic import Direction


if TYPE_CHECKING:
    from collections.abc import Mapping

    from stormproof_chaos.engine.proxy import Proxy
    from stormproof_chaos.engine.toxic import Toxic

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER for no time: closing sends RST and not FIN


class Connection:
    """One client of a proxy, from its acceptance to the close of both sockets."""

    def __init__(self, proxy: Proxy, client: socket.socket, number: int) -> None:
        self.strict = proxy.settings.strict
        self._proxy = proxy
        self._loop = proxy.loop
        self._number = number
        self._endpoints = [Endpoint(client, proxy.loop, self)]
        self._links: Mapping[Direction, Link] = {}
        self._dial = Dial(proxy.upstream, proxy.loop, proxy.resolver, self._join)
        self._resets = False
        self._closed = False

    def start(self) -> None:
        """Dial the upstream; the client's bytes wait in its socket until then."""
        self._dial.start()

    def add_toxic(self, toxic: Toxic) -> None:
        """Put *toxic* on its link."""
        if link := self._link(toxic):
            link.chain.add(toxic, self._draws(toxic), self._loop.now())
            link.put(())

    def change_toxic(self, toxic: Toxic) -> None:
        """Give the toxic of that name its new values."""
        if link := self._link(toxic):
            link.put(link.chain.change(toxic, self._loop.now()))

    def remove_toxic(self, toxic: Toxic) -> None:
        """Take *toxic* off its link."""
        if link := self._link(toxic):
            link.put(link.chain.remove(toxic.name, self._loop.now()))

    def link_done(self, destination: Endpoint) -> None:
        """Tell *destination* that nothing more comes, or close when the other direction is done too."""
        links = self._links.values()
        if all(link.done for link in links):
            self.close(reset=any(link.broken for link in links))
        else:
            destination.shut()

    def close(self, *, reset: bool = False) -> None:
        """Close both sockets, once."""
        if self._closed:
            return
        self._closed = True
        self._dial.cancel()
        for link in self._links.values():
            link.stop()
        for endpoint in self._endpoints:
            if reset or self._resets:
                with contextlib.suppress(OSError):  # the system knows the socket as closed already
                    endpoint.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            endpoint.close()
        self._proxy.forget(self)

    def _join(self, upstream: socket.socket | None) -> None:
        """Link the two sockets."""
        if upstream is None:
            self.close()
            return
        upstream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client, server = self._endpoints[0], Endpoint(upstream, self._loop, self)
        self._endpoints.append(server)
        traffic = self._proxy.traffic
        self._links = {
            Direction.UPSTREAM: Link(client, server, traffic[Direction.UPSTREAM], self._loop),
            Direction.DOWNSTREAM: Link(server, client, traffic[Direction.DOWNSTREAM], self._loop),
        }
        now = self._loop.now()
        for toxic in self._proxy.toxics.values():
            self._links[toxic.direction].chain.add(toxic, self._draws(toxic), now)
            # Toxiproxy's oddity: any reset_peer at the start makes every close a reset, whether it chose or not.
            self._resets |= self.strict and toxic.type == "reset_peer"
        for link in self._links.values():
            link.start()

    def _draws(self, toxic: Toxic) -> Draws:
        return Draws(self._proxy.settings.seed, self._proxy.name, self._number, toxic.name)

    def _link(self, toxic: Toxic) -> Link | None:
        link = self._links.get(toxic.direction)
        return None if link is None or link.done else link
