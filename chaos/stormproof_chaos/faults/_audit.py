"""What faults left behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from stormproof_chaos.engines import Engine, Toxic


@dataclass(frozen=True, slots=True)
class Leftover:
    """One trace of a fault on a proxy: a toxic, or without one that it is disabled."""

    proxy: str
    toxic: Toxic | None = None

    def __str__(self) -> str:
        return f"{self.proxy}: {'disabled' if self.toxic is None else f'toxic {self.toxic}'}"


def audit(engine: Engine) -> list[Leftover]:
    """List what is left on the proxies made by *engine*, in one request; empty when all is as it was."""
    left: list[Leftover] = []
    for name, state in engine.states().items():
        left += [] if state.enabled else [Leftover(name)]
        left += [Leftover(name, toxic) for toxic in state.toxics]
    return left
