"""Figures of the training in the target's own units: by what each one is multiplied."""

from collections.abc import Iterator

from nnspec.catalog.metrics import Metric
from nnspec.data import Preprocessing
from nnspec.network.network import Network
from nnspec.spec.training import TrainingSection, named_metrics


def log_factors(
    network: Network, training: TrainingSection, fitted: Preprocessing
) -> dict[str, float]:
    """Return, by the name of a figure in the logs, what turns it into the target's units.

    A metric that scales with a power of the target's unit is multiplied by that power of the
    target's standard deviation. Targets of several units with scales of their own have no such
    factor; their figures stay as they are.
    """
    factors: dict[str, float] = {}
    for output, logged, metric in metrics_by_output(network, training):
        target = fitted.targets.get(output)
        if target is not None and metric.power is not None and len(set(target.scale)) == 1:
            factors[logged] = target.scale[0] ** metric.power
    return factors


def logged_metrics(network: Network, training: TrainingSection) -> tuple[str, ...]:
    """Return the names of the metrics in the logs, in the order of the spec."""
    return tuple(logged for _, logged, _ in metrics_by_output(network, training))


def metrics_by_output(
    network: Network, training: TrainingSection
) -> Iterator[tuple[str, str, Metric]]:
    """Yield each metric with the output it measures and its name in the logs."""
    outputs = {output.name: output.source.node for output in network.graph.outputs}
    named = named_metrics(training.metrics)
    if not isinstance(named, dict):
        named = {next(iter(outputs)): named}
    for output, metrics in named.items():
        for metric in metrics:
            logged = str(getattr(metric, "name", metric.keras_name))
            yield output, f"{outputs[output]}_{logged}" if len(outputs) > 1 else logged, metric
