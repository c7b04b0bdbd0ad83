"""The whole page: one file that loads nothing, runs only its own script, and holds the journal as text alone."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from typing import TYPE_CHECKING

from stormproof_chaos.report.conclusion import concluded, headline
from stormproof_chaos.report.contracts import contracts_section
from stormproof_chaos.report.markup import Markup, element, joined
from stormproof_chaos.report.overview import attention, overview
from stormproof_chaos.report.pairings import paired
from stormproof_chaos.report.scenarios import scenarios_section


if TYPE_CHECKING:
    from stormproof_chaos.report.conclusion import Conclusion
    from stormproof_chaos.report.story import Story


def page(story: Story) -> str:
    """Return the report on *story* as an HTML document."""
    pairings = paired(story.checks)
    conclusion = concluded(story, pairings)
    sections = (
        attention(conclusion),
        contracts_section(pairings) if pairings else None,
        scenarios_section(story.scenarios) if story.scenarios else None,
    )
    script = _resource("script.js")
    body = element(
        "body",
        element("a", "Skip to the results", href="#results", class_="skip"),
        overview(story, conclusion),
        _navigation(conclusion),
        element("main", sections if any(sections) else _nothing(), id="results", tabindex=-1),
        element(
            "footer",
            element("p", "Drawn by stormproof from the journal of this run. The file is complete: it loads nothing."),
        ),
        element("script", script),
    )
    return f"<!doctype html>\n{element('html', _head(conclusion, script), body, lang='en')}\n"


def _head(conclusion: Conclusion, script: Markup) -> Markup:
    style = _resource("style.css")
    policy = "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_digest(style)}'",
            f"script-src '{_digest(script)}'",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
        )
    )
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", f"{headline(conclusion)} · stormproof"),
        element("style", style),
    )


def _navigation(conclusion: Conclusion) -> Markup | None:
    targets = {
        "attention": ("Needs attention", bool(conclusion.concerns)),
        "contracts": ("Contracts", bool(conclusion.interactions)),
        "scenarios": ("Scenarios", bool(conclusion.scenarios)),
    }
    links = [element("a", name, href=f"#{place}") for place, (name, there) in targets.items() if there]
    if len(links) < 2:
        return None
    only = element("button", "Only what needs attention", type="button", id="only", aria_pressed="false", hidden=True)
    return element("nav", links, only if conclusion.concerns else None, aria_label="parts of the report")


def _nothing() -> Markup:
    return element("p", "The journal tells of no contract and no scenario.", class_="lead")


def _resource(name: str) -> Markup:
    """Return a file of this package that stands in the page as it is."""
    return joined(Markup("\n"), Markup(files("stormproof_chaos.report").joinpath(name).read_text(encoding="utf-8")))


def _digest(content: Markup) -> str:
    """Return what the policy of the page calls *content* (Content Security Policy Level 3, section 2.3.1)."""
    return f"sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}"
