"""Failures in words: where, what was expected, what came, the exchange, and what to write instead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stormproof_contracts.errors import Location
from stormproof_contracts.matching import Missing, show, type_name
from stormproof_contracts.protocols import kind_of
from stormproof_contracts.redaction import REDACTED, is_secret, redact


if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from stormproof_contracts.matching import Mismatch
    from stormproof_contracts.matching._mismatch import Path
    from stormproof_contracts.model import Interaction
    from stormproof_contracts.stubbing import Call
    from stormproof_contracts.verification import Verification


_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_MOST_SHOWN = 25


def explain_verification(verification: Verification) -> str:
    """Return why *verification* failed, as shown under a failing item."""
    interaction = verification.interaction
    mismatches = verification.mismatches
    blocks = [
        [_heading(interaction, mismatches)],
        _differences(interaction, mismatches),
        [f"  {label:<9} {text}" for label, text in verification.exchange.evidence()],
        _acceptance(interaction, mismatches),
    ]
    return _join(blocks)


def explain_unreachable(interaction: Interaction, reason: str) -> str:
    """Return why *interaction* could not even be carried out."""
    request = kind_of(interaction.kind).summary(interaction)
    return _join([[_heading(interaction, ())], [f"  request   {request}", *_indented("reason", reason)]])


def explain_unexpected(calls: Sequence[Call], stub: str) -> str:
    """Return what reached *stub* that its contract does not know."""
    blocks = [[f"{stub}: {len(calls)} request{'s' * (len(calls) != 1)} that the contract does not know"]]
    for call in calls:
        blocks.extend(_unexpected(call))
    return _join(blocks)


def explain_call(call: Call) -> str:
    """Return why one request is none that the contract knows; a stub answers with this."""
    return _join(_unexpected(call))


def show_path(interaction_kind: str, path: Path) -> str:
    """Return *path* as people write it: ``$.items[0].price``, ``status``, ``headers.content-type``."""
    if not path:
        return "$"
    first, rest = path[0], path[1:]
    if first == kind_of(interaction_kind).document_part:
        return "$" + "".join(_step(step) for step in rest)
    return str(first) + "".join(_step(step) for step in rest)


def _step(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if _PLAIN_KEY.fullmatch(step) else f"['{step}']"


def _heading(interaction: Interaction, mismatches: Sequence[Mismatch]) -> str:
    location = interaction.location
    first = next((mismatch for mismatch in mismatches if mismatch.line), None)
    if first is not None:
        location = Location(location.path, first.line, first.column)
    return f'{location}  "{interaction.title}"   {interaction.consumer} -> {interaction.provider}'


def _differences(interaction: Interaction, mismatches: Sequence[Mismatch]) -> list[str]:
    shown = [(show_path(interaction.kind, mismatch.path), mismatch) for mismatch in mismatches[:_MOST_SHOWN]]
    width = max((len(path) for path, _ in shown), default=0)
    lines: list[str] = []
    for path, mismatch in shown:
        lines.append(f"  expected  {path:<{width}}   {_expected(mismatch)}")
        lines.append(f"  got       {path:<{width}}   {_got(mismatch)}")
    if len(mismatches) > _MOST_SHOWN:
        lines.append(f"  and {len(mismatches) - _MOST_SHOWN} more")
    return lines


def _expected(mismatch: Mismatch) -> str:
    """Return what was asked for, in words; a secret that a contract writes down stays in the contract."""
    is_written = mismatch.expected.startswith('"')
    return f"the {REDACTED} text of the contract" if is_written and _tells_a_secret(mismatch) else mismatch.expected


def _got(mismatch: Mismatch) -> str:
    """Return what came, in words; of a secret only its type."""
    actual = mismatch.actual
    if isinstance(actual, Missing):
        return "missing"
    if _tells_a_secret(mismatch):
        return f"{REDACTED}  ({type_name(actual)})"
    return show(redact(actual))


def _tells_a_secret(mismatch: Mismatch) -> bool:
    return any(isinstance(step, str) and is_secret(step) for step in mismatch.path)


def _acceptance(interaction: Interaction, mismatches: Sequence[Mismatch]) -> list[str]:
    lines: list[str] = []
    document_part = kind_of(interaction.kind).document_part
    for mismatch in mismatches[:_MOST_SHOWN]:
        # A document may be loosened; another status is another outcome, and no matcher makes it right.
        if not mismatch.accept or mismatch.path[:1] != (document_part,) or _tells_a_secret(mismatch):
            continue
        key = mismatch.path[-1] if mismatch.path else ""
        written = (
            mismatch.accept
            if isinstance(key, int) or mismatch.accept.startswith(f"{key}?")
            else f"{key}: {mismatch.accept}"
        )
        lines.append(
            f"    {interaction.location.path}:{mismatch.line}  {written}" if mismatch.line else f"    {written}"
        )
    return ["  To accept what came, write:", *lines] if lines else []


def _unexpected(call: Call) -> Iterable[list[str]]:
    interaction = call.interaction
    if interaction is None:
        yield [f"  request   {call.request!r}", "  the contract has no interaction that a request could be"]
        return
    kind = kind_of(interaction.kind)
    yield [f"  request   {kind.summary_of(call.request)}"]
    yield [f'  closest   "{interaction.title}"  {kind.summary(interaction)}  ({interaction.location})']
    yield _differences(interaction, call.mismatches)


def _indented(label: str, text: str) -> list[str]:
    first, *rest = text.splitlines() or [""]
    return [f"  {label:<9} {first}", *(f"  {'':<9} {line}" for line in rest)]


def _join(blocks: Iterable[list[str]]) -> str:
    return "\n\n".join("\n".join(block) for block in blocks if block)
