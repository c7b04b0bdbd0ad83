"""The section of the contracts: who relies on whom, and which interactions hold."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from stormproof_chaos.report import anchors
from stormproof_chaos.report.markup import Markup, element
from stormproof_chaos.report.outcomes import badge, needs_attention, tally
from stormproof_chaos.report.pairings import SIDES
from stormproof_chaos.report.quantities import shortened, text_room


if TYPE_CHECKING:
    from collections.abc import Sequence

    from stormproof_chaos.report.pairings import Pairing, Row, Side


_LONGEST_TEXT = 8_000  # characters


def contracts_section(pairings: Sequence[Pairing]) -> Markup:
    """Return the section with one table a contract."""
    texts = sum(len(side.reasons) for pairing in pairings for row in pairing.rows for side in row.sides.values())
    limit = text_room(texts, _LONGEST_TEXT)
    return element(
        "section",
        element("h2", "Contracts", id="contracts-title"),
        [_pairing(pairing, limit) for pairing in pairings],
        id="contracts",
        aria_labelledby="contracts-title",
    )


def _pairing(pairing: Pairing, limit: int) -> Markup:
    counts = Counter(side.outcome for row in pairing.rows for side in row.sides.values())
    heading = element("h3", pairing.consumer, element("span", " → ", class_="arrow"), pairing.provider)
    table = element("table", _caption(pairing), _head(), [_row(row, limit) for row in pairing.rows], class_="checks")
    quiet = not any(map(needs_attention, counts))
    return element("article", element("header", heading, tally(counts)), table, class_="card fine" if quiet else "card")


def _caption(pairing: Pairing) -> Markup:
    return element("caption", "Contract ", element("b", pairing.contract), " ", element("code", pairing.file))


def _head() -> Markup:
    names = ("Interaction", "Kind", "Provider side", "Consumer side")
    return element("thead", element("tr", [element("th", name, scope="col") for name in names]))


def _row(row: Row, limit: int) -> Markup:
    quiet = not any(needs_attention(side.outcome) for side in row.sides.values())
    cells = [element("td", badge(side.outcome) if side else _unchecked()) for side in map(row.sides.get, SIDES)]
    title = element("th", row.interaction, scope="row")
    line = element("tr", title, element("td", element("span", row.kind, class_="kind")), cells)
    return element(
        "tbody",
        line,
        [_reasons(name, side, limit) for name, side in row.sides.items() if side.reasons],
        id=anchors.of_interaction(row.number),
        class_="fine" if quiet else None,
    )


def _unchecked() -> Markup:
    return element("span", "not checked", class_="muted")


def _reasons(name: str, side: Side, limit: int) -> Markup:
    summary = element("summary", f"{name} side {side.outcome}", element("span", ": why", class_="muted"))
    texts = [element("pre", shortened(text, limit)) for text in side.reasons]
    opened = needs_attention(side.outcome)
    details = element("details", summary, texts, open=opened)
    return element("tr", element("td", details, colspan=2 + len(SIDES)), class_="why")
