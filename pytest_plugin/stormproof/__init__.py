"""Contracts that hold in a storm: contract testing and chaos for pytest.

This module is a table of contents. Every name is loaded when it is first used, so importing stormproof costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from stormproof._decorators import provider as provider
    from stormproof._decorators import state as state
    from stormproof._decorators import trigger as trigger
    from stormproof._fixture import Stormproof as Stormproof
    from stormproof._fixture import Stub as Stub
    from stormproof_chaos.faults import bandwidth as bandwidth
    from stormproof_chaos.faults import down as down
    from stormproof_chaos.faults import drop as drop
    from stormproof_chaos.faults import latency as latency
    from stormproof_chaos.faults import limit as limit
    from stormproof_chaos.faults import partition as partition
    from stormproof_chaos.faults import reset as reset
    from stormproof_chaos.faults import slow_close as slow_close
    from stormproof_contracts.protocols.events import Message as Message

    __version__: str


_HOMES = {
    "Message": "stormproof_contracts.protocols.events",
    "Stormproof": "stormproof._fixture",
    "Stub": "stormproof._fixture",
    "bandwidth": "stormproof_chaos.faults",
    "down": "stormproof_chaos.faults",
    "drop": "stormproof_chaos.faults",
    "latency": "stormproof_chaos.faults",
    "limit": "stormproof_chaos.faults",
    "partition": "stormproof_chaos.faults",
    "provider": "stormproof._decorators",
    "reset": "stormproof_chaos.faults",
    "slow_close": "stormproof_chaos.faults",
    "state": "stormproof._decorators",
    "trigger": "stormproof._decorators",
}

__all__ = [
    "Message",
    "Stormproof",
    "Stub",
    "bandwidth",
    "down",
    "drop",
    "latency",
    "limit",
    "partition",
    "provider",
    "reset",
    "slow_close",
    "state",
    "trigger",
]


def __getattr__(name: str) -> object:
    """Load *name* from its home (PEP 562)."""
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415 - reads the disk

        return version("stormproof")
    if name not in _HOMES:
        raise AttributeError(f"module 'stormproof' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES, "__version__"])
