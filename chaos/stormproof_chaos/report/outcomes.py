"""How each outcome looks: a sign and a word, with a colour only on top of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from stormproof_chaos.report.markup import Markup, element
from stormproof_chaos.report.quantities import counted, percent


if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Look:
    """The *sign* before the word of an outcome, and its *tone*: good, bad, unsure or quiet."""

    sign: str
    tone: str


_UNKNOWN = Look("·", "quiet")
_LOOKS: Final[Mapping[str, Look]] = {  # the worst first: where several are counted, this is their order
    "failed": Look("✕", "bad"),
    "broken": Look("✕", "bad"),
    "could not tell": Look("?", "unsure"),
    "interrupted": Look("!", "unsure"),
    "not exercised": Look("○", "quiet"),
    "skipped": Look("»", "quiet"),
    "verified": Look("✓", "good"),
    "held": Look("✓", "good"),
}
_ORDER: Final = {outcome: place for place, outcome in enumerate(_LOOKS)}


def look(outcome: str) -> Look:
    """Return how *outcome* looks; a word of a later version looks quiet."""
    return _LOOKS.get(outcome, _UNKNOWN)


def needs_attention(outcome: str) -> bool:
    """Tell whether a reader has to look at this."""
    return look(outcome).tone in {"bad", "unsure"}


def severity(outcome: str) -> int:
    """Return a number that is lower the worse *outcome* is."""
    return _ORDER.get(outcome, len(_ORDER))


def badge(outcome: str) -> Markup:
    """Return *outcome* as a sign and its word."""
    sign = element("span", look(outcome).sign, class_="sign", aria_hidden="true")
    return element("span", sign, " ", element("span", outcome), class_=f"badge {look(outcome).tone}")


def tally(outcomes: Counter[str], *, good_first: bool = True) -> Markup:
    """Return how often each of *outcomes* came as a line of signs and words."""
    order = sorted(outcomes, key=severity, reverse=good_first)
    return element(
        "span",
        [
            element("span", _sign(outcome), f"{outcomes[outcome]:,} {outcome}", class_=f"count {look(outcome).tone}")
            for outcome in order
        ],
        class_="tally",
    )


def proportions(parts: list[tuple[str, int]]) -> Markup:
    """Return a bar whose pieces are as long as the *parts*, each (tone, number); words beside it say the same."""
    whole, start, pieces = sum(number for _, number in parts), 0.0, list[Markup]()
    for tone, number in parts:
        width = 100 * number / whole
        pieces.append(element("rect", class_=tone, x=f"{start:.2f}", width=f"{width:.2f}", height=6))
        start += width
    return element("svg", pieces, class_="bar", viewBox="0 0 100 6", preserveAspectRatio="none", aria_hidden="true")


def share_of_ok(good: int, total: int) -> str:
    """Return how many of all calls were answered well: ``160 calls, 97.5% ok``."""
    return f"{counted(total, 'call')}, {percent(good, total)} ok" if total else "no calls"


def _sign(outcome: str) -> Markup:
    return element("span", f"{look(outcome).sign} ", aria_hidden="true")
