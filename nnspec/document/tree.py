"""The document: values as written, each with the place where it stands."""

from collections.abc import Iterator
from dataclasses import dataclass

from nnspec.diagnostics import Diagnostic, Path, Span

Plain = bool | int | float | str | list["Plain"] | dict[str, "Plain"] | None


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value: null, truth, number or text.

    `empty` tells a key with nothing behind it from a written `null`; `quoted` tells text that
    was marked as such; `refused` tells that what stands here was refused already.
    """

    value: bool | int | float | str | None
    span: Span
    quoted: bool = False
    empty: bool = False
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of values."""

    items: tuple["Node", ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Entry:
    """A key and its value."""

    name: str
    key: Span
    value: "Node"


@dataclass(frozen=True, slots=True)
class Mapping:
    """Entries in the order of the text; keys are text and occur once."""

    entries: tuple[Entry, ...]
    span: Span

    def get(self, name: str) -> "Node | None":
        """Return the value of a key, None if it is absent."""
        entry = self.entry(name)
        return entry.value if entry else None

    def entry(self, name: str) -> Entry | None:
        """Return key and value, None if the key is absent."""
        return next((entry for entry in self.entries if entry.name == name), None)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)


Node = Scalar | Sequence | Mapping


@dataclass(frozen=True, slots=True)
class Document:
    """A spec as written: its text, the name it is reported under, and its tree.

    `twice` holds the findings about keys that were given twice; of these the tree has the first.
    """

    text: str
    file: str
    root: Mapping
    twice: tuple[Diagnostic, ...] = ()


def plain(node: Node) -> Plain:
    """Return the value of a node without positions."""
    match node:
        case Scalar():
            return node.value
        case Sequence():
            return [plain(item) for item in node.items]
        case Mapping():
            return {entry.name: plain(entry.value) for entry in node}


def kind_of(node: Node) -> str:
    """Return what a node is, in words for a message."""
    match node:
        case Mapping():
            return "a mapping"
        case Sequence():
            return "a list"
        case Scalar(value=None):
            return "nothing" if node.empty else "null"
        case Scalar(value=str(text)):
            return f"the text {shorten(text)!r}"
        case Scalar(value=bool(flag)):
            return "true" if flag else "false"
        case Scalar(value=number):
            return str(number)


def shorten(text: str, length: int = 60) -> str:
    """Return a text cut to a length that fits into a message."""
    return text if len(text) <= length else text[: length - 1] + "…"


def find(node: Node, path: Path) -> Node | None:
    """Return the node at a path of keys and indices, None if there is none."""
    for step in path:
        child: Node | None = None
        if isinstance(node, Mapping) and isinstance(step, str):
            child = node.get(step)
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            child = node.items[step]
        if child is None:
            return None
        node = child
    return node
