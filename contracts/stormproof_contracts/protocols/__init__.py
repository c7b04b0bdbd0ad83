"""The kinds of interaction: one folder each, and one line each in `KINDS`.

To add one: a folder with an object that keeps `Kind`, and a line here. Nothing else knows the kinds by name.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Final, cast

from stormproof_contracts.protocols._kind import (
    Announcer,
    Exchange,
    Kind,
    Sender,
    Server,
)


if TYPE_CHECKING:
    from collections.abc import Mapping


#: Where the object of each kind is. Imported when a contract first uses it, so that HTTP users never load gRPC.
KINDS: Final[Mapping[str, str]] = {
    "http": "stormproof_contracts.protocols.http:HTTP",
    "grpc": "stormproof_contracts.protocols.grpc:GRPC",
    "event": "stormproof_contracts.protocols.events:EVENT",
}


def kind_of(name: str) -> Kind:
    """Return the kind called *name*, one of `KINDS`."""
    module, _, attribute = KINDS[name].partition(":")
    return cast("Kind", getattr(importlib.import_module(module), attribute))


__all__ = ["KINDS", "Announcer", "Exchange", "Kind", "Sender", "Server", "kind_of"]
