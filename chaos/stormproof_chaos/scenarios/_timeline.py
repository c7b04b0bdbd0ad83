"""When which fault comes and goes. A fault that goes on into the next step stays where it is."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from stormproof_chaos.scenarios._model import FaultOnLink, Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """What changes at the start of a step, *at* seconds after the scenario began; the last is the end of all."""

    at: float
    removed: tuple[FaultOnLink, ...]
    added: tuple[FaultOnLink, ...]


def edges_of(scenario: Scenario) -> tuple[Edge, ...]:
    """Return the edges of *scenario*: one for the start of each step, and one for its end."""
    times = accumulate((step.seconds for step in scenario.steps), initial=0.0)
    states = [(), *(step.faults for step in scenario.steps), ()]
    return tuple(
        Edge(
            at=round(at, 9),  # sums of tenths are not what they seem, and a call may be due right at an edge
            removed=tuple(fault for fault in before if fault not in after),
            added=tuple(fault for fault in after if fault not in before),
        )
        for at, (before, after) in zip(times, pairwise(states), strict=True)
    )


def step_at(edges: tuple[Edge, ...], moment: float) -> int:
    """Return the number of the step, counted from 1, that *moment* lies in."""
    return max(1, sum(edge.at <= moment for edge in edges[:-1]))
