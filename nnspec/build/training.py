"""What training adds to the Keras model: optimizer, losses and metrics by output, callbacks."""

import keras

from nnspec.build.objects import build_object
from nnspec.catalog.optimizers import Optimizer
from nnspec.catalog.schedules import Schedule
from nnspec.network.network import Network
from nnspec.spec.training import TrainingSection, named_metrics


def compile_training(
    core: keras.Model,
    network: Network,
    training: TrainingSection,
    *,
    policy: str,
    steps_per_epoch: int,
) -> None:
    """Compile the core with the spec's optimizer, losses and metrics.

    Args:
        core: the functional model.
        network: says which of the core's outputs a name means.
        training: the training section.
        policy: dtype policy of the core.
        steps_per_epoch: batches in one pass, for schedules that count epochs.

    What XLA compiles is the engine's business, so Keras compiles nothing by itself.
    """
    layers = {output.name: output.source.node for output in network.graph.outputs}
    core.compile(
        optimizer=build_object(in_steps(training.optimizer, steps_per_epoch)),
        loss=build_losses(training, layers),
        loss_weights=build_loss_weights(training, layers),
        metrics=build_metrics(training, layers),
        jit_compile=False,
    )
    if policy == "mixed_float16":
        core.optimizer = keras.optimizers.LossScaleOptimizer(core.optimizer)


def build_losses(training: TrainingSection, layers: dict[str, str]) -> object:
    """Return Keras' loss, or one per output; None for those that are not trained."""
    if not isinstance(training.loss, dict):
        return build_object(training.loss)
    return {
        layers.get(name, name): None if loss is None else build_object(loss)
        for name, loss in training.loss.items()
    }


def build_metrics(training: TrainingSection, layers: dict[str, str]) -> object:
    """Return Keras' metrics, or those of each output."""
    named = named_metrics(training.metrics)
    if not isinstance(named, dict):
        return [build_object(metric) for metric in named]
    return {
        layers.get(name, name): [build_object(metric) for metric in metrics]
        for name, metrics in named.items()
    }


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
    """Return the spec's callbacks."""
    return [build_object(callback) for callback in training.callbacks]
