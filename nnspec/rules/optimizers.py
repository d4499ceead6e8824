"""Floor 5: settings of the optimizer that do nothing, or do the same thing twice."""

from collections.abc import Iterator

from nnspec.diagnostics import Diagnostic, Related
from nnspec.rules.case import Case
from nnspec.rules.rates import highest
from nnspec.rules.rule import rule

PATH = ("training", "optimizer")
MOST_DECAY = 0.1
"""Share of each weight that a step may take away."""


@rule("T122")
def check_effects(case: Case) -> Iterator[Diagnostic]:
    """Find settings that need another one to have an effect."""
    if case.training is None:
        return
    optimizer = case.training.optimizer
    momentum = getattr(optimizer, "momentum", None)
    if getattr(optimizer, "nesterov", False) and momentum == 0:
        message = "nesterov: true has no effect with momentum 0"
        hint = "add momentum: 0.9"
        yield Diagnostic("T122", message, case.place(*PATH, "nesterov"), hint)
    # A default says nothing: `nnspec render` writes all of them.
    defaults = type(optimizer).model_fields
    for name in ("ema_momentum", "ema_overwrite_frequency"):
        if getattr(optimizer, name) != defaults[name].default and not optimizer.use_ema:
            message = f"{name} has no effect without use_ema: true"
            yield Diagnostic("T122", message, case.place(*PATH, name), "add use_ema: true")


@rule("T123")
def check_memory(case: Case) -> Iterator[Diagnostic]:
    """Find running means that never forget."""
    if case.training is None:
        return
    optimizer = case.training.optimizer
    for name in ("momentum", "ema_momentum"):
        if getattr(optimizer, name, None) == 1:
            message = f"{name}: 1 never forgets a step, and never takes in a new value evenly"
            hint = f"write {name}: {0.99 if name == 'ema_momentum' else 0.9}"
            yield Diagnostic("T123", message, case.place(*PATH, name), hint)


@rule("T133")
def check_tables(case: Case) -> Iterator[Diagnostic]:
    """Find a factor on the loss whose gradients no table takes.

    Source: Keras 3.15, keras/src/optimizers/base_optimizer.py, apply: gradients are divided by it.
    """
    factor = case.training.optimizer.loss_scale_factor if case.training else None
    for node in case.layers("Embedding", "ReversibleEmbedding"):
        if factor and node.layer is not None and node.layer.trainable:
            message = (
                f"loss_scale_factor divides gradients, which {node.name} has for some rows only"
            )
            also = (Related("the table is here", node.node.origin.head),)
            place = case.place(*PATH, "loss_scale_factor")
            yield Diagnostic("T133", message, place, "remove loss_scale_factor", also)
            return


@rule("T134")
def check_gathering(case: Case) -> Iterator[Diagnostic]:
    """Find gradients that are gathered for longer than the training lasts."""
    if case.training is None or case.steps is None:
        return
    gathered, steps = case.training.optimizer.gradient_accumulation_steps, case.steps
    if gathered and gathered > steps * case.training.epochs:
        trained = f"{steps * case.training.epochs:,} steps"
        message = f"gradients are gathered over {gathered:,} steps; the training has {trained}"
        also = case.also("the epochs are here", "training", "epochs")
        place = case.place(*PATH, "gradient_accumulation_steps")
        yield Diagnostic("T134", message, place, "write gradient_accumulation_steps: 4", also)


@rule("T135")
def check_decay(case: Case) -> Iterator[Diagnostic]:
    """Find decay that takes away more than the gradients bring.

    Source: Keras 3.15, keras/src/optimizers/base_optimizer.py, _apply_weight_decay.
    """
    optimizer = case.training.optimizer if case.training else None
    decay = optimizer.weight_decay if optimizer else None
    if optimizer is None or not decay:
        return
    share = decay * highest(optimizer.learning_rate)
    if share >= MOST_DECAY:
        message = (
            f"weight_decay {decay:g} at a learning rate of {highest(optimizer.learning_rate):g} "
            f"takes {share:.0%} of each weight away in every step"
        )
        yield Diagnostic("T135", message, case.place(*PATH, "weight_decay"), "try 0.01")


@rule("T123")
def check_epsilon(case: Case) -> Iterator[Diagnostic]:
    """Find a smallest divisor that is larger than the gradients it is there for."""
    optimizer = case.training.optimizer if case.training else None
    epsilon = getattr(optimizer, "epsilon", None)
    if isinstance(epsilon, float) and epsilon > 1:
        message = f"epsilon {epsilon:g} outweighs the gradients that it is added to: steps are tiny"
        yield Diagnostic("T123", message, case.place(*PATH, "epsilon"), "write epsilon: 1e-7")


@rule("P114")
def check_two_penalties(case: Case) -> Iterator[Diagnostic]:
    """Find weight decay beside penalties on the weights."""
    if case.training is None or not case.training.optimizer.weight_decay:
        return
    for node in case.network.nodes:
        regularizer = getattr(node.layer, "kernel_regularizer", None)
        if regularizer is not None and regularizer.keras_name in {"L2", "L1L2"}:
            message = "the weights are kept small twice: by weight_decay and by L2"
            also = case.also("weight_decay is here", *PATH, "weight_decay")
            span = node.node.origin.of("kernel_regularizer")
            yield Diagnostic("P114", message, span, "keep one of them", also)
            return


@rule("T125")
def check_smoothing(case: Case) -> Iterator[Diagnostic]:
    """Find targets that are softened until they say little or nothing."""
    for head in case.trained:
        share = getattr(head.loss, "label_smoothing", 0.0)
        if share >= 0.5:  # noqa: PLR2004 - half of the target
            message = f"label_smoothing {share:g} leaves {1 - share:.0%} of the target"
            place = case.place(*head.loss_path, "label_smoothing")
            yield Diagnostic("T125", message, place, "write label_smoothing: 0.1")
