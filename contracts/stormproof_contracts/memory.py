"""The cyclic garbage collector, kept away from large trees that live as long as the run."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Generator


@contextmanager
def garbage_collection_paused() -> Generator[None]:
    """Run no cyclic collection in the block.

    Reading a large file makes hundreds of thousands of objects and no garbage; the collector would walk them again and
    again, which makes reading superlinear.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def keep_forever() -> None:
    """Let the collector pass over everything that exists now, for data that lives as long as the process."""
    gc.freeze()
