"""The specs that mistakes are drawn in: the shipped ones, and those in bench/originals/.

A spec is held with the places of its keys, values and lines, so that a mistake is one change of
the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path as FilePath

from nnspec.catalog.registry import names
from nnspec.diagnostics import Path, Span
from nnspec.diagnostics.fixes import line_starts, offset
from nnspec.document import Document, Entry, Mapping, Node, Scalar, Sequence, parse_document
from nnspec.language.words import ARTICLES
from nnspec.pipeline.styled import hash_document

ROOT = FilePath(__file__).parents[1]
FOLDERS = (ROOT / "specs", ROOT / "bench" / "originals")
WORD = re.compile(r"[A-Za-z_][\w]*")

OWN = (
    ("variables",),
    ("blocks",),
    *(("data", name) for name in ("inputs", "columns", "encoding", "scaling", "target")),
    *(("training", name) for name in ("loss", "metrics", "loss_weights", "class_weight")),
    ("evaluation", "gates"),
)
"""Mappings whose keys are the writer's own names, or names that the writer chose elsewhere."""


@dataclass(frozen=True, slots=True)
class Place:
    """A key with its value, or an entry of a list.

    Attributes:
        path: where it stands in the spec.
        key: the key; None for an entry of a list.
        value: the node.
        parent: the mapping or list that holds it.
        head: the key that the parent stands behind; None at the top.
    """

    path: Path
    key: Entry | None
    value: Node
    parent: Mapping | Sequence
    head: Span | None

    @property
    def own(self) -> bool:
        """Return whether the key is the writer's own name, or an object's."""
        return self.path[:-1] in OWN and self.path[-1] not in names("losses")

    @property
    def layer(self) -> bool:
        """Return whether the key is that of an object, whose arguments stand behind it."""
        return any(self.path[-1] in names(family) for family in ARTICLES)


@dataclass(frozen=True, slots=True)
class Original:
    """A fine spec: its text, tree and places.

    Attributes:
        file: where it stands.
        document: its tree.
        hash: of its filled form.
        starts: offsets of the lines.
        places: of all keys and entries.
    """

    file: FilePath
    document: Document
    hash: str
    starts: tuple[int, ...] = field(repr=False)
    places: tuple[Place, ...] = field(repr=False)

    @property
    def text(self) -> str:
        """Return the text."""
        return self.document.text

    def at(self, span: Span) -> tuple[int, int]:
        """Return the offsets of a stretch of the text."""
        begin = offset(span.start, self.text, self.starts)
        end = offset(span.end, self.text, self.starts)
        assert begin is not None
        assert end is not None
        return begin, end

    def written(self, span: Span) -> str:
        """Return what stands at a place."""
        begin, end = self.at(span)
        return self.text[begin:end]

    def replaced(self, span: Span, text: str) -> str:
        """Return the text with something else at a place."""
        begin, end = self.at(span)
        return self.text[:begin] + text + self.text[end:]

    def lines_of(self, word: str) -> frozenset[int]:
        """Return the numbers of the lines that hold a word."""
        pattern = re.compile(rf"(?<![\w]){re.escape(word)}(?![\w])")
        lines = self.text.split("\n")
        return frozenset(number for number, line in enumerate(lines, 1) if pattern.search(line))


def read_originals() -> tuple[Original, ...]:
    """Return the specs, all of them fine."""
    paths = [path for folder in FOLDERS for path in sorted(folder.glob("*.yaml"))]
    return tuple(read_original(path) for path in paths)


def read_original(path: FilePath) -> Original:
    """Return one spec with its places."""
    document = parse_document(path.read_bytes(), path.name)
    found = hash_document(document, path.parent)
    assert found, f"{path} is no fine spec"
    places = tuple(walk(document.root, (), None))
    return Original(path, document, found, tuple(line_starts(document.text)), places)


def walk(node: Node, path: Path, head: Span | None) -> Iterator[Place]:
    """Give the places within a node."""
    match node:
        case Mapping():
            for entry in node:
                yield Place((*path, entry.name), entry, entry.value, node, head)
                yield from walk(entry.value, (*path, entry.name), entry.key)
        case Sequence(items=items):
            for index, item in enumerate(items):
                yield Place((*path, index), None, item, node, head)
                yield from walk(item, (*path, index), head)
        case Scalar():
            pass


def is_flow(original: Original, node: Node) -> bool:
    """Return whether a node is written in braces or brackets."""
    return original.written(node.span)[:1] in {"{", "["}
