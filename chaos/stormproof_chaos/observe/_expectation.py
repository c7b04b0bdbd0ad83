"""What every expectation is able to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol


if TYPE_CHECKING:
    from collections.abc import Sequence

    from stormproof_chaos.observe._call import Call
    from stormproof_chaos.observe._observation import Observation
    from stormproof_chaos.observe._verdict import Verdict
    from stormproof_contracts.errors import Location


class Expectation(Protocol):
    """A promise about one step of a scenario."""

    @property
    def name(self) -> str:
        """Its key in the file, such as ``p95``."""
        ...

    @property
    def text(self) -> str:
        """The whole of it as people write it, such as ``p95 <= 300ms``."""
        ...

    @property
    def location(self) -> Location:
        """Where it is written."""
        ...

    @property
    def fewest(self) -> int:
        """From how many calls on it can be judged."""
        ...

    def judge(self, observation: Observation) -> Verdict:
        """Return the verdict that *observation* supports."""
        ...


class SteadyExpectation(Expectation, Protocol):
    """A promise that any stretch of calls keeps or breaks, so that it can say what a steady state is."""

    def kept_by(self, calls: Sequence[Call]) -> bool:
        """Tell whether *calls*, one or more, keep it, however few they are."""
        ...
