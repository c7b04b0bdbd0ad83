"""The choices of engine, and how each is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stormproof_chaos.engines._binary import open_binary
from stormproof_chaos.engines._container import open_container
from stormproof_chaos.engines._embedded import open_embedded
from stormproof_chaos.engines._engine import Engine
from stormproof_chaos.engines._url import open_url
from stormproof_chaos.errors import Unavailable
from stormproof_contracts.errors import did_you_mean


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stormproof_chaos.engines._server import Server


ENGINES: Mapping[str, Callable[[int | None], Server]] = {
    "embedded": open_embedded,
    "binary": open_binary,
    "container": open_container,
}


def open_engine(choice: str = "embedded", *, seed: int | None = None) -> Engine:
    """Open an engine: one of `ENGINES`, or the ``http://host:port`` of a Toxiproxy that runs already.

    Args:
        choice: Which one.
        seed: What decides the draws of its toxics, where the server has a working seed: the embedded one does.

    Raises:
        Unavailable: it cannot be had here; the text says what was tried and what to install.
        NotReady: it was started and did not become ready.
    """
    if "://" in choice:
        return Engine(open_url(choice))
    if choice not in ENGINES:
        raise Unavailable(
            f"there is no engine {choice!r}.{did_you_mean(choice, ENGINES)}"
            " The address of a running one, http://host:port, is a choice too."
        )
    return Engine(ENGINES[choice](seed))
