"""YAML files as nodes that know where they stand: the base of every file format of stormproof."""

from stormproof_contracts.documents._fields import Fields
from stormproof_contracts.documents._nodes import Document, Node
from stormproof_contracts.documents._reader import parse_document, read_document


__all__ = ["Document", "Fields", "Node", "parse_document", "read_document"]
