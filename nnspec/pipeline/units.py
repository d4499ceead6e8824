"""Figures of the training, under their names in the logs."""

from collections.abc import Iterator

from nnspec.catalog.metrics import Metric
from nnspec.network.network import Network
from nnspec.rules.figures import log_name
from nnspec.spec.training import TrainingSection, named_metrics


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
            logged = log_name(metric)
            yield output, f"{outputs[output]}_{logged}" if len(outputs) > 1 else logged, metric
