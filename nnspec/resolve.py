"""Shapes through the graph: what leaves every layer, what it weighs, and what cannot fit.

A layer whose input is unknown (the data has not been read, or a layer before was refused) is
passed over in silence: consequences of a first mistake are not reported.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from nnspec.catalog.beginnings import check_beginnings
from nnspec.catalog.layer import Layer, Tensors
from nnspec.catalog.ranked import RANKED
from nnspec.catalog.registry import find
from nnspec.diagnostics import Diagnostic, Findings, Related
from nnspec.graph import Graph, Node, Source, SubGraph
from nnspec.shapes import Shape, ShapeError, Tensor, Weight, elements, show
from nnspec.spec.model import RankDependent
from nnspec.validate.reader import Reader, Unreadable, Written

LARGEST_NETWORK = 2**34
"""Parameters; in float32 64 GiB for the weights alone, before gradients and optimizer."""
LARGEST_ROW = 2**32
"""Numbers in what leaves one layer for one row; in float32 16 GiB."""
QUOTED = 4
"""Feeding layers that a message names."""


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
            from nnspec.nested import nest  # noqa: PLC0415 - it resolves the model within by this

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


def total(weights: tuple[Weight, ...], *, trainable: bool | None = None) -> int | None:
    """Return the number of elements of some weights, None while one is unknown."""
    chosen = [one.size for one in weights if trainable is None or one.trainable is trainable]
    known = [size for size in chosen if size is not None]
    return sum(known) if len(known) == len(chosen) else None


def check_size(network: Network, findings: Findings) -> None:
    """Refuse a network that cannot fit into any memory, with the arithmetic shown."""
    for node in network.nodes:
        if finding := heavy_weight(node, network) or heavy_output(node):
            findings.append(finding)
            return
    everything = total(tuple(one for node in network.nodes for one in node.weights))
    if everything is not None and everything > LARGEST_NETWORK and network.nodes:
        largest = max(network.nodes, key=lambda node: node.parameters or 0)
        message = (
            f"the network would have {everything:,} parameters, {gigabytes(everything)}; "
            f"at most {LARGEST_NETWORK:,}. Most of them, {largest.parameters:,}, "
            f'are those of "{largest.name}"'
        )
        findings.add("L107", message, largest.node.origin.head)


def heavy_weight(node: ResolvedNode, network: Network) -> Diagnostic | None:
    """Return the finding for one array of weights that is too large."""
    for weight in node.weights:
        size = elements(weight.shape)
        if size is None or size <= LARGEST_NETWORK:
            continue
        layer = node.layer.keras_name if node.layer else node.name
        message = (
            f'{layer} "{node.name}" would have {times(weight.shape)} = {size:,} parameters in its '
            f"{weight.name}, {gigabytes(size)}; at most {LARGEST_NETWORK:,} parameters"
        )
        for source in node.node.sources[:1]:
            feeder = network.by_name[source.node]
            kind = feeder.layer.keras_name if feeder.layer else "the data's"
            message += f' (fed by {kind} "{feeder.name}")'
        argument = node.layer.shorthand if node.layer else None
        return Diagnostic("L107", message, node.node.origin.of(argument))
    return None


def heavy_output(node: ResolvedNode) -> Diagnostic | None:
    """Return the finding for a tensor of which not even one row fits."""
    for tensor in node.outputs or ():
        size = elements(tensor.shape[1:])
        if size is None or size <= LARGEST_ROW or node.node.implied:
            continue
        layer = node.layer.keras_name if node.layer else node.name
        message = (
            f'{layer} "{node.name}" would give {times(tensor.shape[1:])} = {size:,} numbers for '
            f"each row, {gigabytes(size)}; at most {LARGEST_ROW:,}"
        )
        argument = node.layer.shorthand if node.layer else None
        return Diagnostic("L107", message, node.node.origin.of(argument))
    return None


def times(shape: Shape) -> str:
    """Return a shape as a product."""
    return " x ".join(str(extent) for extent in shape)


def gigabytes(numbers: int) -> str:
    """Return the memory that numbers take, in words."""
    return f"{numbers * 4 / 2**30:,.0f} GiB in float32"
