from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from stormproof_chaos.report.markup import Markup, element, escaped, joined


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"])))
def test_a_reader_sees_text_as_it_was_written(text: str) -> None:
    """Whatever a text is, it adds no tag, and reads back as itself from a child and from an attribute."""
    reader = _Reader()
    reader.feed(element("p", text, title=text))
    reader.close()
    assert (reader.tags, reader.attributes, reader.text) == (["p"], [("title", text)], text)


@given(st.text())
def test_any_text_can_be_written(text: str) -> None:
    """What UTF-8 or HTML cannot hold (surrogates, control characters) is replaced by something that shows."""
    assert not {"<", '"', "'", "\0", "\x1b"} & set(escaped(text).encode().decode())


def test_a_control_character_stays_visible() -> None:
    """An escape sequence of a terminal is shown, not obeyed and not dropped."""
    assert escaped("\x1b[31mred") == "␛[31mred"


def test_markup_joined_to_text_is_text_again() -> None:
    """Plain string operations never make unescaped markup."""
    assert joined(Markup("<b>") + "<i>") == "&lt;b&gt;&lt;i&gt;"


def test_attributes_may_be_absent_or_bare() -> None:
    """None and False leave an attribute out, True writes its name alone."""
    assert element("details", open=True, hidden=False, id=None, class_="a") == '<details open class="a"></details>'
