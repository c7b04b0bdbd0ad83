"""Reads a mapping whose keys are known, and says of every other what was probably meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from stormproof_contracts.errors import did_you_mean


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from stormproof_contracts.documents._nodes import Document, Node
    from stormproof_contracts.errors import Location


T = TypeVar("T")


class Fields:
    """The entries of one mapping, taken one by one; ``done`` rejects those that nobody took.

    A wrong entry is noted in the document and read as absent, so reading goes on and finds the next problem too.
    """

    def __init__(self, document: Document, node: Node, owner: str) -> None:
        self.document = document
        self.node = node
        self.owner = owner
        self._known: list[str] = []
        self._entries: Mapping[str, Node] = node.value if isinstance(node.value, dict) else {}
        if not isinstance(node.value, dict):
            document.reject(node, f"expected a mapping for {owner}, got {node.kind}")

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def __iter__(self) -> Iterator[tuple[str, Node]]:
        """Yield every entry, for mappings whose keys are names given by the user."""
        self._known.extend(self._entries)
        return iter(self._entries.items())

    def take(self, key: str, *, required: bool = False) -> Node | None:
        """Return the node at *key*, or None; an absent required one is a problem."""
        self._known.append(key)
        node = self._entries.get(key)
        if node is None and required and isinstance(self.node.value, dict):
            self.document.reject(self.node, f"{self.owner} has no {key!r}, which is required")
        return node

    def text(self, key: str, *, required: bool = False) -> str | None:
        """Return the text at *key*."""
        node = self.take(key, required=required)
        if node is None:
            return None
        if isinstance(node.value, str) and node.tag is None:
            if node.value or not required:
                return node.value
            self.document.reject(node, f"{key!r} of {self.owner} is empty")
            return None
        hint = f"; put it in quotes: '{str(node.value).lower()}'" if isinstance(node.value, (bool, int, float)) else ""
        self.document.reject(node, f"expected text for {key!r} of {self.owner}, got {node.kind}{hint}")
        return None

    def integer(self, key: str) -> int | None:
        """Return the whole number at *key*."""
        node = self.take(key)
        if node is None or (isinstance(node.value, int) and not isinstance(node.value, bool)):
            return None if node is None else node.value  # type: ignore[return-value]  # narrowed by the test above
        self.document.reject(node, f"expected a whole number for {key!r} of {self.owner}, got {node.kind}")
        return None

    def items(self, key: str, *, required: bool = False) -> list[Node]:
        """Return the list at *key*, empty when it is absent."""
        node = self.take(key, required=required)
        if node is None:
            return []
        if isinstance(node.value, list):
            return node.value
        self.document.reject(node, f"expected a list for {key!r} of {self.owner}, got {node.kind}")
        return []

    def mapping(self, key: str) -> Fields | None:
        """Return the fields of the mapping at *key*."""
        node = self.take(key)
        return None if node is None else Fields(self.document, node, f"{key!r} of {self.owner}")

    def parsed(self, key: str, parse: Callable[[str], T], *, required: bool = False) -> T | None:
        """Return what *parse* makes of the scalar at *key*; its ValueError becomes a located problem."""
        node = self.take(key, required=required)
        if node is None:
            return None
        if isinstance(node.value, (dict, list, bool)) or node.value is None:
            self.document.reject(node, f"expected a scalar for {key!r} of {self.owner}, got {node.kind}")
            return None
        try:
            return parse(str(node.value))
        except ValueError as error:
            self.document.reject(node, f"{key!r} of {self.owner}: {error}")
            return None

    def key_location(self, key: str) -> Location:
        """Return where *key* itself stands."""
        return self.document.locate_key(self.node, key)

    def done(self) -> None:
        """Reject every key that was not asked for, with the one that was probably meant."""
        for key in self._entries:
            if key not in self._known:
                hint = did_you_mean(key, self._known)
                self.document.reject(self.key_location(key), f"unknown key {key!r} in {self.owner}.{hint}")
