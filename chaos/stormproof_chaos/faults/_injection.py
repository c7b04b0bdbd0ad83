"""Putting faults on a link for a block, and taking exactly these off again."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from stormproof_chaos.errors import UnknownProxy, UnknownToxic


if TYPE_CHECKING:
    from collections.abc import Generator

    from stormproof_chaos.engines import Link, Proxy, Toxic
    from stormproof_chaos.faults._fault import Fault


@contextmanager
def inject(link: Link, *faults: Fault) -> Generator[None]:
    """Put *faults* on *link* for a block.

    However the block ends, and if only some could be added, what was added is removed and nothing else is changed, so
    injections may overlap on one link.
    """
    with ExitStack() as undo:
        for fault in faults:
            if fault.disables:
                undo.enter_context(link.proxy.outage())
            for toxic in fault.toxics:
                _add(link.proxy, toxic.named(), undo)
        yield


def _add(proxy: Proxy, toxic: Toxic, undo: ExitStack) -> None:
    # Registered first: an interruption, or an answer that is lost, may come after the toxic is there.
    undo.callback(_remove, proxy, toxic.name)
    proxy.add(toxic)


def _remove(proxy: Proxy, name: str) -> None:
    with suppress(UnknownToxic, UnknownProxy):  # gone is what it should be
        proxy.remove(name)
