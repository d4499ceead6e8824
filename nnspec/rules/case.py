"""Floor 5: what rules look at: spec and network, with the facts that several rules need."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import ceil, floor

from nnspec.diagnostics import Diagnostic, Path, Related, Span
from nnspec.network.edges import Output
from nnspec.network.network import Network, ResolvedNode
from nnspec.network.resolve import with_uses
from nnspec.rules.head import Head, find_head
from nnspec.rules.kinds import inner
from nnspec.rules.task import Task, has_numbers, task_of
from nnspec.spec.builtin import bundled_set, known_classes
from nnspec.spec.spec import Spec
from nnspec.spec.training import Metrics, TrainingSection, named_metrics


@dataclass(frozen=True)
class Case:
    """A spec and its network; facts are found once, when first asked for.

    Attributes:
        counts: with open data, how many whole numbers an input holds, counted from 0.
        within: whether the network is a model within a model, which has no heads of its own.
    """

    spec: Spec
    network: Network
    counts: Mapping[str, int] = field(default_factory=dict)
    within: bool = False

    def place(self, *path: str | int) -> Span | None:
        """Return the place of a value of the spec, or of the nearest one around it."""
        return self.spec.positions.find(path)

    def also(self, message: str, *path: str | int) -> tuple[Related, ...]:
        """Return a second place to show, none where it was not written."""
        span = self.place(*path)
        return (Related(message, span),) if span else ()

    @property
    def training(self) -> TrainingSection | None:
        """Return the training section."""
        return self.spec.training

    @property
    def by_rule(self) -> bool:
        """Return whether a learning rule trains, and no gradient is followed."""
        return self.spec.training is not None and self.spec.training.rule is not None

    @cached_property
    def metrics(self) -> Metrics:
        """Return the metrics by the names of their figures."""
        return named_metrics(self.training.metrics) if self.training else []

    @cached_property
    def heads(self) -> tuple[Head, ...]:
        """Return the end of the network at each output."""
        outputs = () if self.within else self.network.graph.outputs
        return tuple(self.head(output) for output in outputs)

    @cached_property
    def trained(self) -> tuple[Head, ...]:
        """Return the outputs that have a loss."""
        return tuple(head for head in self.heads if head.loss is not None)

    @cached_property
    def outputs(self) -> tuple[str, ...]:
        """Return the names of the outputs."""
        return tuple(output.name for output in self.network.graph.outputs)

    def head(self, output: Output) -> Head:
        """Return one output with its loss and metrics."""
        head = find_head(self.network, output)
        training = self.training
        if training is None:
            return head
        path: Path = ("training", "rule" if training.rule else "loss")
        written = training.loss
        path = (*path, output.name) if isinstance(written, dict) else path
        # One loss for several outputs is refused by itself; what it means for each is unknown.
        alone = None if isinstance(written, dict) or len(self.outputs) > 1 else written
        loss = written.get(output.name) if isinstance(written, dict) else alone
        place: Path = ("training", "metrics")
        metrics = self.metrics
        if isinstance(metrics, dict):
            place, metrics = (*place, output.name), metrics.get(output.name, [])
        elif len(self.outputs) > 1:
            metrics = []
        placed = tuple((metric, (*place, index)) for index, metric in enumerate(metrics))
        return head.with_training(loss, path, placed)

    def task(self, head: Head) -> Task | None:
        """Return what an output learns, None while it cannot be known."""
        return task_of(head.loss, self.spec.data, head.units)

    def misses_target(self, head: Head) -> bool:
        """Return whether a loss is of another task than its target, which has its own finding."""
        data, task = self.spec.data, self.task(head)
        if data is None or task not in {"binary", "multiclass"}:
            return False
        several = (known_classes(data, head.name) or 0) > 2  # noqa: PLR2004 - binary
        return has_numbers(data, head.name) or (task == "binary" and several)

    @cached_property
    def consumers(self) -> Mapping[str, tuple[ResolvedNode, ...]]:
        """Return the layers that each layer feeds."""
        fed: dict[str, list[ResolvedNode]] = {node.name: [] for node in self.network.nodes}
        for node in self.network.nodes:
            for name in dict.fromkeys(source.node for source in node.node.sources):
                if name in fed:
                    fed[name].append(node)
        return {name: tuple(nodes) for name, nodes in fed.items()}

    @cached_property
    def ends(self) -> frozenset[str]:
        """Return the names of the layers that are outputs."""
        return frozenset(output.source.node for output in self.network.graph.outputs)

    def feeder(self, node: ResolvedNode) -> ResolvedNode | None:
        """Return the only layer that feeds a layer, None where there are several or none."""
        if len(node.node.sources) != 1:
            return None
        return self.network.by_name.get(node.node.sources[0].node)

    def follower(self, node: ResolvedNode) -> ResolvedNode | None:
        """Return the only layer that a layer feeds, None where it is read elsewhere too."""
        fed = self.consumers[node.name]
        return fed[0] if len(fed) == 1 and node.name not in self.ends else None

    def layers(self, *names: str) -> Iterator[ResolvedNode]:
        """Give the nodes whose layer, inside a wrapper too, has one of these names."""
        for node in self.network.nodes:
            if node.layer is not None and inner(node.layer).keras_name in names:
                yield node

    @cached_property
    def rows(self) -> int | None:
        """Return the number of training rows, None where only the data tells."""
        data = self.spec.data
        known = bundled_set(data) if data else None
        if data is None or known is None or data.window is not None:
            return None
        kept_back = (data.split.validation, data.split.test)
        left = known.rows - sum(floor(known.rows * share + 0.5) for share in kept_back)
        return left if left > 0 else None

    @cached_property
    def steps(self) -> int | None:
        """Return the number of steps in an epoch, None where only the data tells."""
        if self.rows is None or self.training is None:
            return None
        return max(ceil(self.rows / self.training.batch_size), 1)

    @cached_property
    def complete(self) -> bool:
        """Return whether the shapes of all layers are known."""
        return all(node.outputs is not None for node in self.network.nodes)


def at(
    node: ResolvedNode,
    code: str,
    message: str,
    argument: str | None = None,
    *,
    hint: str | None = None,
) -> Diagnostic:
    """Return a finding at a layer's argument, or at the layer where that was not written."""
    span = node.node.origin.of(argument)
    return with_uses(Diagnostic(code, message, span, hint), node.node)
