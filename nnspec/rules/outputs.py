"""Floor 5: settings that are keyed by outputs, against the outputs that there are."""

from collections.abc import Iterator, Mapping

from nnspec.diagnostics import Diagnostic
from nnspec.document import shorten
from nnspec.language.near_names import suggest_given
from nnspec.rules.case import Case
from nnspec.rules.head import Head
from nnspec.rules.rule import rule
from nnspec.shapes import show

ROWS_AND_UNITS = 2
"""Rank of an output without steps or pixels."""


def misnamed(
    case: Case, keyed: Mapping[str, object], code: str, *path: str | int
) -> Iterator[Diagnostic]:
    """Give a finding for each key that is no output."""
    if len(case.network.graph.outputs) < len(case.spec.model.outputs or ()):
        # An output that was refused may have had any name.
        return
    for name in keyed:
        if name not in case.outputs and not is_dead_end(case, name):
            outputs = ", ".join(case.outputs)
            message = f"{path[-1]} names {shorten(name)!r}, no output; the outputs are {outputs}"
            hint = suggest_given(name, case.outputs)
            yield Diagnostic(code, message, case.place(*path, name), hint)


def is_dead_end(case: Case, name: str) -> bool:
    """Return whether a layer that is no output feeds none either, which is told where it stands."""
    return name in case.network.by_name and not case.consumers[name]


@rule("M107")
def check_loss_keys(case: Case) -> Iterator[Diagnostic]:
    """Find losses of outputs that there are not."""
    if case.training and isinstance(case.training.loss, dict):
        yield from misnamed(case, case.training.loss, "M107", "training", "loss")


@rule("M108")
def check_losses(case: Case) -> Iterator[Diagnostic]:
    """Find outputs that no loss is named for."""
    if case.training is None or not case.outputs:
        return
    loss, place = case.training.loss, case.place("training", "loss")
    if ("training", "loss") not in case.spec.positions.spans:
        return
    if isinstance(loss, dict):
        # A misspelt name is reported as such; the output it meant is not missing then.
        misspelt = any(name not in case.outputs for name in loss)
        absent = [name for name in case.outputs if name not in loss and not misspelt]
        for name in absent:
            message = (
                f"the output {shorten(name)!r} has no loss; given: {', '.join(loss) or 'none'}"
            )
            yield Diagnostic("M108", message, place, f"add {name}: LOSS, or {name}: null")
        if not absent and not misspelt and not any(loss.values()):
            yield Diagnostic(
                "M108", "no output is trained: every loss is null", place, "name a loss"
            )
    elif len(case.outputs) > 1:
        message = (
            f"the model has {len(case.outputs)} outputs, {', '.join(case.outputs)}; "
            f"loss must name one for each, found {loss.keras_name} for all"
        )
        written = ", ".join(f"{name}: LOSS" for name in case.outputs)
        yield Diagnostic("M108", message, place, f"write loss: {{{written}}}")


@rule("M109")
def check_other_keys(case: Case) -> Iterator[Diagnostic]:
    """Find metrics, weights and targets of outputs that there are not."""
    training, data = case.training, case.spec.data
    if training and isinstance(training.metrics, dict):
        yield from misnamed(case, training.metrics, "M109", "training", "metrics")
    if training and training.loss_weights:
        yield from misnamed(case, training.loss_weights, "M109", "training", "loss_weights")
    if data and isinstance(data.target, dict):
        yield from misnamed(case, data.target, "M109", "data", "target")


@rule("M115")
def check_metric_list(case: Case) -> Iterator[Diagnostic]:
    """Find metrics that do not say which output they measure."""
    training = case.training
    if training and isinstance(training.metrics, list) and training.metrics:
        names = case.outputs
        if len(names) > 1:
            message = (
                f"the model has {len(names)} outputs, {', '.join(names)}; "
                "a list of metrics does not say which of them it measures"
            )
            hint = f"write metrics: {{{names[0]}: [...]}}"
            yield Diagnostic("M115", message, case.place("training", "metrics"), hint)


@rule("M116")
def check_class_weight(case: Case) -> Iterator[Diagnostic]:
    """Find weights of classes where there are none, or more than one output of them."""
    training = case.training
    if training is None or training.class_weight is None or not case.trained:
        return
    data = case.spec.data
    if data is not None and data.target is None and data.labels is not None:
        return  # what is named as labels was to be the target: T152 says so
    place = case.place("training", "class_weight")
    if len(case.outputs) > 1:
        message = (
            f"class_weight is for a model of one output; there are {len(case.outputs)}: "
            f"{', '.join(case.outputs)}"
        )
        hint = "weigh rows with data.sample_weight, or outputs with loss_weights"
        yield Diagnostic("M116", message, place, hint)
        return
    head = case.trained[0]
    if head.loss and case.task(head) in {"regression", "reconstruction"}:
        message = f"class_weight weighs classes; the loss {head.loss.keras_name} has numbers"
        also = case.also("the loss is here", *head.loss_path)
        hint = "remove class_weight, or weigh rows with data.sample_weight"
        yield Diagnostic("M116", message, place, hint, also)
    elif head.loss and (several := several_classes(case, head)):
        message = f"class_weight weighs rows by their one class; {several}"
        hint = "remove class_weight, or weigh rows with data.sample_weight"
        yield Diagnostic("M116", message, place, hint)


def several_classes(case: Case, head: Head) -> str | None:
    """Return in words why a row has no one class, None where it has one or nobody knows yet."""
    if head.tensor is not None and head.tensor.rank > ROWS_AND_UNITS:
        return f"the output has shape {show(head.tensor.shape)}, a class for each step or pixel"
    if case.task(head) == "binary" and (head.units or 1) > 1:
        return f"the output has {head.units} units, a label each"
    return None


@rule("M120")
def check_switched_off(case: Case) -> Iterator[Diagnostic]:
    """Find settings of a loss under which nothing, or one class of two, counts."""
    for head in case.trained:
        loss = head.loss
        alpha, beta = getattr(loss, "alpha", None), getattr(loss, "beta", None)
        if loss is None or alpha is None:
            continue
        several = alpha if isinstance(alpha, tuple) else (alpha,)
        balanced = getattr(loss, "apply_class_balancing", None)
        effect = ""
        if balanced is True and alpha in (0, 1):
            effect = f"weighs class {round(alpha)} alone"
        elif balanced is None and beta in (None, 0) and not any(several):
            effect = "is the same for all predictions"
        if effect:
            message = f"{loss.keras_name} with alpha {several[0]:g} {effect}"
            place = case.place(*head.loss_path, "alpha")
            yield Diagnostic("M120", message, place, "write an alpha between 0 and 1")


@rule("M120")
def check_loss_weights(case: Case) -> Iterator[Diagnostic]:
    """Find factors that switch a loss off or turn it around."""
    weights = case.training.loss_weights if case.training else None
    for name, weight in (weights or {}).items():
        if weight <= 0:
            place = case.place("training", "loss_weights", name)
            effect = "switches its loss off" if weight == 0 else "makes its loss large"
            message = f"the weight {weight:g} of the output {shorten(name)!r} {effect}"
            yield Diagnostic("M120", message, place, "write null as its loss, or a weight above 0")
