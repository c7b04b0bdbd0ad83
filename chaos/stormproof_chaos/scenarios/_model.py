"""A scenario as written: a load, a steady state, and steps with faults and expectations. Frozen, no I/O."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias


if TYPE_CHECKING:
    from collections.abc import Mapping

    from stormproof_chaos.faults import Fault
    from stormproof_chaos.observe._expectation import Expectation, SteadyExpectation
    from stormproof_contracts.errors import Location


Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

DEFAULT_TIMEOUT = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """One HTTP call, made over and over at a steady rate.

    Attributes:
        method: Of HTTP.
        service: Whose address the target begins at; empty when the target is a whole URL.
        target: The path and query, or the URL.
        rate: Calls a second.
        timeout: Seconds after which a caller gives up.
        body: Sent as JSON, text as it is; None for no body.
        success: The statuses of a success; empty for every one below 500.
        location: Where the call is written.
    """

    method: str
    service: str
    target: str
    rate: float
    timeout: float = DEFAULT_TIMEOUT
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    body: Json = None
    success: frozenset[int] = frozenset()
    location: Location

    def succeeds(self, status: int) -> bool:
        """Tell whether an answer of this *status* is a success."""
        return status in self.success if self.success else status < 500

    def calls_in(self, seconds: float) -> int:
        """Return how many calls are due in *seconds*."""
        return math.ceil(self.rate * seconds - 1e-9)


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultOnLink:
    """A fault, and the link it is put on; two are equal when they do the same, wherever they are written."""

    fault: Fault
    link: str
    location: Location = field(compare=False)

    def __str__(self) -> str:
        return f"{self.fault} on {self.link}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A stretch of time with the same faults."""

    seconds: float
    faults: tuple[FaultOnLink, ...] = ()
    expectations: tuple[Expectation, ...] = ()
    location: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What happens to a system over time, and what must hold."""

    title: str
    load: Load
    steady: tuple[SteadyExpectation, ...] = ()
    steps: tuple[Step, ...]
    location: Location

    @property
    def seconds(self) -> float:
        """How long it lasts, without the calls that are still under way at its end."""
        return sum(step.seconds for step in self.steps)

    @property
    def steady_steps(self) -> int:
        """How many steps come before the first fault; they show the steady state."""
        return next((index for index, step in enumerate(self.steps) if step.faults), len(self.steps))
