"""Does a provider keep an interaction: send it, compare what came, say what differs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stormproof_contracts.matching import compare


if TYPE_CHECKING:
    from stormproof_contracts.matching import Mismatch
    from stormproof_contracts.model import Interaction
    from stormproof_contracts.protocols import Exchange, Sender


@dataclass(frozen=True, slots=True)
class Verification:
    """The outcome of one interaction; it held when there are no mismatches."""

    interaction: Interaction
    exchange: Exchange
    mismatches: tuple[Mismatch, ...]

    @property
    def held(self) -> bool:
        """Whether the provider kept the interaction."""
        return not self.mismatches


def verify(interaction: Interaction, sender: Sender) -> Verification:
    """Carry out *interaction* through *sender* and compare what came with what was promised.

    Raises:
        Unreachable: the provider does not answer at all.
    """
    exchange = sender.send(interaction)
    return Verification(interaction, exchange, tuple(compare(interaction.response.pattern(), exchange.response)))
