"""One call of the load, as its caller saw it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias


#: ok: answered as a success; error: answered otherwise; timeout: no answer in time; refused, reset, closed,
#: unreachable: what happened to the connection; malformed: what came is no answer of the protocol.
CallOutcome: TypeAlias = Literal[
    "ok", "error", "timeout", "refused", "reset", "closed", "unreachable", "malformed", "failed"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What became of one call; times are seconds since the scenario began.

    Attributes:
        step: The step in which it was due, counted from 1.
        label: What was called, such as ``POST /orders``.
        due: When it was meant to start. The load is open: no earlier call delays it.
        late: How many seconds after that it really started; the load generator's fault, never the service's.
        seconds: From when it was due until it ended, so a late start counts as latency.
        outcome: How it ended.
        status: The status of the answer; None where there was none.
        detail: What the transport said of a call without an answer.
    """

    step: int
    label: str
    due: float
    late: float = 0.0
    seconds: float
    outcome: CallOutcome
    status: int | None = None
    detail: str = ""

    @property
    def succeeded(self) -> bool:
        """Whether the caller got what it came for."""
        return self.outcome == "ok"

    @property
    def ended(self) -> float:
        """When it ended."""
        return self.due + self.seconds
