"""What a matcher needs to be read from a node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol


if TYPE_CHECKING:
    from stormproof_contracts.documents import Node
    from stormproof_contracts.matching._pattern import Pattern


class Builder(Protocol):
    """Makes the patterns of a matcher's children."""

    def pattern(self, node: Node) -> Pattern:
        """Return the pattern that *node* writes."""
        ...

    def as_typed(self) -> Builder:
        """Return a builder for which untagged values stand for their type."""
        ...

    def as_exact(self) -> Builder:
        """Return a builder for which untagged values stand for themselves."""
        ...


class Reader(Protocol):
    """Reads one matcher from the node that carries its tag."""

    def __call__(self, node: Node, builder: Builder, /) -> Pattern:
        """Return the matcher; ValueError says what to write instead."""
        ...


def untagged(node: Node, builder: Builder) -> Pattern:
    """Return the pattern of *node* as if its tag were not there, for tags that wrap what they stand before."""
    return builder.pattern(type(node)(node.value, None, node.line, node.column, node.keys))
