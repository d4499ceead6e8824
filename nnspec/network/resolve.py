"""Shapes through the graph: what leaves every layer, what it weighs, and what cannot fit.

A layer whose input is unknown (the data has not been read, or a layer before was refused) is
passed over in silence: consequences of a first mistake are not reported.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pydantic import ConfigDict, PrivateAttr, SkipValidation

from nnspec.catalog.layer import Layer, Tensors, as_trained
from nnspec.catalog.ranked import RANKED
from nnspec.catalog.registry import find
from nnspec.catalog.weight_settings import check_beginnings
from nnspec.diagnostics import Diagnostic, Findings, Related
from nnspec.network.edges import Graph, Node, SubGraph
from nnspec.network.network import Network, ResolvedNode
from nnspec.network.sizes import check_size
from nnspec.reading.reader import Reader, Unreadable
from nnspec.reading.written import Written
from nnspec.shapes import ShapeError, Tensor, Weight, show
from nnspec.spec.model import RankDependent

QUOTED = 4
"""Feeding layers that a message names."""


def resolve(
    graph: Graph,
    inputs: Mapping[str, Tensor | None],
    findings: Findings,
    *,
    known: Network | None = None,
) -> Network:
    """Return the network of a graph; shapes that do not fit are recorded.

    Args:
        graph: nodes in the order of the flow.
        inputs: the data's tensors by network input; None where they are not known yet.
        findings: takes shape errors, each at the argument that must change.
        known: the same graph resolved before: its layers are applied again, and the inputs take
            the place of what its Input layers declare.
    """
    resolver = Resolver(inputs, findings, known)
    for node in graph.nodes:
        resolver.done[node.name] = resolver.resolve(node)
    network = Network(graph, tuple(resolver.done.values()))
    check_size(network, findings)
    return network


@dataclass(slots=True)
class Resolver:
    """Carries what is known from node to node."""

    inputs: Mapping[str, Tensor | None]
    findings: Findings
    known: Network | None = None
    done: dict[str, ResolvedNode] = field(default_factory=dict)

    def resolve(self, node: Node) -> ResolvedNode:
        """Return one node with its shapes."""
        if node.implied:
            tensor = self.inputs.get(node.name)
            return ResolvedNode(node, None, (), (tensor,) if tensor else None)
        again = self.known.by_name.get(node.name) if self.known else None
        if again and not node.sources and (tensor := self.inputs.get(node.name)):
            return ResolvedNode(node, again.layer, (), (tensor,))
        inputs = self.gather(node)
        shared = self.done.get(node.shares) if node.shares else None
        owner = shared or again
        layer = owner.layer if owner else self.decide(node, inputs)
        if layer is None or inputs is None or node.refused:
            return ResolvedNode(node, layer)
        if not inputs and layer.required:
            self.report(node, layer, ShapeError("G202", "takes an input; got none"))
            return ResolvedNode(node, layer)
        try:
            outputs = layer.infer_tensors(inputs)
            weights = layer.infer_weights(inputs)
            check_beginnings(layer, weights, outputs)
        except ShapeError as error:
            self.report(node, layer, error)
            return ResolvedNode(node, layer, inputs)
        if isinstance(layer, Nested) and len(outputs) < len(layer.network.graph.outputs):
            return ResolvedNode(node, layer, inputs)
        if shared:
            self.check_shared(node, shared, weights)
            weights = ()
        return ResolvedNode(node, layer, inputs, outputs, weights)

    def gather(self, node: Node) -> Tensors | None:
        """Return the tensors that enter a node; None while one is unknown."""
        found: list[Tensor] = []
        for source in node.sources:
            feeding = self.done.get(source.node)
            if feeding is None or feeding.outputs is None:
                return None
            if source.index >= len(feeding.outputs):
                message = (
                    f"{source.node} gives {len(feeding.outputs)} tensor(s), "
                    f"counted from 0; there is no {source.node}.{source.index}"
                )
                span = node.origin.wiring.get("inputs", node.origin.head)
                self.findings.add("G101", message, span)
                return None
            found.append(feeding.outputs[source.index])
        return tuple(found)

    def decide(self, node: Node, inputs: Tensors | None) -> Layer | None:
        """Return the node's layer; a short name becomes the layer of its input's rank."""
        if isinstance(node.layer, SubGraph):
            return nest(node.layer, inputs, self.findings)
        if not isinstance(node.layer, RankDependent):
            return node.layer
        if not inputs:
            return None
        choices = RANKED[node.layer.short]
        name = choices.get(inputs[0].rank)
        if name is None:
            ranks = ", ".join(f"{rank} ({choice})" for rank, choice in choices.items())
            message = (
                f"{node.layer.short} takes an input of rank {ranks}, batch included; "
                f"got rank {inputs[0].rank}, shape {show(inputs[0].shape)}"
            )
            self.findings.append(with_uses(Diagnostic("G301", message, node.layer.span), node))
            return None
        return self.read(node, node.layer, name)

    def read(self, node: Node, pending: RankDependent, name: str) -> Layer | None:
        """Return the layer that a short name turned out to be."""
        kind = find("layers", name)
        assert kind is not None
        reader = Reader()
        made = reader.read_arguments(kind, Written(name, pending.span, pending.arguments))
        self.findings.extend(with_uses(one, node) for one in reader.findings)
        return None if isinstance(made, Unreadable) or not isinstance(made, Layer) else made

    def report(self, node: Node, layer: Layer, error: ShapeError) -> None:
        """Record a shape error at the argument that must change."""
        message = error.message
        feeding = [
            f'"{source.node}" of shape {show(tensor.shape)}'
            for source in node.sources
            for tensor in (self.done[source.node].outputs or ())[source.index : source.index + 1]
        ]
        more = f" and {len(feeding) - QUOTED} more" if len(feeding) > QUOTED else ""
        if feeding:
            message = f'{message} (layer "{node.name}", fed by {", ".join(feeding[:QUOTED])}{more})'
        span = node.origin.of(error.field)
        if error.field is None and isinstance(layer, Layer) and error.code in {"G202", "G302"}:
            span = node.origin.wiring.get("inputs", span)
        related = tuple(
            Related(f'"{source.node}" is here', feeder.node.origin.head)
            for source in node.sources[:QUOTED]
            if not (feeder := self.done[source.node]).node.implied
        )
        hint = error.hint or self.remedy(node, error) or self.add_axis(node, layer, error)
        finding = Diagnostic(error.code, message, span, hint, related)
        self.findings.append(with_uses(finding, node))

    def remedy(self, node: Node, error: ShapeError) -> str | None:
        """Return what to write where a recurrent layer before gave its last step only."""
        feeding = self.done.get(node.sources[0].node) if node.sources else None
        while error.code == "G301" and feeding is not None and feeding.layer is not None:
            inner = getattr(feeding.layer, "layer", feeding.layer)
            if getattr(inner, "return_sequences", None) is False:
                line = feeding.node.origin.head.start.line
                return f"add return_sequences: true to {inner.keras_name} in line {line}"
            if feeding.inputs is None or feeding.outputs is None or not feeding.node.sources:
                break
            if feeding.inputs[0].shape != feeding.outputs[0].shape:
                break
            feeding = self.done.get(feeding.node.sources[0].node)
        return None

    def add_axis(self, node: Node, layer: Layer, error: ShapeError) -> str | None:
        """Return what to write where only the last axis is missing: that of the channels."""
        if error.code != "G301" or not layer.ranks:
            return None
        first = node.sources[0]
        shape = (self.done[first.node].outputs or ())[first.index].shape
        if len(shape) + 1 != min(layer.ranks) or None in shape[1:]:
            return None
        lengths = ", ".join(map(str, (*shape[1:], 1)))
        return f"put Reshape: [{lengths}] before it, which adds an axis of one channel"

    def check_shared(self, node: Node, shared: ResolvedNode, weights: tuple[Weight, ...]) -> None:
        """Record a repeated application whose input would need other weights."""
        if shared.outputs is not None and weights != shared.weights:
            message = (
                f'"{node.name}" applies "{shared.name}" again, but its input would need weights '
                f"of {[weight.shape for weight in weights]}; "
                f"there are {[weight.shape for weight in shared.weights]}"
            )
            self.findings.add("G302", message, node.origin.head)


def with_uses(finding: Diagnostic, node: Node) -> Diagnostic:
    """Return a finding that also names where the block around it is used."""
    uses = tuple(Related("in a block used here", span) for span in node.origin.uses[:1])
    return replace(finding, related=(*finding.related, *uses))


class Nested(Layer, abstract=True):
    """A model used as a layer."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    keras_name = "Functional"

    network: SkipValidation[Network]
    """Its layers, with shapes."""
    names: tuple[str, ...]
    """Its inputs, in order."""
    _known: dict[Tensors, Tensors] = PrivateAttr(default_factory=dict)
    """Outputs by the inputs that were asked for: each use of a model asks again."""
    _operations: dict[None, int | None] = PrivateAttr(default_factory=dict)

    def call_arguments(
        self, tensors: Sequence[object]
    ) -> tuple[tuple[object, ...], dict[str, object]]:
        """Return one tensor as it is, several as a list."""
        return (tensors[0] if len(tensors) == 1 else list(tensors),), {}

    def infer_tensors(self, inputs: Tensors) -> Tensors:
        """Return the model's outputs for these inputs, in order."""
        if inputs not in self._known:
            self._known[inputs] = self.resolve_for(inputs)
        return self._known[inputs]

    def resolve_for(self, inputs: Tensors) -> Tensors:
        """Return the outputs for inputs that were not asked for before."""
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
        if None not in self._operations:
            counts = [
                node.layer.infer_operations(node.inputs)
                for node in self.network.nodes
                if node.layer is not None and node.inputs is not None
            ]
            known = [count for count in counts if count is not None]
            self._operations[None] = sum(known) if len(known) == len(counts) else None
        return self._operations[None]


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
