"""One proxy of an engine: where it listens, and what is done to it."""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stormproof_chaos.errors import UnknownProxy


if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from stormproof_chaos.engines._toxic import Toxic
    from stormproof_chaos.engines.client import Client, ProxyState


@dataclass(eq=False, repr=False, slots=True, weakref_slot=True)
class Proxy:
    """A proxy that was made here. May be used from several threads at once.

    Attributes:
        name: What it was called here.
        label: What the server calls it.
        listen: Where to reach it, ``host:port``.
        upstream: Where it passes everything on to, ``host:port``.
    """

    name: str
    label: str
    listen: str
    upstream: str
    _client: Client
    _forget: Callable[[str], None]
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _outages: set[object] = field(default_factory=set[object])

    def state(self) -> ProxyState:
        """Ask the server for its state."""
        return self._client.proxy(self.label)

    def toxics(self) -> tuple[Toxic, ...]:
        """Ask the server for its toxics: upstream first, then downstream, each in order of creation."""
        return self._client.toxics(self.label)

    def add(self, toxic: Toxic) -> str:
        """Add *toxic*, under a name of its own unless it has one, and return the name."""
        return self._client.add_toxic(self.label, toxic.named()).name

    def remove(self, name: str) -> None:
        """Remove the toxic of that name."""
        self._client.remove_toxic(self.label, name)

    def disable(self) -> None:
        """Refuse connections from now on, and end the live ones."""
        self._client.update(self.label, enabled=False)

    def enable(self) -> None:
        """Accept connections again, at the same address."""
        self._client.update(self.label, enabled=True)

    @contextmanager
    def outage(self) -> Generator[None]:
        """Disable it for a block.

        Outages may overlap, also from several threads: it is enabled again when the last one ends, unless it was
        disabled before the first one began.
        """
        outage = object()
        try:
            self._begin(outage)
            yield
        finally:
            self._end(outage)

    def _begin(self, outage: object) -> None:
        with self._lock:
            if self._outages or self.state().enabled:
                self._outages.add(outage)
                if len(self._outages) == 1:
                    self.disable()

    def _end(self, outage: object) -> None:
        with self._lock:
            if outage in self._outages:
                self._outages.remove(outage)
                if not self._outages:
                    with suppress(UnknownProxy):  # it may have been deleted meanwhile
                        self.enable()

    def reset(self) -> None:
        """Enable it and remove all its toxics."""
        self.enable()
        for toxic in self.toxics():
            self.remove(toxic.name)

    def delete(self) -> None:
        """Remove it from the server and end its connections; one that is already gone is no error."""
        with suppress(UnknownProxy):
            self._client.delete(self.label)
        self._forget(self.label)

    def __repr__(self) -> str:
        return f"<Proxy {self.name} {self.listen} -> {self.upstream}>"
