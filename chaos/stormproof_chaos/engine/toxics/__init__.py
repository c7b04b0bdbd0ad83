"""The toxics an engine knows: one line each, and one file each beside this one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stormproof_chaos.engine.toxics.bandwidth import Bandwidth
from stormproof_chaos.engine.toxics.latency import Latency
from stormproof_chaos.engine.toxics.limit_data import LimitData
from stormproof_chaos.engine.toxics.noop import Noop
from stormproof_chaos.engine.toxics.reset_peer import ResetPeer
from stormproof_chaos.engine.toxics.slicer import Slicer
from stormproof_chaos.engine.toxics.slow_close import SlowClose
from stormproof_chaos.engine.toxics.timeout import Timeout


if TYPE_CHECKING:
    from collections.abc import Mapping

    from stormproof_chaos.engine.toxics.machine import ToxicType

__all__ = ["TOXICS"]

TOXICS: Mapping[str, ToxicType] = {
    "noop": Noop,
    "latency": Latency,
    "bandwidth": Bandwidth,
    "slow_close": SlowClose,
    "timeout": Timeout,
    "reset_peer": ResetPeer,
    "slicer": Slicer,
    "limit_data": LimitData,
}
