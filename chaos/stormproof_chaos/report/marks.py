"""The calls as marks: a shape and one path for each outcome, and the same calls as data for the script of the page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from stormproof_chaos.report.markup import Markup, element
from stormproof_chaos.report.story import OK
from stormproof_chaos.report.thinning import Mark, thinned


if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from stormproof_chaos.journal import CallMade
    from stormproof_chaos.report.scale import Linear, Logarithmic


_SHAPES: Final[Mapping[str, str]] = {
    OK: "h0",  # a dot: the round end of a line without length
    "error": "m-3.5-3.5l7 7m0-7l-7 7",
    "timeout": "m0-4.5l4.3 7.6h-8.6z",
    "refused": "m-3.3-3.3h6.6v6.6h-6.6z",
    "reset": "m0-4.7l4.7 4.7l-4.7 4.7l-4.7-4.7z",
    "closed": "m0 4.5l4.3-7.6h-8.6z",
    "unreachable": "m-3-4h6m-3 0v8m-3 0h6",
    "malformed": "m-4.5 2l3-4l3 4l3-4",
    "failed": "m-4 0h8m-4-4v8",
}
_OTHER = "m-4 0h8m-4-4v8m-2.8-6.8l5.6 5.6m0-5.6l-5.6 5.6"
_JSON_TO_HTML = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def drawn(calls: Sequence[CallMade], time: Linear, latency: Logarithmic, limit: int) -> list[CallMade]:
    """Return at most *limit* of the *calls*, chosen so that what stands out is kept."""
    marks = [Mark(time(call.at), latency(call.seconds), failed=call.outcome != OK) for call in calls]
    return [calls[index] for index in thinned(marks, limit)]


def paths(calls: Sequence[CallMade], time: Linear, latency: Logarithmic) -> list[Markup]:
    """Return one path for each outcome among *calls*, those that failed last and so on top."""
    points: dict[str, list[str]] = {}
    for call in calls:
        where = f"M{time(call.at):.1f} {latency(call.seconds):.1f}"
        points.setdefault(call.outcome, []).append(where + _shape(call.outcome))
    order = sorted(points, key=lambda outcome: outcome != OK)
    return [element("path", class_=f"mark {_tone(outcome)}", d="".join(points[outcome])) for outcome in order]


def sample(outcome: str) -> Markup:
    """Return the mark of *outcome* alone, for the legend."""
    path = element("path", class_=f"mark {_tone(outcome)}", d=f"M7 7{_shape(outcome)}")
    return element("svg", path, class_="sample", viewBox="0 0 14 14", aria_hidden="true")


def readings(calls: Sequence[CallMade], time: Linear, latency: Logarithmic) -> Markup:
    """Return the drawn *calls* as data for the script: where each lies, and what to say of it."""
    names = list(dict.fromkeys(call.call for call in calls))
    outcomes = list(dict.fromkeys(call.outcome for call in calls))
    name_places, outcome_places = _places(names), _places(outcomes)
    rows = [
        (
            round(time(call.at), 1),
            round(latency(call.seconds), 1),
            round(call.at - time.start, 3),
            round(call.seconds * 1000, 1),
            outcome_places[call.outcome],
            name_places[call.call],
            call.step,
            call.status or 0,
        )
        for call in calls
    ]
    data = json.dumps({"names": names, "outcomes": outcomes, "calls": rows}, separators=(",", ":"))
    return Markup(f'<script type="application/json" class="readings">{data.translate(_JSON_TO_HTML)}</script>')


def _places(words: list[str]) -> dict[str, int]:
    return {word: place for place, word in enumerate(words)}


def _shape(outcome: str) -> str:
    return _SHAPES.get(outcome, _OTHER)


def _tone(outcome: str) -> str:
    return "good" if outcome == OK else "bad"
