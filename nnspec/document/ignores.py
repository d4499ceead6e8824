"""Comments that hide findings: `# nnspec: ignore[P102]`, read off the lines of a document.

Readers of YAML drop comments, so the lines are looked at once more; a text that merely looks like
such a comment, within a value, is none. On a line of its own the comment is about the next line
that holds something.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from nnspec.diagnostics import Position, Span
from nnspec.diagnostics.selection import Ignore
from nnspec.diagnostics.sources import LINE_BREAK
from nnspec.document.tree import Document, Mapping, Node, Scalar
from nnspec.document.tree import Sequence as SequenceNode

COMMENT = re.compile(r"(?:^|(?<=\s))#\s*nnspec:\s*ignore\b(?:\[([^\]\n]*)\])?")
CODE = re.compile(r"[^\s,]+")
MOST = 1000
"""Comments that are read, at most."""


def find_ignores(document: Document) -> tuple[Ignore, ...]:
    """Return the comments of a document that hide findings, in the order of the text."""
    if "nnspec:" not in document.text or document.file.endswith(".json"):
        return ()
    lines = LINE_BREAK.split(document.text)
    found: dict[int, re.Match[str]] = {}
    for number, line in enumerate(lines, start=1):
        match = COMMENT.search(line) if "ignore" in line else None
        if match is not None and len(found) < MOST:
            found[number] = match
    if found:
        drop_texts(found, document.root)
    return tuple(describe(match, number, lines) for number, match in found.items())


def drop_texts(found: dict[int, re.Match[str]], root: Node) -> None:
    """Drop what stands within a value or a key."""
    numbers = list(found)
    for text in spans_of_texts(root):
        first = bisect_left(numbers, text.start.line)
        for number in numbers[first : bisect_right(numbers, text.end.line)]:
            match = found.get(number)
            if match and text.start <= Position(number, match.start() + 1) < text.end:
                del found[number]


def describe(match: re.Match[str], number: int, lines: Sequence[str]) -> Ignore:
    """Return a comment: what it names, and the line that it is about."""
    alone = not lines[number - 1][: match.start()].strip()
    about = following(lines, number) if alone else number
    span = Span.at(number, match.start() + 1, match.end() - match.start())
    return Ignore(tuple(codes(match, number)), about, span)


def codes(match: re.Match[str], line: int) -> Iterator[tuple[str, Span]]:
    """Give what stands between the brackets, each with its place."""
    if match[1] is None:
        return
    for one in CODE.finditer(match[1]):
        yield one[0], Span.at(line, match.start(1) + one.start() + 1, len(one[0]))


def following(lines: Sequence[str], number: int) -> int:
    """Return the next line, counted from 1, that is neither blank nor a comment."""
    for behind, line in enumerate(lines[number:], start=number + 1):
        if line.strip() and not line.lstrip().startswith("#"):
            return behind
    return number


def spans_of_texts(node: Node) -> Iterator[Span]:
    """Give the places of all keys, of quoted texts and of those over several lines."""
    match node:
        case Scalar(span=span):
            if node.quoted or span.start.line != span.end.line:
                yield span
        case SequenceNode(items=items):
            for item in items:
                yield from spans_of_texts(item)
        case Mapping(entries=entries):
            for entry in entries:
                yield entry.key
                yield from spans_of_texts(entry.value)
