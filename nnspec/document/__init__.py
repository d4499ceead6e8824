"""Floor 1: spec text to a tree in which every key and value has its line and column."""

from nnspec.document.parse import parse_document, placed, read_document
from nnspec.document.tree import (
    Document,
    Entry,
    Mapping,
    Node,
    Plain,
    Scalar,
    Sequence,
    find,
    kind_of,
    plain,
    shorten,
)
from nnspec.document.write import write_yaml

__all__ = [
    "Document",
    "Entry",
    "Mapping",
    "Node",
    "Plain",
    "Scalar",
    "Sequence",
    "find",
    "kind_of",
    "parse_document",
    "placed",
    "plain",
    "read_document",
    "shorten",
    "write_yaml",
]
