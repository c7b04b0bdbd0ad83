"""What an engine is served by: the Protocol of the choices, and the common case of one on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from stormproof_chaos.engines.client import LOOPBACK


if TYPE_CHECKING:
    from collections.abc import Callable


class Server(Protocol):
    """A running server of the Toxiproxy API, and how addresses look from where it stands."""

    @property
    def name(self) -> str:
        """Which of the choices it is."""
        ...

    @property
    def api(self) -> str:
        """Its URL, ``http://host:port``."""
        ...

    @property
    def is_shared(self) -> bool:
        """Tell whether it was there before, and others may use it too."""
        ...

    def listen(self) -> str:
        """Return where the next proxy is to listen."""
        ...

    def dial(self, upstream: str) -> str:
        """Return how the server reaches *upstream*, an address as seen from here."""
        ...

    def reach(self, listen: str) -> str:
        """Return how to reach from here a proxy that the server says listens at *listen*."""
        ...

    def tail(self) -> list[str]:
        """Return the last lines it wrote, where they can be had."""
        ...

    def close(self) -> None:
        """End what was started for it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalServer:
    """A server on this machine, started for this engine: it sees every address as it is seen here."""

    name: str
    api: str
    tail: Callable[[], list[str]]
    close: Callable[[], None]

    @property
    def is_shared(self) -> bool:
        """Say no: it was started for one engine."""
        return False

    def listen(self) -> str:
        """Return a loopback port of the system's choice."""
        return LOOPBACK

    def dial(self, upstream: str) -> str:
        """Return *upstream*."""
        return upstream

    def reach(self, listen: str) -> str:
        """Return *listen*."""
        return listen
