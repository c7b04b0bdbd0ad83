"""What the load generator drives: something that can be called once more, and says how it went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol


if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from stormproof_chaos.observe import CallOutcome


@dataclass(frozen=True, slots=True)
class Reply:
    """How one call ended, as its caller saw it."""

    outcome: CallOutcome
    status: int | None = None
    detail: str = ""


class Call(Protocol):
    """Makes one call."""

    async def __call__(self) -> Reply:
        """Return how the call ended; no failure of the service is an exception."""
        ...


class Caller(Protocol):
    """A protocol's way of making calls."""

    @property
    def label(self) -> str:
        """What is called, such as ``POST /orders``."""
        ...

    @property
    def timeout(self) -> float:
        """Seconds after which it gives up."""
        ...

    def open(self) -> AbstractAsyncContextManager[Call]:
        """Return what makes calls, within a running event loop."""
        ...
