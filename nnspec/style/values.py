"""One value on one line: scalars as they were written, quotes where they are needed."""

import json
import re

from nnspec.diagnostics import Span
from nnspec.document import Entry, Mapping, Node, Scalar, Sequence
from nnspec.document.scalars import resolve_scalar

BARE = re.compile(r"[A-Za-z_$][A-Za-z0-9_./+$:-]*( [A-Za-z0-9_./+()-]+)*")
FLOW_MARKS = re.compile(r"[,\[\]{}]")
OTHER_TRUTHS = {"yes", "no", "on", "off", "y", "n"}
"""Texts that readers of YAML 1.1 take for true or false; their quotes stay."""


def flow(node: Node, lines: list[str]) -> str:
    """Return a value in flow style.

    Args:
        node: the value; none of its scalars covers more than one line.
        lines: the text it was read from.
    """
    match node:
        case Mapping():
            return "{" + ", ".join(pair(one, lines) for one in node) + "}"
        case Sequence():
            return "[" + ", ".join(flow(item, lines) for item in node.items) + "]"
        case Scalar(value=str(text)):
            return guarded(text, scalar(node, lines))
        case Scalar():
            return scalar(node, lines)


def pair(entry: Entry, lines: list[str]) -> str:
    """Return a key and its value in flow style."""
    name = guarded(entry.name, key(entry.name, entry.key, lines))
    return f"{name}: {flow(entry.value, lines)}"


def guarded(text: str, written: str) -> str:
    """Return a text as it was written, in quotes where it means something else in brackets."""
    bare = written[:1] not in {'"', "'"}
    return json.dumps(text, ensure_ascii=False) if bare and FLOW_MARKS.search(written) else written


def scalar(node: Scalar, lines: list[str]) -> str:
    """Return a scalar as it was written, without quotes that it does not need."""
    if node.empty:
        return ""
    written = source(node.span, lines)
    return bare(str(node.value), written) if node.quoted else written


def key(name: str, span: Span, lines: list[str]) -> str:
    """Return a key as it was written, without quotes that it does not need."""
    written = source(span, lines)
    return bare(name, written) if written[:1] in {'"', "'"} else written


def bare(text: str, written: str) -> str:
    """Return a text without its quotes where it reads back as the same text everywhere."""
    if not BARE.fullmatch(text) or ": " in f"{text} " or text.lower() in OTHER_TRUTHS:
        return written
    return text if isinstance(resolve_scalar(text), str) else written


def source(span: Span, lines: list[str]) -> str:
    """Return the text of a span on one line."""
    return lines[span.start.line - 1][span.start.column - 1 : span.end.column - 1]


def last_line(node: Node) -> int:
    """Return the number of the last line that a value stands on."""
    end = node.span.end
    ends_before = end.column == 1 and end.line > node.span.start.line
    return end.line - 1 if ends_before else end.line


def is_flow(node: Node, lines: list[str]) -> bool:
    """Return whether a list or mapping is written with brackets."""
    start = node.span.start
    return lines[start.line - 1][start.column - 1 : start.column] in {"[", "{"}


def is_simple(node: Node) -> bool:
    """Return whether a value holds no scalar of several lines, so that it can be moved."""
    match node:
        case Mapping():
            return all(
                one.key.start.line == one.key.end.line and is_simple(one.value) for one in node
            )
        case Sequence():
            return all(is_simple(item) for item in node.items)
        case Scalar():
            return node.empty or node.span.start.line == node.span.end.line
