"""A layer's name and what it reads, each written behind the other's key."""

from collections import Counter
from collections.abc import Collection
from dataclasses import replace

from nnspec.diagnostics import Findings
from nnspec.document import Mapping, Node
from nnspec.frontends.nnspec_1.items import Item
from nnspec.reading.misplaced import exchanged
from nnspec.spec.model import Wire

Entries = list[tuple[Node, Item | None]]


def settle_exchanged(entries: Entries, given: Collection[str], findings: Findings) -> Entries:
    """Return the entries of a list of layers, name and inputs as they were meant.

    They are exchanged where the name is another layer's, and nobody has that of the input.

    Args:
        entries: nodes, and what was read of them.
        given: names that are read, and are no layer's of the list.
        findings: takes what is exchanged.
    """
    if any(item and item.within for _, item in entries):
        return entries  # written by `render`, where a name holds within a use of a block
    names = Counter(item.name[0] for _, item in entries if item and item.name)
    return [(node, settle(node, item, names, given, findings)) for node, item in entries]


def settle(
    node: Node,
    item: Item | None,
    names: Counter[str],
    given: Collection[str],
    findings: Findings,
) -> Item | None:
    """Return one entry; an exchange in it is recorded."""
    if item is None or item.name is None or not item.inputs or len(item.inputs) > 1:
        return item
    (wire,), (name, place) = item.inputs, item.name
    known = wire.source in names or wire.source in given
    if names[name] == 1 or known or not isinstance(node, Mapping):
        return item
    one, other = node.entry("name"), node.entry("inputs")
    if one is None or other is None:
        return item
    findings.append(exchanged(*sorted((one, other), key=lambda entry: entry.key.start)))
    return replace(item, name=(wire.source, wire.span), inputs=(Wire(name, place),))
