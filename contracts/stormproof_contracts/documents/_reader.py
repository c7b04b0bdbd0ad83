"""Reads YAML by its events: safe by construction, exact in line and column, linear in the size of the file.

No constructor of PyYAML runs, so no tag can make an object. Aliases share nodes, and what they would expand to is
bounded before anybody walks it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from stormproof_contracts.documents._nodes import Document, Node
from stormproof_contracts.documents._scalars import resolve
from stormproof_contracts.errors import DocumentError, Location, Problem
from stormproof_contracts.memory import garbage_collection_paused


if TYPE_CHECKING:
    from pathlib import Path


DEEPEST = 100
LARGEST_EXPANSION = 1_000_000

_Parser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STANDARD_TAGS = {
    "tag:yaml.org,2002:str": "str",
    "tag:yaml.org,2002:map": "map",
    "tag:yaml.org,2002:seq": "seq",
    "!": "str",
}


def read_document(path: Path) -> Document:
    """Read the YAML file at *path*.

    Raises:
        DocumentError: the file cannot be read, is no UTF-8, or is no single well-formed YAML document.
    """
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise DocumentError(
            [Problem(Location(path), f"not UTF-8 text: byte {error.start} cannot be decoded")]
        ) from None
    except OSError as error:
        raise DocumentError([Problem(Location(path), f"cannot be read: {error.strerror}")]) from None
    return parse_document(text, path)


def parse_document(text: str, path: Path) -> Document:
    """Read YAML *text*; *path* is what messages name.

    What is wrong but does not stop reading (a duplicate key, a foreign tag) is noted in the document, so that a format
    can tell it together with what it finds itself; call ``raise_problems`` at the end.

    Raises:
        DocumentError: the text is no YAML.
    """
    with garbage_collection_paused():
        try:
            document = _Builder(path, text).build()
        except yaml.MarkedYAMLError as error:
            raise DocumentError([_syntax_problem(error, text, path)]) from None
        except yaml.reader.ReaderError as error:
            raise DocumentError([Problem(Location(path), f"not YAML text: {error.reason}")]) from None
    return document


class _Builder:
    """Builds the tree of one document from the stream of its events."""

    def __init__(self, path: Path, text: str) -> None:
        self.document = Document(path, Node(None, None, 1, 1), path.parent)
        self.anchors: dict[str, Node] = {}
        self.sizes: dict[int, int] = {}
        self.built = 0
        self.expanded = 0
        self.parser = _Parser(text)

    def build(self) -> Document:
        next_event = self.parser.get_event
        next_event()  # the start of the stream
        try:
            event = next_event()
            if isinstance(event, yaml.DocumentStartEvent):
                self.document.root = self.node(next_event(), 0)
                next_event()  # the end of the document
                event = next_event()
            if not isinstance(event, yaml.StreamEndEvent):
                self.reject(event, "a second YAML document starts here; write one document a file")
        finally:
            self.parser.dispose()
        return self.document

    def node(self, event: Any, depth: int) -> Node:
        """Build the node that *event* starts, consuming the events of its children."""
        self.built += 1
        mark = event.start_mark
        line = mark.line + 1
        column = mark.column + 1
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event, line, column)
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event)
        if depth >= DEEPEST:
            raise yaml.MarkedYAMLError(problem=f"nested more than {DEEPEST} levels deep", problem_mark=mark)
        if isinstance(event, yaml.MappingStartEvent):
            node = self.mapping(event, line, column, depth)
        else:
            node = self.sequence(event, line, column, depth)
        return node

    def scalar(self, event: Any, line: int, column: int) -> Node:
        text = event.value
        tag = event.tag
        if tag is None:
            node = Node(resolve(text) if not event.style else text, None, line, column)
        else:
            name = self.tag_name(event)
            node = Node(resolve(text) if not event.style and name is not None else text, name, line, column)
            if name is not None:
                self.document.tagged.append(node)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return node

    def sequence(self, event: Any, line: int, column: int, depth: int) -> Node:
        items: list[Node] = []
        node = self.start(event, Node(items, None, line, column))
        before = self.built
        next_event = self.parser.get_event
        event_of_item = next_event()
        while not isinstance(event_of_item, yaml.SequenceEndEvent):
            items.append(self.node(event_of_item, depth + 1))
            event_of_item = next_event()
        self.finish(event, node, before)
        return node

    def mapping(self, event: Any, line: int, column: int, depth: int) -> Node:
        entries: dict[str, Node] = {}
        keys: list[tuple[int, int]] = []
        node = self.start(event, Node(entries, None, line, column, keys))
        before = self.built
        next_event = self.parser.get_event
        key = next_event()
        while not isinstance(key, yaml.MappingEndEvent):
            name = self.key(key, depth)
            value = self.node(next_event(), depth + 1)
            if name == "<<" and not key.style:
                self.reject(
                    key, "merge keys (<<) are not read; write the entries out, or use an alias for the whole value"
                )
            elif name in entries:
                first = keys[list(entries).index(name)][0]
                self.reject(key, f"duplicate key {name!r}; it stands already on line {first}")
            else:
                entries[name] = value
                keys.append((key.start_mark.line + 1, key.start_mark.column + 1))
                if name[-1:] == "?":
                    self.document.optional.append((node, name))
            key = next_event()
        self.finish(event, node, before)
        return node

    def key(self, event: Any, depth: int) -> str:
        if isinstance(event, yaml.ScalarEvent):
            return event.value
        self.node(event, depth + 1)
        self.reject(event, "a key must be plain text")
        return ""

    def start(self, event: Any, node: Node) -> Node:
        """Name the tag of a collection that begins."""
        if event.tag is not None:
            node.tag = self.tag_name(event)
            if node.tag is not None:
                self.document.tagged.append(node)
        return node

    def finish(self, event: Any, node: Node, before: int) -> None:
        """Make the anchor of a collection known at its end, so that no node can hold itself."""
        if event.anchor is not None:
            self.anchors[event.anchor] = node
            self.sizes[id(node)] = self.built - before + 1

    def alias(self, event: Any) -> Node:
        node = self.anchors.get(event.anchor)
        if node is None:
            problem = (
                f"unknown alias *{event.anchor}; an anchor &{event.anchor} must stand before it, and not around it"
            )
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)
        size = self.sizes.get(id(node), 1)
        self.built += size - 1
        self.expanded += size
        if self.expanded > LARGEST_EXPANSION:
            problem = f"aliases expand to more than {LARGEST_EXPANSION:,} values"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)
        return node

    def tag_name(self, event: Any) -> str | None:
        tag: str = event.tag
        if tag in _STANDARD_TAGS:
            return None
        if tag.startswith("!") and len(tag) > 1:
            return tag[1:]
        self.reject(event, f"tag {tag!r} is not read; only matcher tags such as !integer are")
        return None

    def reject(self, event: Any, text: str) -> None:
        mark = event.start_mark
        self.document.reject(Location(self.document.path, mark.line + 1, mark.column + 1), text)


def _syntax_problem(error: yaml.MarkedYAMLError, text: str, path: Path) -> Problem:
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return Problem(Location(path), f"not YAML: {error.problem}")
    location = Location(path, mark.line + 1, mark.column + 1)
    lines = text.splitlines()
    rest = lines[mark.line][mark.column :] if mark.line < len(lines) else ""
    if rest.startswith("\t"):
        return Problem(location, "a tab stands where YAML wants spaces; indent with spaces")
    if rest[:1] in ("@", "`", "%"):
        return Problem(location, f"text cannot start with {rest[0]!r} here; put it in quotes")
    context = f" {error.context}" if error.context else ""
    return Problem(location, f"not YAML: {error.problem}{context}")
