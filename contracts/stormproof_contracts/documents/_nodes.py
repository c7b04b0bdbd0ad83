"""A parsed document: plain values, each with the line and column it was written at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from stormproof_contracts.errors import DocumentError, Location, Problem, did_you_mean


if TYPE_CHECKING:
    from pathlib import Path


NodeValue: TypeAlias = "bool | int | float | str | list[Node] | dict[str, Node] | None"


class Node:
    """A scalar, list or mapping of a document.

    Attributes:
        value: the scalar, a list of nodes, or a dict of nodes by key text.
        tag: the name of an application tag (``!integer`` gives ``integer``), or None.
        line: counts from 1.
        column: counts from 1.
        keys: of a mapping, the (line, column) of each key in the order of ``value``.
    """

    __slots__ = ("column", "keys", "line", "tag", "value")

    def __init__(
        self,
        value: NodeValue,
        tag: str | None,
        line: int,
        column: int,
        keys: list[tuple[int, int]] | None = None,
    ) -> None:
        self.value = value
        self.tag = tag
        self.line = line
        self.column = column
        self.keys = keys

    def __repr__(self) -> str:
        tag = f"!{self.tag} " if self.tag else ""
        return f"<Node {self.line}:{self.column} {tag}{self.value!r}>"

    @property
    def kind(self) -> str:
        """What the node is, in the words of messages."""
        match self.value:
            case dict():
                return "a mapping"
            case list():
                return "a list"
            case None:
                return "nothing"
            case bool():
                return "a boolean"
            case int() | float():
                return "a number"
            case str():
                return "text"

    def plain(self) -> object:
        """Return the value as ordinary Python data; tags are dropped."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


@dataclass(slots=True)
class Document:
    """One file as read, collecting what is found wrong with it.

    Attributes:
        path: where it was read from; messages show it as given.
        root: the top node.
        directory: the folder that relative references of the file start from.
        project: the folder that references must not leave; None for the directory itself.
        tagged: every node with a tag, in the order of the file.
        optional: every (mapping, key) whose key ends in ``?``.
    """

    path: Path
    root: Node
    directory: Path
    tagged: list[Node] = field(default_factory=list["Node"])
    optional: list[tuple[Node, str]] = field(default_factory=list["tuple[Node, str]"])
    problems: list[Problem] = field(default_factory=list["Problem"])
    project: Path | None = None

    def locate(self, node: Node) -> Location:
        """Return where *node* stands."""
        return Location(self.path, node.line, node.column)

    def locate_key(self, mapping: Node, key: str) -> Location:
        """Return where *key* of *mapping* stands; the key must be there."""
        if not isinstance(mapping.value, dict) or mapping.keys is None:
            return self.locate(mapping)
        line, column = mapping.keys[list(mapping.value).index(key)]
        return Location(self.path, line, column)

    def reject(self, where: Node | Location, text: str) -> None:
        """Note a problem; reading goes on, so that all of them are told at once."""
        location = self.locate(where) if isinstance(where, Node) else where
        self.problems.append(Problem(location, text))

    def reference(self, node: Node) -> Path | None:
        """Return the file that the text of *node* names; a missing or foreign one is rejected and gives None."""
        if not isinstance(node.value, str) or not node.value:
            self.reject(node, f"expected the path of a file, got {node.kind}")
            return None
        path = (self.directory / node.value).resolve()
        home = (self.project or self.directory).resolve()
        if not path.is_relative_to(home):
            self.reject(node, f"{node.value!r} lies outside of the project; keep it below {home.name}/")
            return None
        if not path.is_file():
            self.reject(node, f"there is no file {node.value!r} beside {self.path.name}{_meant(path)}")
            return None
        return path

    def raise_problems(self) -> None:
        """Raise DocumentError when anything was rejected."""
        if self.problems:
            raise DocumentError(self.problems)


def _meant(path: Path) -> str:
    siblings = [entry.name for entry in path.parent.iterdir() if entry.is_file()] if path.parent.is_dir() else []
    hint = did_you_mean(path.name, siblings)
    return f".{hint}" if "Did you" in hint else ""
