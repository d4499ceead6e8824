"""One value on one line: scalars as they were written, quotes where they are needed."""

import json
import re

from nnspec.diagnostics import Span
from nnspec.document import Mapping, Node, Scalar, Sequence
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
            pairs = (f"{key(one.name, one.key, lines)}: {flow(one.value, lines)}" for one in node)
            return "{" + ", ".join(pairs) + "}"
        case Sequence():
            return "[" + ", ".join(flow(item, lines) for item in node.items) + "]"
        case Scalar(value=str(text)):
            written = scalar(node, lines)
            return json.dumps(text, ensure_ascii=False) if breaks_flow(written) else written
        case Scalar():
            return scalar(node, lines)


def breaks_flow(written: str) -> bool:
    """Return whether a text without quotes means something else between brackets."""
    return written[:1] not in {'"', "'"} and FLOW_MARKS.search(written) is not None


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
    simple = BARE.fullmatch(text) and not text.endswith(":") and text.lower() not in OTHER_TRUTHS
    return text if simple and isinstance(resolve_scalar(text), str) else written


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
