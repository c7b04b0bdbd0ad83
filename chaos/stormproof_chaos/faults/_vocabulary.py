"""The faults. A new one is one function here: its parameters with their quantities, and the toxics it comes to.

What travels upstream is the consumer's request, downstream the provider's answer.
"""

# ruff: noqa: TC001 - the annotations are read when this module is imported: they are the schema

from __future__ import annotations

from typing import Annotated

from stormproof_chaos.engines import Toxic
from stormproof_chaos.errors import InvalidFault
from stormproof_chaos.faults._fault import Effect, fault
from stormproof_chaos.faults._quantities import Bytes, BytesPerSecond, Seconds, Share, ShortSeconds, SomeBytes


@fault
def latency(delay: Seconds, jitter: Annotated[Seconds, "±"] = 0.0) -> Effect:
    """Answers come *delay* seconds late, each piece up to *jitter* seconds more or less."""
    attributes = {"latency": _milliseconds(delay), "jitter": _milliseconds(jitter)}
    return Effect((Toxic("latency", attributes=attributes),))


@fault
def down() -> Effect:
    """Connections are refused, and live ones end."""
    return Effect(disables=True)


@fault
def partition() -> Effect:
    """Nothing passes either way: connections are made, live ones stay, and both sides wait."""
    return Effect(
        (Toxic("timeout", "upstream", 1.0, {"timeout": 0}), Toxic("timeout", "downstream", 1.0, {"timeout": 0}))
    )


@fault
def reset(after: Seconds = 0.0) -> Effect:
    """A connection is reset *after* seconds from its first request, which never arrives."""
    return Effect((Toxic("reset_peer", "upstream", 1.0, {"timeout": _milliseconds(after)}),))


@fault
def drop(share: Annotated[Share, ""] = 1.0, after: Seconds = 0.0) -> Effect:
    """Requests arrive and their answers are lost, on a *share* of the connections.

    These end *after* seconds without a piece of an answer; with 0 they stay and the consumer waits.
    """
    return Effect((Toxic("timeout", "downstream", share, {"timeout": _milliseconds(after)}),))


@fault
def bandwidth(bytes_per_second: BytesPerSecond) -> Effect:
    """Each connection carries so many bytes a second each way, in steps of 1000."""
    rate = {"rate": round(bytes_per_second / 1000)}
    return Effect((Toxic("bandwidth", "upstream", 1.0, rate), Toxic("bandwidth", "downstream", 1.0, rate)))


@fault
def limit(size: Bytes) -> Effect:
    """A connection ends once *size* bytes of answers have passed, in the middle of one if it must."""
    return Effect((Toxic("limit_data", attributes={"bytes": size}),))


@fault
def slow_close(delay: Seconds) -> Effect:
    """The consumer learns *delay* seconds late that the provider has closed the connection."""
    return Effect((Toxic("slow_close", attributes={"delay": _milliseconds(delay)}),))


@fault
def fragment(size: SomeBytes, variation: Annotated[Bytes, "±"] = 0, pause: ShortSeconds = 0.0) -> Effect:
    """Answers come in pieces of *size* bytes, more or less by *variation*, with a *pause* of seconds after each."""
    if variation >= size:
        raise InvalidFault(f"the variation of fragment is below its size of {size:.0f} bytes, not {variation:.0f}")
    attributes = {"average_size": size, "size_variation": variation, "delay": round(pause * 1_000_000)}
    return Effect((Toxic("slicer", attributes=attributes),))


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
