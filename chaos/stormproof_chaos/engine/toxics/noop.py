"""noop: changes nothing; also what a toxic is on the connections its toxicity did not choose."""

from __future__ import annotations

from stormproof_chaos.engine.toxics.machine import Machine, NoAttributes


class Noop(Machine[NoAttributes]):
    """Passes everything on at once."""
