"""The network with shapes: every layer with what enters, what leaves and what it weighs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from nnspec.catalog.layer import Layer, Tensors
from nnspec.network.edges import Graph, Node, Source
from nnspec.shapes import Tensor, Weight


@dataclass(frozen=True, slots=True)
class ResolvedNode:
    """A layer with everything known about it before Keras is imported.

    Attributes:
        layer: its class decided; the layer it shares for a repeated application; None if refused.
        inputs: tensors that enter; None while one of them is unknown.
        outputs: tensors that leave; None while they are unknown.
        weights: its arrays; none for an application that shares them.
    """

    node: Node
    layer: Layer | None
    inputs: Tensors | None = None
    outputs: Tensors | None = None
    weights: tuple[Weight, ...] = ()

    @property
    def name(self) -> str:
        """Return the layer's full name."""
        return self.node.name

    @property
    def parameters(self) -> int | None:
        """Return the number of weights' elements, None while one is unknown."""
        return total(self.weights)


@dataclass(frozen=True, slots=True)
class Network:
    """The graph with shapes: what is compiled, summarized and checked further.

    Attributes:
        graph: the nodes as they are connected.
        nodes: in the order of the flow.
        by_name: the nodes by their full names.
        inputs: those through which data enters, in the order of the text.
        sources: where each output comes from, by the output's name.
    """

    graph: Graph
    nodes: tuple[ResolvedNode, ...]
    by_name: Mapping[str, ResolvedNode] = field(init=False)
    inputs: tuple[ResolvedNode, ...] = field(init=False)
    sources: Mapping[str, Source] = field(init=False)

    def __post_init__(self) -> None:
        # Worked out once: rules ask for each of them at every node.
        sources = {one.name: one.source for one in reversed(self.graph.outputs)}
        object.__setattr__(self, "sources", sources)
        object.__setattr__(self, "by_name", {node.name: node for node in self.nodes})
        object.__setattr__(self, "inputs", tuple(filter(takes_data, self.nodes)))

    def output(self, name: str) -> Tensor | None:
        """Return the tensor that leaves under an output's name; None while it is unknown."""
        source = self.sources[name]
        node = self.by_name.get(source.node)
        if node is None or node.outputs is None or source.index >= len(node.outputs):
            return None
        return node.outputs[source.index]


def takes_data(node: ResolvedNode) -> bool:
    """Tell whether data enters the network at a node."""
    return node.node.implied or (node.layer is not None and node.layer.required == 0)


def total(weights: tuple[Weight, ...], *, trainable: bool | None = None) -> int | None:
    """Return the number of elements of some weights, None while one is unknown."""
    chosen = [one.size for one in weights if trainable is None or one.trainable is trainable]
    known = [size for size in chosen if size is not None]
    return sum(known) if len(known) == len(chosen) else None
