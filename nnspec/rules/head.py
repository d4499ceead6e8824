"""Floor 5: the end of the network at one output: its last function, its units, its loss."""

from dataclasses import dataclass, field, replace

from nnspec.catalog.losses import Loss
from nnspec.catalog.metrics import Metric
from nnspec.diagnostics import Path, Span
from nnspec.network.edges import Output
from nnspec.network.network import Network, ResolvedNode
from nnspec.network.resolve import Nested
from nnspec.rules.kinds import (
    SAME_SHAPE,
    SHARING,
    TRANSPARENT,
    Range,
    argument,
    axis_of,
    function_of,
    inner,
    is_function,
    range_of,
)
from nnspec.shapes import Tensor


@dataclass(frozen=True, slots=True)
class Head:
    """One output of the network.

    Attributes:
        name: the output's name.
        layer: name of the layer that the output leaves, as logs call it.
        tensor: what leaves; None while it is unknown.
        behind: layers between the one that computes and the output, last first.
        node: the layer that applies the last function; None where there is none to name.
        function: name of that function; None where it is unknown.
        written: units as the layer that computes has them, for shapes that follow from the data.
        loss: None where the output is not trained.
        metrics: what is measured on it, with places.
    """

    name: str
    layer: str
    span: Span
    tensor: Tensor | None = None
    behind: tuple[ResolvedNode, ...] = ()
    node: ResolvedNode | None = None
    function: str | None = None
    written: int | None = None
    loss: Loss | None = None
    loss_path: Path = ()
    metrics: tuple[tuple[Metric, Path], ...] = field(default=())

    @property
    def units(self) -> int | None:
        """Return the length of the last axis, None while it is unknown."""
        if self.tensor is None:
            return self.written
        return self.tensor.shape[-1] if self.tensor.rank > 1 else None

    @property
    def gives(self) -> Range | None:
        """Return what kind of numbers leave, None where it is unknown."""
        return None if self.function is None else range_of(self.function)

    @property
    def shares_alone(self) -> bool:
        """Return whether a unit shares a sum of 1 with no other, so that it is always the same."""
        outputs = self.node.outputs if self.node else ()
        units = outputs[0].shape[-1] if outputs else self.units
        return self.function in SHARING and units == 1

    @property
    def from_logits(self) -> bool:
        """Return whether the loss is told that it gets scores."""
        return bool(getattr(self.loss, "from_logits", False))

    @property
    def place(self) -> Span:
        """Return the place of the last function, of the layer where that was not written."""
        return self.node.node.origin.of("activation") if self.node else self.span

    def with_training(
        self, loss: Loss | None, path: Path, metrics: tuple[tuple[Metric, Path], ...]
    ) -> "Head":
        """Return the head with what trains it."""
        return replace(self, loss=loss, loss_path=path, metrics=metrics)


def find_head(network: Network, output: Output) -> Head:
    """Return the end of the network at an output.

    From the output back, layers that hand values on are passed by, until one applies a function.
    """
    node = network.by_name.get(output.source.node)
    span = node.node.origin.head if node else output.span
    within = node.layer.network if node and isinstance(node.layer, Nested) else None
    # Of what was refused within, outputs may be missing.
    if within is not None and output.source.index < len(within.graph.outputs):
        found = find_head(within, within.graph.outputs[output.source.index])
        tensor = network.output(output.name)
        return replace(found, name=output.name, layer=output.source.node, tensor=tensor)
    head = Head(output.name, output.source.node, span, network.output(output.name))
    behind: list[ResolvedNode] = []
    index = output.source.index
    while node is not None and node.layer is not None and index == 0:
        function = function_of(node.layer)
        passing = node.layer.keras_name in TRANSPARENT
        if function is not None and not (is_function(node.layer) and function == "linear"):
            along = axis_of(node.layer) in (-1, (-1,))
            head = replace(head, node=node, function=function if along else None)
            head = replace(head, written=find_units(network, head, behind))
            break
        if (not passing and function is None) or len(node.node.sources) != 1:
            break
        behind.append(node)
        index = node.node.sources[0].index
        node = network.by_name.get(node.node.sources[0].node)
    return replace(head, behind=tuple(behind))


def find_units(network: Network, head: Head, behind: list[ResolvedNode]) -> int | None:
    """Return the units of a head as they are written, None where layers behind it move them."""
    moved = any(one.layer and one.layer.keras_name not in SAME_SHAPE for one in behind)
    node = head.node
    while node is not None and node.layer is not None and not moved:
        layer = inner(node.layer)
        for name in ("units", "filters"):
            written = argument(layer, name)
            if isinstance(written, int):
                return written
        if layer.keras_name not in SAME_SHAPE or len(node.node.sources) != 1:
            break
        node = network.by_name.get(node.node.sources[0].node)
    return None
