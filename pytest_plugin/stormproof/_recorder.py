"""Writes what happened to contracts into the journal of this process."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from stormproof_chaos.journal import ContractChecked, Journal


if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from stormproof_contracts.model import Contract, Interaction
    from stormproof_contracts.stubbing import Call


JOURNAL = "journal.jsonl"


def part_name(worker: str) -> str:
    """Return the file that the journal of *worker* is written to; the empty name is the only process."""
    return f"journal-{worker}.jsonl" if worker else JOURNAL


class Recorder:
    """The outcomes of one process, written as they come; what was never tried is written at the end."""

    def __init__(self, folder: Path, worker: str, engine: str) -> None:
        self._path = folder / part_name(worker)
        self._engine = engine
        self._seen: set[tuple[str, str, Path]] = set()
        self._contracts: dict[tuple[str, Path], Contract] = {}

    @cached_property
    def journal(self) -> Journal:
        """The journal, begun when there is something to write."""
        self._path.unlink(missing_ok=True)
        return Journal(self._path, engine=self._engine)

    def collected(self, contract: Contract) -> None:
        """Note that *contract* is verified here, so that what is left out can be told."""
        self._contracts.setdefault(("provider", contract.path), contract)

    def verified(self, interaction: Interaction, outcome: str, *, seconds: float = 0.0, text: str = "") -> None:
        """Write the *outcome* of verifying *interaction* against its provider."""
        self._write(interaction, "provider", outcome, seconds, text)

    def stubbed(
        self, contract: Contract, exercised: Iterable[Interaction], unexpected: Iterable[Call], text: str
    ) -> None:
        """Write which interactions of *contract* a consumer exercised, and which it got wrong."""
        self._contracts.setdefault(("consumer", contract.path), contract)
        for interaction in exercised:
            self._write(interaction, "consumer", "verified", 0.0, "")
        for call in unexpected:
            if call.interaction is not None:
                self._write(call.interaction, "consumer", "failed", 0.0, text)

    def close(self) -> None:
        """Write what was never tried, and end the journal."""
        for (side, path), contract in self._contracts.items():
            for interaction in contract.interactions:
                if (side, interaction.title, path) not in self._seen:
                    self._write(interaction, side, "not exercised", 0.0, "")
        if "journal" in vars(self):
            self.journal.close()

    def _write(self, interaction: Interaction, side: str, outcome: str, seconds: float, text: str) -> None:
        path = interaction.location.path
        self._seen.add((side, interaction.title, path))
        journal = self.journal
        journal.write(
            ContractChecked(
                at=journal.now(),
                contract=path.name.split(".")[0],
                file=str(path),
                consumer=interaction.consumer,
                provider=interaction.provider,
                interaction=interaction.title,
                kind=interaction.kind,
                side=side,
                outcome=outcome,
                seconds=seconds,
                text=text,
            )
        )
