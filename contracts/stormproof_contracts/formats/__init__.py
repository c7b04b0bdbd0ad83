"""One reader a file format; every one of them gives a `Contract`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stormproof_contracts.formats.native import read_native
from stormproof_contracts.memory import garbage_collection_paused


if TYPE_CHECKING:
    from pathlib import Path

    from stormproof_contracts.model import Contract


def load_contract(path: Path, *, shown: Path | None = None, project: Path | None = None) -> Contract:
    """Read the contract at *path*.

    Args:
        path: a ``*.contract.yaml`` file.
        shown: how messages name the file, *path* itself unless given.
        project: the folder that references to other files must not leave, the file's own unless given.

    Raises:
        DocumentError: with every problem of the file.
    """
    with garbage_collection_paused():
        return read_native(path, shown or path, project)


__all__ = ["load_contract"]
