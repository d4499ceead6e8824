"""The network as operators: every layer's form, applied in the order of the flow."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from nnspec.catalog.layer import Layer, Tensors
from nnspec.catalog.layers.core import Input
from nnspec.exchange.write.onnx import families, listed
from nnspec.exchange.write.onnx.forms import Call, Names, as_kind, form_of
from nnspec.exchange.write.onnx.graph import Unwritable, Writer
from nnspec.exchange.write.onnx.masks import masks_of
from nnspec.exchange.write.onnx.weights import Weights
from nnspec.network.network import Network, ResolvedNode
from nnspec.network.resolve import Nested

__all__ = ["Unwritten", "apply_layer", "apply_network", "families"]
COMPUTED = (None, "float32")
"""Types of numbers that are written."""


class Unwritten(Exception):
    """Says which layer cannot be written, and why."""

    def __init__(self, node: ResolvedNode, cause: Unwritable) -> None:
        super().__init__(cause.reason)
        self.node = node
        self.reason = cause.reason
        self.hint = cause.hint


@dataclass(frozen=True, slots=True)
class Held:
    """A tensor between layers: its name, and that of its mask."""

    name: str
    mask: str | None = None


@dataclass(slots=True)
class Walk:
    """Carries the tensors of one network from layer to layer."""

    writer: Writer
    network: Network
    weights: Weights
    held: dict[str, tuple[Held, ...]] = field(default_factory=dict)

    def apply(self, node: ResolvedNode) -> tuple[Held, ...]:
        """Return what leaves a node."""
        assert node.layer is not None, "a network that was trained has no refused layer"
        assert node.inputs is not None, "and no unknown tensor"
        assert node.outputs is not None
        fed = [self.held[one.node][one.index] for one in node.node.sources]
        owner = node.node.shares or node.name
        call = Call(
            self.writer,
            tuple(one.name for one in fed),
            tuple(one.mask for one in fed),
            node.inputs,
            node.outputs,
            self.weights.of_layer(owner),
        )
        try:
            return apply_layer(node.layer, call)
        except Unwritable as cause:
            raise Unwritten(node, cause) from cause


def apply_network(
    writer: Writer,
    network: Network,
    weights: Weights,
    inputs: Mapping[str, Held],
) -> tuple[Held, ...]:
    """Write a network; return what leaves it, in the order of its outputs.

    Args:
        writer: takes the operators.
        network: with shapes.
        weights: of its layers, by name.
        inputs: a tensor for each of its inputs, of the input's own kind of elements.

    Raises:
        Unwritten: a layer that cannot be written.
    """
    walk = Walk(writer, network, weights)
    for node in network.nodes:
        entering = inputs.get(node.name)
        walk.held[node.name] = (entering,) if entering else walk.apply(node)
    sources = [output.source for output in network.graph.outputs]
    return tuple(walk.held[one.node][one.index] for one in sources)


def apply_layer(layer: Layer, call: Call) -> tuple[Held, ...]:
    """Write one layer; return what leaves it, with masks.

    Raises:
        Unwritable: the layer, or a setting of it, cannot be written.
    """
    if isinstance(layer, Nested):
        return _apply_nested(layer, call)
    if layer.dtype not in COMPUTED and not isinstance(layer, Input):
        raise Unwritable(f"it computes in {layer.dtype}", "leave dtype out: ONNX is in float32")
    form = form_of(type(layer))
    if form is None:
        raise Unwritable(listed.reason_for(type(layer)))
    names: Names = form(layer, call)
    return tuple(map(Held, names, masks_of(layer, call, len(names))))


def _apply_nested(layer: Nested, call: Call) -> tuple[Held, ...]:
    """Write a model within: what enters it becomes what its inputs say."""
    entering: dict[str, Held] = {}
    for place, name in enumerate(layer.names):
        declared: Tensors = layer.network.by_name[name].outputs or ()
        kind = declared[0].element if declared else call.inputs[place].element
        value = as_kind(call.writer, call.values[place], call.inputs[place].element, kind)
        entering[name] = Held(value, call.masks[place])
    return apply_network(call.writer, layer.network, call.weights, entering)
