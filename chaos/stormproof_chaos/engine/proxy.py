"""A proxy: a listener, the toxics that stand behind it, and the connections it has open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stormproof_chaos.engine.connection import Connection
from stormproof_chaos.engine.link import Traffic
from stormproof_chaos.engine.listener import ListenError, bindable, open_listener
from stormproof_chaos.engine.toxic import Direction


if TYPE_CHECKING:
    import socket

    from stormproof_chaos.engine.addresses import Resolver
    from stormproof_chaos.engine.listener import Listener
    from stormproof_chaos.engine.loop import Loop
    from stormproof_chaos.engine.toxic import Toxic

_MOST_CONNECTIONS = 16_384  # open at once through one proxy; more wait in the listener's queue


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What holds for a whole engine: the seed of all random decisions, and whether to copy Toxiproxy's oddities."""

    seed: int = 0
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Engine:
    """What all proxies share."""

    loop: Loop
    resolver: Resolver
    settings: Settings


class Proxy:
    """One named proxy; stopped when made."""

    def __init__(self, name: str, listen: str, upstream: str, engine: Engine) -> None:
        self.name = name
        self.listen = listen
        self.upstream = upstream
        self.loop = engine.loop
        self.resolver = engine.resolver
        self.settings = engine.settings
        self.toxics: dict[str, Toxic] = {}
        self.traffic = {direction: Traffic() for direction in Direction}
        self.accepted = 0
        self._connections: set[Connection] = set()
        self._listener: Listener | None = None

    @property
    def enabled(self) -> bool:
        """Tell whether the proxy listens."""
        return self._listener is not None

    @property
    def open(self) -> int:
        """Return how many connections are open."""
        return len(self._connections)

    def start(self) -> None:
        """Listen; nothing happens if it does already.

        Raises:
            ListenError: the address cannot be listened on.
            UnresolvedError: its host needs a lookup first.
        """
        if self._listener is None:
            self._listener = open_listener(self.listen, loop=self.loop, resolver=self.resolver, welcome=self._welcome)
            self.listen = str(self._listener.address)

    def stop(self) -> None:
        """Listen no longer and close every connection; nothing happens if it is stopped already."""
        self._close_listener()
        self._close_connections()

    def differs(self, listen: str, upstream: str) -> bool:
        """Tell whether *listen* or *upstream* is another than now; port 0 always is."""
        return str(bindable(listen, self.resolver)) != self.listen or upstream != self.upstream

    def move(self, listen: str, upstream: str) -> None:
        """Listen on, and dial, another address from now on; open connections close.

        Raises:
            ListenError: the address cannot be listened on. All stays as it was (strict: changed, but stopped).
        """
        before, enabled = self.listen, self.enabled
        self._close_listener()
        self.listen = listen
        try:
            if enabled:
                self.start()
        except ListenError:
            self._stay(before, upstream)
            raise
        self.upstream = upstream
        self._close_connections()

    def add_toxic(self, toxic: Toxic) -> None:
        """Put *toxic* last on its direction, of open connections too."""
        self.toxics[toxic.name] = toxic
        for connection in list(self._connections):
            connection.add_toxic(toxic)

    def change_toxic(self, toxic: Toxic) -> None:
        """Give the toxic of that name its new values, on open connections too."""
        self.toxics[toxic.name] = toxic
        for connection in list(self._connections):
            connection.change_toxic(toxic)

    def remove_toxic(self, name: str) -> None:
        """Take a toxic away; what it held goes on its way."""
        toxic = self.toxics.pop(name)
        for connection in list(self._connections):
            connection.remove_toxic(toxic)
        # Toxiproxy's oddity: the end of a timeout also closes the connections that it had not touched.
        if self.settings.strict and toxic.type == "timeout":
            self._close_connections()

    def forget(self, connection: Connection) -> None:
        """Note that *connection* is closed."""
        self._connections.discard(connection)
        self._make_room()

    def _stay(self, before: str, upstream: str) -> None:
        """Undo half a move."""
        if self.settings.strict:
            self.upstream = upstream
            self._close_connections()
        else:
            self.listen = before
            self.start()

    def _welcome(self, client: socket.socket) -> None:
        connection = Connection(self, client, self.accepted)
        self.accepted += 1
        self._connections.add(connection)
        self._make_room()
        connection.start()

    def _make_room(self) -> None:
        if self._listener:
            self._listener.accept_more(wanted=len(self._connections) < _MOST_CONNECTIONS)

    def _close_listener(self) -> None:
        if self._listener:
            self._listener.close()
            self._listener = None

    def _close_connections(self) -> None:
        for connection in list(self._connections):
            connection.close()
