"""Comments that hide findings: `# nnspec: ignore[P102]`, read off the lines of a document.

Readers of YAML drop comments, so the lines are looked at once more; a text that merely looks like
such a comment, within a value, is none. On a line of its own the comment is about the next line
that holds something.
"""

import re
from collections.abc import Iterator

from nnspec.diagnostics import Span
from nnspec.diagnostics.selection import Ignore
from nnspec.diagnostics.sources import LINE_BREAK
from nnspec.document.tree import Document, Mapping, Node, Scalar, Sequence

COMMENT = re.compile(r"(?:^|(?<=\s))#\s*nnspec:\s*ignore\b(?:\[([^\]\n]*)\])?")
CODE = re.compile(r"[^\s,]+")
MOST = 1000
"""Comments that are read, at most."""


def find_ignores(document: Document) -> tuple[Ignore, ...]:
    """Return the comments of a document that hide findings, in the order of the text."""
    if "nnspec:" not in document.text or document.file.endswith(".json"):
        return ()
    found: list[Ignore] = []
    texts: list[Span] | None = None
    lines = LINE_BREAK.split(document.text)
    for number, line in enumerate(lines, start=1):
        match = COMMENT.search(line) if "ignore" in line else None
        if match is None or len(found) == MOST:
            continue
        texts = list(spans_of_texts(document.root)) if texts is None else texts
        span = Span.at(number, match.start() + 1, match.end() - match.start())
        if not any(text.start <= span.start < text.end for text in texts):
            about = number if line[: match.start()].strip() else following(lines, number)
            found.append(Ignore(tuple(codes(match, number)), about, span))
    return tuple(found)


def codes(match: re.Match[str], line: int) -> Iterator[tuple[str, Span]]:
    """Give what stands between the brackets, each with its place."""
    if match[1] is None:
        return
    for one in CODE.finditer(match[1]):
        yield one[0], Span.at(line, match.start(1) + one.start() + 1, len(one[0]))


def following(lines: list[str], number: int) -> int:
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
        case Sequence(items=items):
            for item in items:
                yield from spans_of_texts(item)
        case Mapping(entries=entries):
            for entry in entries:
                yield entry.key
                yield from spans_of_texts(entry.value)
