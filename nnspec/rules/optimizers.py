"""Floor 5: settings of the optimizer that do nothing, or do the same thing twice."""

from collections.abc import Iterator

from nnspec.diagnostics import Diagnostic
from nnspec.rules.case import Case
from nnspec.rules.rule import rule

PATH = ("training", "optimizer")


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
