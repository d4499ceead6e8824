"""`--set PATH=VALUE`: settings of the command line, put into the document before it is read.

A value from the command line stands on line 0, at the column of its number among the overrides.
"""

from collections.abc import Sequence as Arguments
from dataclasses import replace

from nnspec.catalog.registry import find
from nnspec.diagnostics import Findings, Refused, Span
from nnspec.document import (
    Document,
    Entry,
    Mapping,
    Node,
    Scalar,
    Sequence,
    kind_of,
    parse_document,
    placed,
    shorten,
)


def apply_overrides(document: Document, overrides: Arguments[str], findings: Findings) -> Document:
    """Return the document with every override put in; one that cannot be is recorded.

    Whether a key is known and the value fits is decided when the document is validated.
    """
    root: Node = document.root
    for number, override in enumerate(overrides, start=1):
        place = Span.at(0, number)
        path, equals, text = override.partition("=")
        if not equals or not path:
            findings.add("S116", f"{override!r} is not of the form path=value", place)
            continue
        value = read_value(text, place, findings)
        changed = put(root, path.split("."), value, place) if value else None
        if isinstance(changed, str):
            findings.add("S116", f"--set {shorten(path)}: {changed}", place)
        elif changed is not None:
            root = changed
    assert isinstance(root, Mapping)
    return replace(document, root=root)


def read_value(text: str, place: Span, findings: Findings) -> Node | None:
    """Return the value of an override, read as YAML."""
    try:
        node = parse_document(f"value: {text}\n").root.get("value")
    except Refused as refused:
        findings.add("S116", f"the value {text!r}: {refused.diagnostics[0].message}", place)
        return None
    return placed(node, place) if node else None


def put(node: Node, path: list[str], value: Node, place: Span) -> Node | str:
    """Return a node with the value at a path, or why there is no such path."""
    head, rest = path[0], path[1:]
    match node:
        case Mapping():
            return put_entry(node, head, rest, value, place)
        case Sequence(items=items):
            if not head.isdigit() or int(head) >= len(items):
                return f"{head!r} is no entry of this list, which has 0 to {len(items) - 1}"
            inner = put(items[int(head)], rest, value, place) if rest else value
            if isinstance(inner, str):
                return inner
            changed = (*items[: int(head)], inner, *items[int(head) + 1 :])
            return replace(node, items=changed)
        case Scalar(value=str(name)) if name == head and rest:
            # `- Dropout` has no mapping yet for its arguments to stand in.
            return put_entry(Mapping((), node.span), head, rest, value, place)
        case _:
            return f"{head!r} is below {kind_of(node)}, which has nothing below it"


def put_entry(node: Mapping, head: str, rest: list[str], value: Node, place: Span) -> Node | str:
    """Return a mapping with the value at a key, which is added where it is absent."""
    known = node.entry(head)
    inner: Node | str
    if not rest:
        inner = value
    elif known is None or (isinstance(known.value, Scalar) and known.value.value is None):
        inner = put(Mapping((), place), rest, value, place)
    else:
        inner = put(spread(head, known.value), rest, value, place)
    if isinstance(inner, str):
        return inner
    if known is None:
        return replace(node, entries=(*node.entries, Entry(head, place, inner)))
    entries = tuple(replace(one, value=inner) if one is known else one for one in node)
    return replace(node, entries=entries)


def spread(name: str, value: Node) -> Node:
    """Return a layer's one obvious argument as a mapping: `Dense: 64` as `{units: 64}`."""
    if isinstance(value, Mapping):
        return value
    for family in (
        "layers",
        "optimizers",
        "rules",
        "regularizers",
        "callbacks",
        "losses",
        "metrics",
    ):
        kind = find(family, name)
        if kind is not None and kind.shorthand:
            return Mapping((Entry(kind.shorthand, value.span, value),), value.span)
    return value
