"""How measurements and calls read in verdicts: exact enough to see on which side of a limit they lie."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Sequence

    from stormproof_chaos.observe._call import Call


MOST_SHOWN = 5


def duration(seconds: float) -> str:
    """Return *seconds* to a tenth of a millisecond, or to a millisecond from one second on."""
    if seconds >= 1:
        return f"{seconds:.3f}".rstrip("0").rstrip(".") + "s"
    return f"{seconds * 1000:.1f}".removesuffix(".0") + "ms"


def share(part: int, whole: int) -> str:
    """Return *part* of *whole* as a percentage with the counts behind it."""
    percentage = f"{part / whole:.2%}".replace(".00%", "%")
    return f"{percentage} ({part} of {whole} calls)"


def describe_call(call: Call) -> str:
    """Return one line on *call*: when it was due, what it was, how it ended, and after how long."""
    how = f"status {call.status}" if call.status is not None else call.outcome
    late = f", started {duration(call.late)} late" if call.late >= 0.05 else ""
    detail = f": {call.detail}" if call.detail else ""
    return f"at {call.due:.3f}s  {call.label}  {how} after {duration(call.seconds)}{late}{detail}"


def describe_failures(calls: Sequence[Call]) -> tuple[str, ...]:
    """Return how many of *calls* failed in which way, and the first of them."""
    failed = [call for call in calls if not call.succeeded]
    if not failed:
        return ()
    ways = Counter(f"status {call.status}" if call.status is not None else call.outcome for call in failed)
    summary = "failed: " + ", ".join(f"{count} {way}" for way, count in ways.most_common())
    return (summary, *_shown(failed))


def describe_slowest(calls: Sequence[Call]) -> tuple[str, ...]:
    """Return the slowest of *calls*."""
    slowest = sorted(calls, key=lambda call: call.seconds, reverse=True)
    return tuple(map(describe_call, slowest[:MOST_SHOWN]))


def _shown(calls: Sequence[Call]) -> list[str]:
    lines = list(map(describe_call, calls[:MOST_SHOWN]))
    more = len(calls) - len(lines)
    return [*lines, f"and {more} more"] if more else lines
