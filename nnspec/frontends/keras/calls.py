"""How Keras' serialized layers are called: tensors by the layer that gives them; floor 4.

Each application of a layer is an entry of `inbound_nodes`: positional and named arguments, in
which a tensor stands as the name of a layer, the number of that layer's call, and the number of
the tensor among those that leave it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from nnspec.diagnostics import Findings, Span
from nnspec.document import Mapping as MappingNode
from nnspec.document import Node, Plain, Scalar, Sequence, kind_of, plain
from nnspec.frontends.keras.era import OLDER
from nnspec.frontends.keras.tree import text_of

TENSOR = "__keras_tensor__"


@dataclass(frozen=True, slots=True)
class History:
    """A tensor: the layer it leaves, the number of that layer's call, which of its tensors."""

    layer: str
    call: int
    tensor: int
    span: Span
    shape: tuple[Plain, ...] = ()
    """Its axes, batch first, as the document says them; null where they are unknown."""
    dtype: str = "float32"
    """The type of its numbers, as the document says it."""


ARRAYS = ("__numpy__", "__tensor__")
"""How Keras writes numbers that stand where a tensor may."""
Argument = tuple[History, ...] | Node
"""The tensors in an argument, in order; or a constant."""


@dataclass(frozen=True, slots=True)
class Call:
    """One application of a layer.

    Attributes:
        positional: arguments in order.
        named: tensors by the name of the argument.
        settings: other values by the name of the argument.
        masks: tensors that stand as masks.
        given_masks: names of arguments that are masks which no layer passes on.
    """

    span: Span
    positional: tuple[Argument, ...] = ()
    named: Mapping[str, tuple[History, ...]] = field(default_factory=dict)
    settings: Mapping[str, Node] = field(default_factory=dict)
    masks: tuple[History, ...] = ()
    given_masks: tuple[str, ...] = ()

    @property
    def histories(self) -> tuple[History, ...]:
        """Return every tensor that enters, masks left out."""
        given = [one for group in self.positional if isinstance(group, tuple) for one in group]
        return (*given, *(one for group in self.named.values() for one in group))


def read_calls(layer: MappingNode, findings: Findings) -> tuple[Call, ...]:
    """Return the applications of a serialized layer."""
    nodes = layer.get("inbound_nodes")
    if nodes is None:
        return ()
    if not isinstance(nodes, Sequence):
        message = f"inbound_nodes must be a list of calls; found {kind_of(nodes)}"
        findings.add("S103", message, nodes.span)
        return ()
    calls = (read_call(node, findings) for node in nodes.items)
    return tuple(call for call in calls if call)


def read_call(node: Node, findings: Findings) -> Call | None:
    """Return one application; None where it is of another form."""
    arguments = node.get("args") if isinstance(node, MappingNode) else None
    if not isinstance(node, MappingNode) or not isinstance(arguments, Sequence):
        message = f"a call must hold args and kwargs; found {kind_of(node)}"
        findings.add("S103", message, node.span, hint=OLDER)
        return None
    positional = [read_argument(one) for one in arguments.items]
    named: dict[str, tuple[History, ...]] = {}
    settings: dict[str, Node] = {}
    masks: tuple[History, ...] = ()
    given_masks: tuple[str, ...] = ()
    keywords = node.get("kwargs")
    for entry in keywords if isinstance(keywords, MappingNode) else ():
        tensors = tuple(histories(entry.value))
        if entry.name == "mask":
            masks = tensors
        elif tensors and entry.name.endswith("_mask"):
            masks, given_masks = (*masks, *tensors), (*given_masks, entry.name)
        elif tensors:
            named[entry.name] = tensors
        elif entry.name != "training" and plain(entry.value) is not None:
            # Keras 3.15 calls every layer with the run's own mode, whatever stands here.
            settings[entry.name] = entry.value
    if len(positional) == 1 and isinstance(arguments.items[0], MappingNode):
        named, positional = unpack(arguments.items[0], named, positional)
    given = tuple(one for one in positional if one is not None)
    return Call(node.span, given, named, settings, masks, given_masks)


def unpack(
    argument: MappingNode,
    named: dict[str, tuple[History, ...]],
    positional: list[Argument | None],
) -> tuple[dict[str, tuple[History, ...]], list[Argument | None]]:
    """Return a mapping of tensors, as models of several inputs take it, as named arguments."""
    if text_of(argument, "class_name") == TENSOR:
        return named, positional
    given = ((entry.name, tuple(histories(entry.value))) for entry in argument)
    by_name = {name: tensors for name, tensors in given if tensors}
    return {**by_name, **named}, []


def read_argument(node: Node) -> Argument | None:
    """Return the tensors in an argument, or the constant it is; None for none."""
    tensors = tuple(histories(node))
    if tensors:
        return tensors
    match node:
        case Scalar(value=None):
            return None
        case Scalar():
            return node
        case MappingNode():
            return node if text_of(node, "class_name") in ARRAYS else None
        case Sequence(items=items):
            return node if items else None


def histories(node: Node) -> Iterator[History]:
    """Give the tensors in a tree of arguments, in order."""
    match node:
        case MappingNode() if text_of(node, "class_name") == TENSOR:
            config = node.get("config")
            history = config.get("keras_history") if isinstance(config, MappingNode) else None
            shape = config.get("shape") if isinstance(config, MappingNode) else None
            axes = tuple(map(plain, shape.items)) if isinstance(shape, Sequence) else ()
            dtype = text_of(config, "dtype") if isinstance(config, MappingNode) else None
            if history is not None and (read := read_history(history)):
                yield replace(read, shape=axes, dtype=dtype or read.dtype)
        case MappingNode(entries=entries):
            for entry in sorted(entries, key=lambda one: one.name):
                yield from histories(entry.value)
        case Sequence(items=items):
            for item in items:
                yield from histories(item)
        case Scalar():
            pass


def read_history(node: Node) -> History | None:
    """Return a tensor from its layer, call and number; None where it is none."""
    match node:
        case Sequence(
            items=(Scalar(value=str(name)), Scalar(value=int(call)), Scalar(value=int(tensor)))
        ):
            return History(name, call, tensor, node.span)
        case _:
            return None


def read_ends(node: Node | None) -> tuple[History, ...]:
    """Return a model's inputs or outputs: one tensor, or a tree of them."""
    match node:
        case None | Scalar():
            return ()
        case MappingNode(entries=entries):
            ordered = sorted(entries, key=lambda one: one.name)
            return tuple(one for entry in ordered for one in read_ends(entry.value))
        case Sequence(items=items):
            one = read_history(node)
            return (one,) if one else tuple(end for item in items for end in read_ends(item))
