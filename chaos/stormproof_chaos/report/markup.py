"""HTML by construction: every text is escaped unless it is markup already, so a journal can write no tag of its own."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import TypeAlias


class Markup(str):
    """Text that is HTML already; joining it to plain text gives plain text, which is escaped again: safe, if ugly."""

    __slots__ = ()


Child: TypeAlias = str | int | Iterable["Child"] | None
Attribute: TypeAlias = str | int | float | bool | None

NOTHING = Markup("")
_VOID = frozenset({"meta", "br", "hr", "link"})
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def escaped(text: str) -> Markup:
    """Return *text* as HTML, safe between tags and inside quoted attributes; what HTML cannot hold becomes visible."""
    return Markup(html.escape(_UNPRINTABLE.sub(_visible, text), quote=True))


def element(tag: str, /, *children: Child, **attributes: Attribute) -> Markup:
    """Return ``<tag attributes>children</tag>``.

    ``class_`` is written class and ``aria_label`` aria-label; an attribute that is None or False is left out, and one
    that is True stands without a value.
    """
    start = f"<{tag}{''.join(_attribute(name, value) for name, value in attributes.items())}>"
    return Markup(start) if tag in _VOID else Markup(f"{start}{joined(*children)}</{tag}>")


def joined(*children: Child) -> Markup:
    """Return the children one after the other, each plain text escaped."""
    return Markup("".join(map(_rendered, children)))


def _rendered(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, Markup):
        return child
    if isinstance(child, str | int):
        return escaped(str(child))
    return "".join(map(_rendered, child))


def _attribute(name: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    written = name.rstrip("_").replace("_", "-")
    return f" {written}" if value is True else f' {written}="{escaped(_plain(value))}"'


def _plain(value: str | float) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)


def _visible(match: re.Match[str]) -> str:
    code = ord(match.group())
    return chr(0x2400 + code) if code < 0x20 else "\ufffd"
