"""What training adds to the Keras model: optimizer, losses and metrics by output, callbacks."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import keras

from nnspec.build.objects import build_object
from nnspec.catalog.callbacks import Callback, Monitoring
from nnspec.catalog.learning_rules import Mistakes
from nnspec.catalog.losses import Loss
from nnspec.catalog.metrics import Metric
from nnspec.catalog.optimizers import Optimizer
from nnspec.catalog.schedules import Schedule
from nnspec.data.fit.needs import losses_by_output
from nnspec.network.network import Network
from nnspec.rules.figures import VALIDATION, Direction, log_name
from nnspec.spec.training import TrainingSection, named_metrics


def compile_training(
    core: keras.Model,
    network: Network,
    training: TrainingSection,
    *,
    steps_per_epoch: int,
    metrics: Mapping[str, Sequence[Any]] | None = None,
) -> None:
    """Compile the core with the spec's optimizer, losses and metrics.

    Args:
        core: the functional model.
        network: says which of the core's outputs a name means.
        training: the training section.
        steps_per_epoch: batches in one pass, for schedules that count epochs.
        metrics: Keras metrics of each output, in the target's units; None: as the spec names
            them, of what the network sees.

    What XLA compiles is the engine's business, so Keras compiles nothing by itself. Under
    mixed_float16 it scales the loss by itself (Keras 3.15, keras/src/trainers/trainer.py, compile).
    """
    layers = {output.name: output.source.node for output in network.graph.outputs}
    core.compile(
        optimizer=build_object(in_steps(training.optimizer, steps_per_epoch)),
        loss=build_losses(training, layers),
        loss_weights=build_loss_weights(training, layers),
        metrics=build_metrics(training, layers) if metrics is None else by_layer(metrics, layers),
        jit_compile=False,
    )


def build_losses(training: TrainingSection, layers: dict[str, str]) -> object:
    """Return Keras' loss, or one per output; None for those that are not trained."""
    if isinstance(training.loss, Mistakes):
        # Of answers 0 and 1 it is the share of rows that are answered wrongly.
        return keras.losses.MeanAbsoluteError(name="mistakes")
    if not isinstance(training.loss, dict):
        return build_object(training.loss)
    return {
        layers.get(name, name): None if loss is None else build_object(loss)
        for name, loss in training.loss.items()
    }


def build_metrics(training: TrainingSection, layers: dict[str, str]) -> object:
    """Return Keras' metrics of each output; a list is that of the only one."""
    losses, named = losses_by_output(training, tuple(layers)), named_metrics(training.metrics)
    by_output = named if isinstance(named, dict) else dict.fromkeys(layers, named)
    return {
        layers.get(name, name): [build_metric(one, losses.get(name)) for one in some]
        for name, some in by_output.items()
    }


def build_metric(metric: Metric, loss: Loss | None) -> Any:  # noqa: ANN401 - a Keras metric, or its word
    """Return a Keras metric; of several labels Keras' word would look for the largest one."""
    if metric.keras_name == "accuracy" and loss is not None and loss.task == "binary":
        return keras.metrics.BinaryAccuracy(name="accuracy")
    return build_object(metric)


def by_layer(metrics: Mapping[str, Sequence[Any]], layers: dict[str, str]) -> object:
    """Return the metrics of each output by the name that Keras knows it by."""
    return {layers[name]: list(some) for name, some in metrics.items()}


def in_steps(optimizer: Optimizer, steps_per_epoch: int) -> Optimizer:
    """Return the optimizer with a schedule that counts steps, as Keras' do."""
    rate = getattr(optimizer, "learning_rate", None)
    if not isinstance(rate, Schedule):
        return optimizer
    return optimizer.model_copy(update={"learning_rate": rate.in_steps(steps_per_epoch)})


def build_loss_weights(
    training: TrainingSection, layers: dict[str, str]
) -> dict[str, float] | None:
    """Return the factor on each output's loss, which Keras wants for all or for none."""
    if training.loss_weights is None:
        return None
    return {layer: training.loss_weights.get(name, 1.0) for name, layer in layers.items()}


def build_callbacks(training: TrainingSection) -> list[keras.callbacks.Callback]:
    """Return the spec's callbacks.

    Each is told which way its figure is better: of several outputs' figures Keras cannot tell.
    """
    return [build_object(with_mode(callback, training)) for callback in training.callbacks]


def with_mode(callback: Callback, training: TrainingSection) -> Callback:
    """Return a callback that knows whether the figure it watches is to be small or large."""
    if not isinstance(callback, Monitoring) or callback.mode != "auto":
        return callback
    better = better_way(callback.monitor.removeprefix(VALIDATION), training)
    return callback.model_copy(update={"mode": better}) if better else callback


def better_way(figure: str, training: TrainingSection) -> Direction:
    """Return which way a figure, as the logs call it, is better; None where nobody knows."""
    metrics = named_metrics(training.metrics)
    every = chain(*metrics.values()) if isinstance(metrics, dict) else metrics
    named = {log_name(metric): metric.direction for metric in every}
    # Of mean_error and error, which both end figures, the longer name is meant.
    for name in sorted(named, key=len, reverse=True):
        if figure == name or figure.endswith(f"_{name}"):
            return named[name]
    own = training.rule.logs if training.rule else ()
    return "min" if figure in {"loss", *own} or figure.endswith("_loss") else None
