"""A model within a model as one layer: its shapes and weights are those of its own network.

It is resolved by itself first, so that its mistakes are reported at its own layers; each
application then asks what leaves it for the tensors that it is given.
"""

from collections.abc import Sequence
from dataclasses import replace

from pydantic import ConfigDict, SkipValidation

from nnspec.catalog.layer import Layer, Tensors, as_trained
from nnspec.diagnostics import Findings
from nnspec.graph import SubGraph
from nnspec.resolve import Network, resolve
from nnspec.shapes import ShapeError, Tensor, Weight, show


class Nested(Layer, abstract=True):
    """A model used as a layer."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    keras_name = "Functional"

    network: SkipValidation[Network]
    """Its layers, with shapes."""
    names: tuple[str, ...]
    """Its inputs, in order."""

    def call_arguments(
        self, tensors: Sequence[object]
    ) -> tuple[tuple[object, ...], dict[str, object]]:
        """Return one tensor as it is, several as a list."""
        return (tensors[0] if len(tensors) == 1 else list(tensors),), {}

    def infer_tensors(self, inputs: Tensors) -> Tensors:
        """Return the model's outputs for these inputs, in order."""
        findings = Findings()
        network, given = self.network, self.fit(inputs)
        if any(network.by_name[name].outputs != (tensor,) for name, tensor in given.items()):
            network = resolve(network.graph, given, findings, known=network)
        for one in findings.errors:
            raise ShapeError(one.code, one.message)
        found = (network.output(output.name) for output in network.graph.outputs)
        return tuple(one for one in found if one is not None)

    def fit(self, inputs: Tensors) -> dict[str, Tensor]:
        """Return what enters by the name of the input (G301, G302, G307 if it does not fit)."""
        given: dict[str, Tensor] = {}
        for name, tensor in zip(self.names, inputs, strict=True):
            (declared,) = self.network.by_name[name].outputs or (tensor,)
            if tensor.rank != declared.rank:
                message = (
                    f'the input "{name}" of the model is of rank {declared.rank} (batch included); '
                    f"got rank {tensor.rank}, shape {show(tensor.shape)}"
                )
                raise ShapeError("G301", message)
            axes = zip(tensor.shape[1:], declared.shape[1:], strict=True)
            if any(one != other and None not in (one, other) for one, other in axes):
                message = f'the input "{name}" of the model is {show(declared.shape)}'
                raise ShapeError("G302", f"{message}; got {show(tensor.shape)}")
            if "text" in (tensor.element, declared.element) and tensor.element != declared.element:
                message = f'the input "{name}" of the model takes {declared.element} elements'
                raise ShapeError("G307", f"{message}; got {tensor.element}")
            # Keras turns what enters a model into the type that its Input declares.
            given[name] = replace(tensor, element=declared.element)
        return given

    def infer_weights(self, inputs: Tensors) -> tuple[Weight, ...]:
        """Return the weights of all layers, named after them; they do not depend on the inputs."""
        del inputs
        found = (
            replace(weight, name=f"{node.name}/{weight.name}")
            for node in self.network.nodes
            for weight in (as_trained(node.layer, node.weights) if node.layer else ())
        )
        return as_trained(self, tuple(found))

    def infer_operations(self, inputs: Tensors) -> int | None:
        """Return the operations of all layers."""
        del inputs
        counts = [
            node.layer.infer_operations(node.inputs)
            for node in self.network.nodes
            if node.layer is not None and node.inputs is not None
        ]
        known = [count for count in counts if count is not None]
        return sum(known) if len(known) == len(counts) else None


def nest(part: SubGraph, inputs: Tensors | None, findings: Findings) -> Nested | None:
    """Return the layer for a model within; None where something in it was refused.

    Args:
        part: the graph of the model.
        inputs: what it is given where it is applied first; None while that is unknown.
        findings: takes what does not fit inside.
    """
    before = len(findings.errors)
    known = inputs is not None and len(inputs) == len(part.inputs)
    tensors = dict(zip(part.inputs, inputs or (), strict=True)) if known else {}
    network = resolve(part.graph, tensors, findings)
    if before < len(findings.errors) or not part.graph.sound:
        return None
    return Nested(network=network, names=part.inputs, trainable=part.trainable)
