"""``!like``, ``!equal`` and ``!nullable``: the tags that change how what follows them is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stormproof_contracts.matching.matchers._reading import untagged
from stormproof_contracts.matching.matchers.any_of import AnyOf
from stormproof_contracts.matching.matchers.scalar import NULL, Scalar


if TYPE_CHECKING:
    from stormproof_contracts.documents import Node
    from stormproof_contracts.matching._pattern import Pattern
    from stormproof_contracts.matching.matchers._reading import Builder


def read_like(node: Node, builder: Builder) -> Pattern:
    """Read ``!like example``: values of the same types, all the way down."""
    return untagged(node, builder.as_typed())


def read_equal(node: Node, builder: Builder) -> Pattern:
    """Read ``!equal value``: exactly this, also inside ``!like`` and ``!each``."""
    return untagged(node, builder.as_exact())


def read_nullable(node: Node, builder: Builder) -> Pattern:
    """Read ``!nullable example``: null, or a value like this."""
    present = untagged(node, builder.as_typed())
    return AnyOf((present, Scalar(NULL, None, node.line, node.column)), node.line, node.column)
