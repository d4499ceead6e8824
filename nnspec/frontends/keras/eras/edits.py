"""Small changes to a document's mappings, each value kept at its place; floor 4."""

from collections.abc import Callable, Iterable
from collections.abc import Mapping as Names
from dataclasses import replace

from nnspec.document import Entry, Mapping, Node, Plain, Scalar, Sequence, plain
from nnspec.frontends.keras.values import as_node

Edit = Callable[[Mapping], Mapping]
"""What changes one mapping."""


def put(node: Mapping, name: str, value: Node | Plain) -> Mapping:
    """Return a mapping in which a key has a value; a plain one stands where the old one stood."""
    entry = node.entry(name)
    if not isinstance(value, Scalar | Sequence | Mapping):
        value = as_node(value, entry.value.span if entry else node.span)
    made = Entry(name, entry.key if entry else node.span, value)
    if entry is None:
        return replace(node, entries=(*node.entries, made))
    return replace(node, entries=tuple(made if one is entry else one for one in node))


def drop(node: Mapping, names: Iterable[str]) -> Mapping:
    """Return a mapping without some keys."""
    gone = set(names)
    return replace(node, entries=tuple(one for one in node if one.name not in gone))


def rename(node: Mapping, names: Names[str, str]) -> Mapping:
    """Return a mapping with other keys; what has the new one already stays and the old one goes."""
    taken = {one.name for one in node}
    kept = (one for one in node if one.name not in names or names[one.name] not in taken)
    entries = (replace(one, name=names.get(one.name, one.name)) for one in kept)
    return replace(node, entries=tuple(entries))


def value_of(node: Mapping, name: str) -> Plain:
    """Return the plain value of a key, None where it is absent."""
    found = node.get(name)
    return None if found is None else plain(found)


def config_of(node: Mapping) -> Mapping:
    """Return the config of a serialized object; an empty one where it has none."""
    config = node.get("config")
    return config if isinstance(config, Mapping) else Mapping((), node.span)


def items_of(node: Node | None) -> tuple[Node, ...]:
    """Return the items of a list, none of anything else."""
    return node.items if isinstance(node, Sequence) else ()
