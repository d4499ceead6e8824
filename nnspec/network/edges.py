"""Layers with their edges resolved: what the graph of a network is made of."""

from dataclasses import dataclass

from nnspec.catalog.layer import Layer  # noqa: TC001 - pydantic reads it, of models within
from nnspec.diagnostics import Span
from nnspec.spec.model import Origin, RankDependent
from nnspec.spec.part import Part


@dataclass(frozen=True, slots=True)
class Source:
    """One tensor: the node it leaves, and which of the node's tensors it is."""

    node: str
    index: int = 0


@dataclass(frozen=True, slots=True)
class Node:
    """A layer with its edges resolved.

    Attributes:
        layer: None where it was refused, or where `shares` names the layer that is applied again.
        sources: what feeds it, in the order of the layer's inputs.
        implied: whether it is an input that follows from the data and was not written.
        refused: whether its arguments, or the number or the names of its inputs, were refused.
    """

    name: str
    layer: "Layer | RankDependent | SubGraph | None"
    sources: tuple[Source, ...]
    origin: Origin
    shares: str | None = None
    implied: bool = False
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Output:
    """A tensor that leaves the network, under the name the spec lists it by."""

    name: str
    source: Source
    span: Span


@dataclass(frozen=True, slots=True)
class Graph:
    """The network: nodes in the order of the flow, inputs and outputs by name.

    `sound` is False where a name, a cycle or an arity was refused; the rest is still there, so
    that shapes can be checked as far as they go.
    """

    nodes: tuple[Node, ...]
    outputs: tuple[Output, ...]
    sound: bool = True
    applications: int = 0
    """Layers that are applied, those of models within at each application of the model."""

    @property
    def by_name(self) -> dict[str, Node]:
        """Return the nodes by their full names."""
        return {node.name: node for node in self.nodes}


@dataclass(frozen=True, slots=True)
class SubGraph:
    """The graph of a model within a model; its inputs by name, in order."""

    graph: Graph
    inputs: tuple[str, ...]
    trainable: bool
    part: Part | None = None
    """The finished run that it is taken from."""
