"""The head of the page: the outcome in one sentence, the counts, and links to all that needs attention."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from stormproof_chaos.report.conclusion import headline
from stormproof_chaos.report.markup import Markup, element
from stormproof_chaos.report.outcomes import badge, look, proportions, severity, tally
from stormproof_chaos.report.pairings import SIDES
from stormproof_chaos.report.quantities import counted, duration, percent
from stormproof_chaos.report.story import INTERRUPTED, OK


if TYPE_CHECKING:
    from collections import Counter

    from stormproof_chaos.journal import JournalOpened
    from stormproof_chaos.report.conclusion import Concern, Conclusion
    from stormproof_chaos.report.story import Story


_MOST_CONCERNS = 40


def overview(story: Story, conclusion: Conclusion) -> Markup:
    """Return the header of the page."""
    return element(
        "header",
        _masthead(story),
        element("h1", _headline(conclusion), class_=look(conclusion.outcome).tone),
        _interruption(conclusion),
        element("div", _tiles(conclusion), class_="tiles"),
        class_="top",
    )


def attention(conclusion: Conclusion) -> Markup | None:
    """Return the list of all that needs attention, the worst first; None where nothing does."""
    if not conclusion.concerns:
        return None
    left_out = len(conclusion.concerns) - _MOST_CONCERNS
    return element(
        "section",
        element("h2", "Needs attention", id="attention-title"),
        element("ul", map(_concern, conclusion.concerns[:_MOST_CONCERNS])),
        element("p", f"and {left_out:,} more below", class_="muted") if left_out > 0 else None,
        id="attention",
        aria_labelledby="attention-title",
    )


def _masthead(story: Story) -> Markup:
    facts: list[str | Markup] = []
    if story.opened is not None:
        facts = [_started(story.opened), f"engine {story.opened.engine}", f"version {story.opened.stormproof}"]
    if story.seconds > 0:
        facts.insert(1, f"took {duration(story.seconds)}")
    return element(
        "p", element("b", "stormproof", class_="brand"), [element("span", fact) for fact in facts], class_="masthead"
    )


def _started(opened: JournalOpened) -> Markup | str:
    try:
        started = datetime.fromisoformat(opened.started)
    except ValueError:
        return opened.started
    zone = started.tzname() or ""
    return element("time", f"{started.day} {started:%B %Y, %H:%M} {zone}".strip(), datetime=opened.started)


def _headline(conclusion: Conclusion) -> list[Markup]:
    sign = element("span", look(conclusion.outcome).sign, class_="sign", aria_hidden="true")
    return [sign, element("span", headline(conclusion))]


def _interruption(conclusion: Conclusion) -> Markup | None:
    interrupted = conclusion.scenarios[INTERRUPTED]
    if not interrupted:
        return None
    text = f"The run was interrupted: the journal ends in the middle of {counted(interrupted, 'scenario')}. "
    return element("p", text, "What was known by then is on this page.", class_="lead")


def _tiles(conclusion: Conclusion) -> list[Markup]:
    tiles: list[Markup] = []
    if conclusion.interactions:
        sides = [
            element("span", element("span", name, class_="muted"), " ", tally(conclusion.sides[name]), class_="side")
            for name in sorted(conclusion.sides, key=lambda name: (*SIDES, name).index(name))
        ]
        tiles.append(_tile(conclusion.interactions, "interaction", _tones(conclusion.checks), sides))
    for noun, counts in (("scenario", conclusion.scenarios), ("expectation", conclusion.expectations)):
        if counts:
            tiles.append(_tile(counts.total(), noun, _tones(counts), [tally(counts)]))
    if total := conclusion.calls.total:
        good = conclusion.calls.good
        failed = [f"{count:,} {outcome}" for outcome, count in conclusion.calls.outcomes.most_common() if outcome != OK]
        parts = [("good", good), ("bad", total - good)]
        told = [f"{percent(good, total)} ok", ", ".join(failed)]
        tiles.append(_tile(total, "call", parts, [element("span", text) for text in told if text]))
    return tiles


def _tile(number: int, noun: str, parts: list[tuple[str, int]], told: list[Markup]) -> Markup:
    title = counted(number, noun).removeprefix(f"{number:,} ")
    return element(
        "div",
        element("p", element("b", f"{number:,}"), " ", title, class_="figure"),
        proportions(parts),
        [element("p", line) for line in told],
        class_="tile",
    )


def _tones(counts: Counter[str]) -> list[tuple[str, int]]:
    return [(look(outcome).tone, counts[outcome]) for outcome in sorted(counts, key=severity, reverse=True)]


def _concern(concern: Concern) -> Markup:
    link = element("a", concern.what, href=f"#{concern.place}")
    return element("li", badge(concern.outcome), link, element("span", concern.where, class_="muted"))
