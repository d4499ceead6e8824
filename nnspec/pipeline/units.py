"""Figures of the training in the target's own units: by what each one is multiplied."""

from collections.abc import Iterator, Mapping

from nnspec.catalog.metrics import Metric
from nnspec.data import Preprocessing
from nnspec.resolve import Network
from nnspec.spec.training import TrainingSection


def log_factors(
    network: Network, training: TrainingSection, fitted: Preprocessing
) -> dict[str, float]:
    """Return, by the name of a figure in the logs, what turns it into the target's units.

    A metric that scales with a power of the target's unit is multiplied by that power of the
    target's standard deviation. Targets of several units with scales of their own have no such
    factor; their figures stay as they are.
    """
    outputs = {output.name: output.source.node for output in network.graph.outputs}
    several = len(outputs) > 1
    factors: dict[str, float] = {}
    for name, metric in metrics_by_output(training, tuple(outputs)):
        target = fitted.targets.get(name)
        if target is None or metric.power is None or len(set(target.scale)) != 1:
            continue
        logged = str(getattr(metric, "name", metric.keras_name))
        key = f"{outputs[name]}_{logged}" if several else logged
        factors[key] = target.scale[0] ** metric.power
    return factors


def metrics_by_output(
    training: TrainingSection, outputs: tuple[str, ...]
) -> Iterator[tuple[str, Metric]]:
    """Yield each metric with the output it measures."""
    named: Mapping[str, list[Metric]] = (
        training.metrics if isinstance(training.metrics, dict) else {outputs[0]: training.metrics}
    )
    for name, metrics in named.items():
        for metric in metrics:
            yield name, metric
