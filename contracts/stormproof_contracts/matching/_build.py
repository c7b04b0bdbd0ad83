"""Makes patterns of document nodes: example values as written, loosened by tags."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stormproof_contracts.errors import did_you_mean
from stormproof_contracts.matching._structure import Array, Literal, Object
from stormproof_contracts.matching.matchers import MATCHERS
from stormproof_contracts.matching.matchers.each import Each
from stormproof_contracts.matching.matchers.scalar import scalar_like


if TYPE_CHECKING:
    from stormproof_contracts.documents import Document, Node
    from stormproof_contracts.matching._pattern import Pattern


class TagError(ValueError):
    """A tag is unknown or cannot be used so; ``node`` is the one that carries it."""

    def __init__(self, node: Node, text: str) -> None:
        self.node = node
        super().__init__(text)


@dataclass(frozen=True, slots=True)
class PatternBuilder:
    """How the untagged values of a part are meant.

    Attributes:
        closed: whether objects refuse keys that the contract does not name (requests do).
        typed: whether untagged values stand for their type instead of themselves (inside ``!like`` and ``!each``).
    """

    closed: bool = False
    typed: bool = False

    def pattern(self, node: Node) -> Pattern:
        """Return the pattern that *node* writes.

        Raises:
            TagError: a tag is unknown or cannot be used so; `check_tags` finds these when a file is read.
        """
        if node.tag is not None:
            return self._tagged(node, node.tag)
        value = node.value
        if isinstance(value, dict):
            return self._object(value, node)
        if isinstance(value, list):
            return self._array(value, node)
        return scalar_like(value, node) if self.typed else Literal(value, node.line, node.column)

    def as_typed(self) -> PatternBuilder:
        """Return the builder for the inside of ``!like`` and ``!each``."""
        return self if self.typed else replace(self, typed=True)

    def as_exact(self) -> PatternBuilder:
        """Return the builder for the inside of ``!equal`` and ``!any``."""
        return replace(self, typed=False) if self.typed else self

    def _tagged(self, node: Node, tag: str) -> Pattern:
        reader = MATCHERS.get(tag)
        if reader is None:
            raise TagError(node, f"unknown tag !{tag}.{_meant(tag)}")
        try:
            return reader(node, self)
        except TagError:
            raise
        except ValueError as error:
            raise TagError(node, str(error)) from None

    def _object(self, entries: dict[str, Node], node: Node) -> Object:
        optional = frozenset(name for key in entries if (name := optional_name(key)))
        patterns = {key_name(key): self.pattern(child) for key, child in entries.items()}
        return Object(patterns, optional, self.closed, node.line, node.column)

    def _array(self, items: list[Node], node: Node) -> Pattern:
        if self.typed and len(items) == 1:
            return Each(self.pattern(items[0]), line=node.line, column=node.column)
        return Array(tuple(self.pattern(item) for item in items), node.line, node.column)


def key_name(key: str) -> str:
    """Return the key itself: ``a?`` names an optional ``a``, and ``a??`` a key that really ends in ``?``."""
    if key.endswith("??"):
        return key[:-1]
    return key.removesuffix("?")


def optional_name(key: str) -> str:
    """Return the name of an optional key, or empty text when *key* must be there."""
    return key[:-1] if key.endswith("?") and not key.endswith("??") else ""


def check_tags(document: Document) -> None:
    """Reject every tag of *document* that is unknown or cannot be used as it stands."""
    exact = PatternBuilder()
    rejected: set[int] = set()
    for node in document.tagged:
        try:
            exact.pattern(node)
        except TagError as error:
            if id(error.node) not in rejected:
                rejected.add(id(error.node))
                document.reject(error.node, str(error))
    for mapping, key in document.optional:
        name = optional_name(key)
        if name and isinstance(mapping.value, dict) and name in mapping.value:
            document.reject(
                document.locate_key(mapping, key), f"{key!r} makes {name!r} optional, but {name!r} is there too"
            )


def _meant(tag: str) -> str:
    close = did_you_mean(tag, MATCHERS)
    return close.replace("Did you mean '", "Did you mean '!")
