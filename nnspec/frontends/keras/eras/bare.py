"""Operations as Keras 3 writes them into .h5 files, where their module is left out; floor 4.

`x + 3` stands there as a layer called Add, and an Add layer too. A layer says whether it learns and
in which type it computes, which an operation does not; a layer that merges takes a list.
"""

from dataclasses import replace

from nnspec.catalog.registry import find
from nnspec.document import Mapping, Node, Scalar, Sequence
from nnspec.frontends.keras.eras.edits import items_of, put
from nnspec.frontends.keras.operations import ADVICE, REWRITERS
from nnspec.frontends.keras.tree import OPERATIONS, text_of

OF_LAYERS = ("trainable", "dtype")
"""Settings that Keras 3 writes for every layer."""
MODULE = f"{OPERATIONS}numpy"


def with_modules(document: Mapping) -> Mapping:
    """Return a document in which each operation says by its module that it is one."""
    entries = [replace(one, value=within(one.value)) for one in document]
    changed = any(one.value is not two.value for one, two in zip(entries, document, strict=True))
    whole = replace(document, entries=tuple(entries)) if changed else document
    return put(whole, "module", MODULE) if is_bare_operation(whole) else whole


def within(node: Node) -> Node:
    """Return a part of a document, operations in it marked; the part itself where it has none."""
    match node:
        case Mapping():
            return with_modules(node)
        case Sequence(items=items):
            listed = tuple(within(one) for one in items)
            same = all(one is two for one, two in zip(listed, items, strict=True))
            return node if same else replace(node, items=listed)
        case Scalar():
            return node


def is_bare_operation(node: Mapping) -> bool:
    """Return whether a serialized layer is an operation whose module is left out."""
    kind, config = text_of(node, "class_name"), node.get("config")
    if kind is None or node.get("module") is not None or not isinstance(config, Mapping):
        return False
    call = next(iter(items_of(node.get("inbound_nodes"))), None)
    given = items_of(call.get("args")) if isinstance(call, Mapping) else ()
    if not given or any(config.entry(name) for name in OF_LAYERS):
        return False
    if find("layers", kind) is not None:
        return kind in REWRITERS and len(given) > 1
    return kind in REWRITERS or kind in ADVICE or find("activations", kind.lower()) is not None
