"""Writes a document's lines: entry by entry, each with the comments that stand at it."""

from collections.abc import Callable

from nnspec.diagnostics import Path
from nnspec.document import Document, Entry, Mapping, Node, Scalar, Sequence
from nnspec.style.comments import Comment, Notes
from nnspec.style.places import holds_layers, is_layers, keeps_form
from nnspec.style.values import flow, is_flow, is_simple, key, last_line

WIDTH = 100


class LineWriter:
    """Writes one document; every comment is taken once, in the order of the text."""

    def __init__(self, document: Document, notes: Notes) -> None:
        self.source = document.text.split("\n")
        self.waiting = list(notes.comments)

    def entry(self, entry: Entry, indent: int, path: Path, *, first: bool = False) -> list[str]:
        """Return the lines of a key and its value, comments above and behind included."""
        begin, end = entry.key.start.line, max(entry.key.start.line, last_line(entry.value))
        above = self.above(begin, indent, first=first)
        here = (*path, entry.name)
        if self.must_stay(entry.value, begin, end):
            return [*above, *self.as_written((begin, end), entry.key.start.column, indent)]
        head = f"{' ' * indent}{key(entry.name, entry.key, self.source)}:"
        if self.on_one_line(entry.value, f"{head} ", here, begin):
            behind = self.behind(begin, end)
            return [*above, f"{head} {flow(entry.value, self.source)}".rstrip() + behind]
        behind = self.behind(begin, begin)
        body = self.block(entry.value, indent + 2, here)
        tail = self.tail(end, entry.key.start.column, indent + 2)
        return [*above, head + behind, *body, *tail]

    def block(self, node: Node, indent: int, path: Path) -> list[str]:
        """Return the lines of a list or mapping, one entry below the other."""
        match node:
            case Mapping(entries=entries):
                parts = [
                    self.entry(one, indent, path, first=index == 0)
                    for index, one in enumerate(entries)
                ]
            case Sequence() if is_flow(node, self.source) and not is_layers(path):
                return wrap(node, indent, self.source)
            case Sequence(items=items):
                parts = [
                    self.item(one, indent, path, first=index == 0)
                    for index, one in enumerate(items)
                ]
            case Scalar():
                raise AssertionError("a scalar stands on one line, or stays as it is written")
        return [line for part in parts for line in part]

    def item(self, node: Node, indent: int, path: Path, *, first: bool) -> list[str]:
        """Return the lines of an item of a list."""
        begin, end = node.span.start.line, max(node.span.start.line, last_line(node))
        above = self.above(begin, indent, first=first)
        dash = " " * indent + "- "
        keras = isinstance(node, Mapping) and node.get("class_name") is not None
        if keras or self.must_stay(node, begin, end):
            lines = self.as_written((begin, end), node.span.start.column, indent + 2)
        elif isinstance(node, Mapping) and node.entries:
            lines = self.block(node, indent + 2, (*path, 0))
        else:
            lines = [dash + flow(node, self.source) + self.behind(begin, end)]
        return [*above, dash + lines[0][indent + 2 :], *lines[1:]]

    def on_one_line(self, node: Node, head: str, path: Path, begin: int) -> bool:
        """Return whether a value is to stand behind its key."""
        if isinstance(node, Scalar) or not plain_length(node):
            return True
        written_flow = is_flow(node, self.source)
        if is_layers(path) or holds_layers(node, path):
            return False
        apart = self.commented(begin, last_line(node)) or not is_simple(node)
        if not written_flow and (apart or keeps_form(node, path)):
            return False
        return len(head + flow(node, self.source)) <= WIDTH

    def commented(self, begin: int, end: int) -> bool:
        """Return whether a comment stands in these lines."""
        return any(begin <= one.line <= end and one.text for one in self.waiting)

    def must_stay(self, node: Node, begin: int, end: int) -> bool:
        """Return whether a value cannot be moved without losing something."""
        if isinstance(node, Mapping) and node.get("class_name") is not None:
            return True
        if not isinstance(node, Scalar) and not is_flow(node, self.source):
            return False
        inside = [one for one in self.waiting if begin <= one.line <= end and one.text]
        apart = any(one.alone or one.line < end for one in inside)
        return apart or not is_simple(node)

    def as_written(self, rows: tuple[int, int], column: int, indent: int) -> list[str]:
        """Return lines as they are, moved to an indentation."""
        begin, end = rows
        shift = indent + 1 - column
        first, *rest = self.source[begin - 1 : end]
        self.take(lambda one: one.line <= end)
        moved = [
            " " * max(0, len(line) - len(line.lstrip(" ")) + shift) + line.lstrip(" ")
            for line in rest
        ]
        return [line.rstrip() for line in (" " * indent + first[column - 1 :], *moved)]

    def above(self, line: int, indent: int, *, first: bool) -> list[str]:
        """Return the comments that wait above a line; of several blank lines one is kept."""
        taken = self.take(lambda one: one.line < line)
        return fold([one.text for one in taken], indent, first=first)

    def behind(self, begin: int, end: int) -> str:
        """Return the comments on these lines, to stand behind an entry."""
        taken = self.take(lambda one: begin <= one.line <= end)
        return "".join(f"  {one.text}" for one in taken if one.text)

    def tail(self, end: int, column: int, indent: int) -> list[str]:
        """Return the comments below a block that are indented like it."""
        below = {one.line: one for one in self.waiting if one.alone and one.line > end}
        line, last = end + 1, end
        while (one := below.get(line)) and (not one.text or one.column > column):
            last = line if one.text else last
            line += 1
        taken = self.take(lambda one: one.line <= last)
        return fold([one.text for one in taken], indent, first=False)

    def take(self, wanted: Callable[[Comment], bool]) -> list[Comment]:
        """Return the waiting comments that are wanted; they wait no longer."""
        taken = [one for one in self.waiting if wanted(one)]
        self.waiting = [one for one in self.waiting if not wanted(one)]
        return taken


def fold(texts: list[str], indent: int, *, first: bool) -> list[str]:
    """Return comments as lines; of several blank ones one is kept, at the start of a block none."""
    lines: list[str] = []
    for text in texts:
        if text or (lines[-1] if lines else not first):
            lines.append(" " * indent + text if text else "")
    return lines


def plain_length(node: Node) -> int:
    """Return how many entries a list or mapping has."""
    match node:
        case Mapping(entries=entries):
            return len(entries)
        case Sequence(items=items):
            return len(items)
        case Scalar():
            return 0


def wrap(node: Sequence, indent: int, source: list[str]) -> list[str]:
    """Return a list too long for one line on as many as it needs, brackets included."""
    pad, lines = " " * indent, ["["]
    for index, item in enumerate(node.items):
        text = flow(item, source) + ("]" if index == len(node.items) - 1 else ",")
        spaced = text if lines[-1] == "[" else f" {text}"
        if len(pad + lines[-1] + spaced) > WIDTH and lines[-1] != "[":
            lines.append(f" {text}")
        else:
            lines[-1] += spaced
    return [pad + line for line in lines]
