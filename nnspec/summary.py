"""The network as a table: layers, shapes, parameters, memory; known without Keras."""

from dataclasses import dataclass

from nnspec.catalog.layer import Layer
from nnspec.fill import show_source
from nnspec.resolve import Network, ResolvedNode, total
from nnspec.shapes import Shape, elements
from nnspec.spec.spec import Spec

BYTES = {"float16": 2, "bfloat16": 2, "float64": 8}
"""Bytes per number where it is not four."""


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One layer.

    Attributes:
        shape: shape that leaves it, batch first; None while it is unknown.
        parameters: number of its weights' elements; None while it is unknown.
        inputs: names of what feeds it.
    """

    layer: str
    name: str
    shape: Shape | None
    parameters: int | None
    inputs: tuple[str, ...]
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """The table and its totals; a total is None while one of its parts is unknown.

    Attributes:
        operations: multiplications and additions for one row, forward.
        memory: bytes of a training step: weights, gradients, optimizer state, activations.
    """

    name: str
    rows: tuple[SummaryRow, ...]
    parameters: int | None
    trainable: int | None
    operations: int | None
    memory: int | None
    batch_size: int


def summarize_network(spec: Spec, network: Network) -> Summary:
    """Return the summary of a resolved network."""
    weights = tuple(one for node in network.nodes for one in node.weights)
    known = all(node.outputs is not None for node in network.nodes)
    batch = spec.training.batch_size if spec.training else 1
    return Summary(
        spec.name,
        tuple(summarize_node(node) for node in network.nodes),
        total(weights) if known else None,
        total(weights, trainable=True) if known else None,
        count_operations(network) if known else None,
        estimate_memory(spec, network, batch) if known else None,
        batch,
    )


def summarize_node(node: ResolvedNode) -> SummaryRow:
    """Return one layer's row."""
    layer = node.layer.keras_name if node.layer else "Input" if node.node.implied else "?"
    shape = node.outputs[0].shape if node.outputs else None
    inputs = tuple(show_source(source) for source in node.node.sources)
    parameters = node.parameters if node.outputs is not None else None
    return SummaryRow(layer, node.name, shape, parameters, inputs, bool(node.node.shares))


def count_operations(network: Network) -> int | None:
    """Return multiplications and additions for one row, None while an axis is unknown."""
    counts = [
        node.layer.infer_operations(node.inputs)
        for node in network.nodes
        if isinstance(node.layer, Layer) and node.inputs
    ]
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def estimate_memory(spec: Spec, network: Network, batch: int) -> int | None:
    """Return the bytes of one training step; an estimate from below.

    Weights and gradients once each, the optimizer's slots per trainable weight, and what leaves
    each layer, kept for the backward pass.
    """
    weights = tuple(one for node in network.nodes for one in node.weights)
    everything, trainable = total(weights), total(weights, trainable=True)
    activations = [
        elements((batch, *tensor.shape[1:]))
        for node in network.nodes
        for tensor in node.outputs or ()
    ]
    if everything is None or trainable is None or any(one is None for one in activations):
        return None
    slots = getattr(spec.training.optimizer, "slots", 0) if spec.training else 0
    kept = sum(one for one in activations if one is not None)
    width = BYTES.get(spec.runtime.dtype_policy.removeprefix("mixed_"), 4)
    return 4 * (everything + trainable * (1 + slots)) + width * kept
