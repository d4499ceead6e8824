"""Edits that put a setting where it belongs, for findings with one right repair.

They are made from positions alone. Where the layout is another than they assume, the edited text
cannot be read, and whoever applies them takes them back.
"""

from nnspec.diagnostics import Advice, Edit, Findings, Span
from nnspec.diagnostics.position import Position
from nnspec.document import Document, Entry, Mapping, plain
from nnspec.document.write import scalar
from nnspec.reading.written import Written

BESIDE = ("name", "inputs", "repeat", "each")
"""What stands beside a layer, and not among its arguments."""


def add_version(document: Document) -> Edit:
    """Return the edit that says in which version of the language a spec is written."""
    start = document.root.span.start
    line = document.text.split("\n")[start.line - 1] if document.text else ""
    if line[start.column - 1 : start.column] == "{":
        return put(Position(start.line, start.column + 1), '"nnspec": 1, ')
    return put(start, "nnspec: 1\n" + " " * (start.column - 1))


def move_beside(head: Span, arguments: Mapping, entry: Entry, value: str) -> tuple[Edit, ...]:
    """Return the edits that move one of a layer's arguments beside the layer.

    Args:
        head: the layer's key.
        arguments: the mapping behind it.
        entry: the argument that is moved.
        value: its value.
    """
    indent = " " * (head.start.column - 1)
    written = f"{entry.name}: {scalar(value)}"
    first, last = arguments.entries[0], arguments.entries[-1]
    if first.key.start != arguments.span.start:
        return (cut(arguments, entry), put(arguments.span.end, f"\n{indent}{written}"))
    if entry is last and entry is not first:
        before = Span(Position(entry.key.start.line, 1), entry.key.start)
        return (Edit(before, indent),)
    return (
        put(head.start, f"{written}\n{indent}"),
        Edit(Span(entry.key.start, entry.value.span.end), ""),
    )


def cut(arguments: Mapping, entry: Entry) -> Edit:
    """Return the edit that takes an entry out of a mapping in braces, its comma with it."""
    place = arguments.entries.index(entry)
    if place > 0:
        return Edit(Span(arguments.entries[place - 1].value.span.end, entry.value.span.end), "")
    if len(arguments) > 1:
        return Edit(Span(entry.key.start, arguments.entries[1].key.start), "")
    return Edit(Span(entry.key.start, entry.value.span.end), "")


def put(at: Position, text: str) -> Edit:
    """Return the edit that puts a text in at a place."""
    return Edit(Span(at, at), text)


def refuse_inner_wiring(written: Written, kind: type[object], findings: Findings) -> None:
    """Record what stands among the arguments, and belongs beside the layer."""
    argument, known = written.argument, getattr(kind, "model_fields", {})
    if written.config or not isinstance(argument, Mapping):
        return
    for entry in argument:
        if entry.name not in BESIDE or entry.name in known:
            continue
        message = f"{entry.name} stands beside {written.name}, not among its arguments"
        hint = f"write {entry.name}: below the key {written.name}, at the same indentation"
        value = plain(entry.value)
        if entry.name == "name" and isinstance(value, str):
            hint = Advice(hint, edits=move_beside(written.span, argument, entry, value))
        findings.add("S101", message, entry.key, hint=hint)
