"""The vocabulary of faults: values that say what happens to a link, and what puts them on one."""

from __future__ import annotations

from stormproof_chaos.engines import Link
from stormproof_chaos.faults._audit import Leftover, audit
from stormproof_chaos.faults._fault import FAULTS, Fault, Kind, Parameter
from stormproof_chaos.faults._injection import inject
from stormproof_chaos.faults._text import build, parse_fault
from stormproof_chaos.faults._vocabulary import (
    bandwidth,
    down,
    drop,
    fragment,
    latency,
    limit,
    partition,
    reset,
    slow_close,
)


__all__ = [
    "FAULTS",
    "Fault",
    "Kind",
    "Leftover",
    "Link",
    "Parameter",
    "audit",
    "bandwidth",
    "build",
    "down",
    "drop",
    "fragment",
    "inject",
    "latency",
    "limit",
    "parse_fault",
    "partition",
    "reset",
    "slow_close",
]
