"""Calls of layers as Keras 1, Keras 2 and tf.keras write them, in the form of Keras 3; floor 4.

Before Keras 3, an application is a list of tensors, each the layer that gives it, the number of
that layer's call, the number of the tensor, and arguments by name, where there are any.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nnspec.diagnostics import Span
from nnspec.document import Entry, Mapping, Node, Scalar, Sequence, plain
from nnspec.frontends.keras.calls import TENSOR
from nnspec.frontends.keras.values import as_node

CONSTANT = "_CONSTANT_VALUE"
"""What stands in place of a layer where a call is given a number."""
RECURRENT = frozenset(
    {"LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"}
)
"""Layers whose further tensors are the state that they begin with."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers by which calls are named.

    Before Keras 3 a model that is used as a layer counts its own making as its first call.

    Attributes:
        shifted: names of such models.
    """

    shifted: frozenset[str] = frozenset()

    def of(self, layer: str, call: int) -> int:
        """Return the number of a call among those that the document lists."""
        return call - 1 if layer in self.shifted else call


def is_tensor(node: Node) -> bool:
    """Return whether a value is a tensor as it was written before Keras 3."""
    match node:
        case Sequence(items=(Scalar(value=str()), Scalar(value=int()), Scalar(value=int()), *rest)):
            return len(rest) <= 1
        case _:
            return False


def is_constant(node: Node) -> bool:
    """Return whether a value is a number that stands where a tensor may."""
    match node:
        case Sequence(items=(Scalar(value=str(name)), _, _, *_)):
            return name == CONSTANT
        case _:
            return False


def references(node: Node) -> Iterator[tuple[str, int]]:
    """Give every layer and number of its call that a value names."""
    if is_tensor(node) and isinstance(node, Sequence):
        name, call = plain(node.items[0]), plain(node.items[1])
        assert isinstance(name, str) and isinstance(call, int)  # noqa: PT018 - told by is_tensor
        yield name, call
        for one in node.items[3:]:
            yield from references(one)
        return
    match node:
        case Sequence(items=items):
            for item in items:
                yield from references(item)
        case Mapping(entries=entries):
            for entry in entries:
                yield from references(entry.value)
        case Scalar():
            pass


def modern_nodes(node: Node, kind: str, numbers: Numbers) -> Node:
    """Return `inbound_nodes` in the form of Keras 3; what is in it already stays.

    Args:
        node: the list of calls.
        kind: class of the layer.
        numbers: by which calls are named.
    """
    if not isinstance(node, Sequence):
        return node
    items = node.items
    if items and is_tensor(items[0]):
        items = tuple(Sequence((one,), one.span) for one in items)
    made = (modern_call(one, kind, numbers) if isinstance(one, Sequence) else one for one in items)
    return Sequence(tuple(made), node.span)


def modern_call(node: Sequence, kind: str, numbers: Numbers) -> Node:
    """Return one application as arguments in order and by name."""
    if is_tensor(node) or is_constant(node):
        node = Sequence((node,), node.span)
    if not node.items or not all(is_tensor(one) or is_constant(one) for one in node.items):
        return node
    given = [one for one in node.items if isinstance(one, Sequence)]
    tensors = [first_argument(one, numbers) for one in given]
    keywords = [
        entry for one in given for part in one.items[3:] for entry in entries_of(part, numbers)
    ]
    named = list({entry.name: entry for entry in keywords}.values())
    if kind in RECURRENT and len(tensors) > 1:
        state = Sequence(tuple(tensors[1:]), node.span)
        named.append(Entry("initial_state", node.span, state))
        tensors = tensors[:1]
    several = kind not in ("MultiHeadAttention", *RECURRENT) and len(tensors) > 1
    arguments = [Sequence(tuple(tensors), node.span)] if several else tensors
    return called(arguments, named, node.span)


def first_argument(node: Sequence, numbers: Numbers) -> Node:
    """Return a tensor, or the number that stands in place of one."""
    return node.items[2] if is_constant(node) else modern_tensor(node, numbers)


def entries_of(node: Node, numbers: Numbers) -> Iterator[Entry]:
    """Give the arguments by name, the tensors in them in the form of Keras 3."""
    for entry in node if isinstance(node, Mapping) else ():
        yield Entry(entry.name, entry.key, with_tensors(entry.value, numbers))


def with_tensors(node: Node, numbers: Numbers) -> Node:
    """Return an argument with the tensors in it in the form of Keras 3."""
    if is_constant(node) and isinstance(node, Sequence):
        return node.items[2]
    if is_tensor(node) and isinstance(node, Sequence):
        return modern_tensor(node, numbers)
    match node:
        case Sequence(items=items, span=span):
            return Sequence(tuple(with_tensors(one, numbers) for one in items), span)
        case _:
            return node


def modern_tensor(node: Sequence, numbers: Numbers) -> Node:
    """Return a tensor in the form of Keras 3."""
    name, call, tensor = (plain(one) for one in node.items[:3])
    number = numbers.of(str(name), call) if isinstance(call, int) else call
    return tensor_of(str(name), number, tensor, node.span)  # type: ignore[arg-type]  # whole numbers


def tensor_of(name: str, call: int, tensor: int, span: Span) -> Node:
    """Return a tensor in the form of Keras 3."""
    return as_node({"class_name": TENSOR, "config": {"keras_history": [name, call, tensor]}}, span)


def called(arguments: Iterable[Node], named: Iterable[Entry], span: Span) -> Node:
    """Return an application in the form of Keras 3."""
    keywords = Mapping(tuple(named), span)
    entries = (
        Entry("args", span, Sequence(tuple(arguments), span)),
        Entry("kwargs", span, keywords),
    )
    return Mapping(entries, span)
