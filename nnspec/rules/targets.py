"""Floor 5: heads and losses against the target, as far as it is known without the data."""

from collections.abc import Iterator
from dataclasses import replace

from nnspec.catalog.losses import Loss
from nnspec.diagnostics import Diagnostic, Path
from nnspec.rules.case import Case, at
from nnspec.rules.head import Head
from nnspec.rules.horizons import has_several, how_to_reach, misses_steps, units_of
from nnspec.rules.kinds import SATURATING
from nnspec.rules.loss_head import misfit
from nnspec.rules.rule import rule
from nnspec.rules.task import has_numbers, is_reconstruction
from nnspec.shapes import show
from nnspec.spec.builtin import bundled_set, columns_of_output, known_classes
from nnspec.spec.data import DataSection, Kind, input_columns
from nnspec.spec.given_back import lost_columns
from nnspec.spec.pieces import is_text, source_name

SCALING: Path = ("data", "target_scaling")
MATRIX = 2
"""Rank of an output of plain units, batch included."""


def is_plain(data: DataSection) -> bool:
    """Return whether every target column holds one number or label per row."""
    return bundled_set(data) is not None or is_text(data)


def wanted_units(case: Case, head: Head, data: DataSection) -> tuple[int, str] | None:
    """Return the units that an output needs and the reason, None where only the data tells."""
    task = case.task(head)
    columns = columns_of_output(data, head.name)
    if any(data.kinds.get(name) in {"mask", "tags"} for name in columns):
        return None
    if task == "multiclass" and has_several(data):
        return None
    if task == "multiclass" and len(columns) > 1:
        return len(columns), f"the target has {len(columns)} classes, {', '.join(columns)}"
    if task == "multiclass":
        classes = known_classes(data, head.name)
        return (classes, f"the target has {classes} classes") if classes else None
    beyond = data.window is not None and not data.window.horizons
    if task in {"binary", "regression"} and columns and is_plain(data) and not beyond:
        return with_each(head, *units_of(columns, data))
    return None


def with_each(head: Head, numbers: int, why: str) -> tuple[int, str]:
    """Return the units that numbers take, where a loss takes several for each, and the reason."""
    each = head.loss.units_each if head.loss else 1
    if each == 1 or head.loss is None:
        return numbers, why
    taken = f"{head.loss.keras_name} takes {each} units for each number"
    return numbers * each, f"{why}, and {taken}"


@rule("M105")
def check_units(case: Case) -> Iterator[Diagnostic]:
    """Find heads with another number of units than their target needs."""
    data = case.spec.data
    by_rule = case.training is not None and case.training.rule is not None
    for head in () if by_rule else case.trained:  # what a rule trains has findings of its own
        wanted = wanted_units(case, head, data) if data else None
        loss, units = head.loss, head.units
        if loss is None or units is None or head.shares_alone or misfit(head):
            continue
        if case.misses_target(head) or out_of_reach(case, head):
            continue
        if wanted is None:
            if loss.task == "multiclass" and units == 1:
                yield from one_unit(case, head, loss)
        elif units != wanted[0]:
            message = f"the last layer gives {units} unit{'s' * (units != 1)}; {wanted[1]}"
            yield from finding(case, head, message, how_to_reach(head, wanted[0]))
        elif head.tensor and head.tensor.rank > MATRIX and case.task(head) != "multiclass":
            message = (
                f"the output has shape {show(head.tensor.shape)}; {wanted[1]}, "
                f"so one row is {show((None, wanted[0]))}"
            )
            hint = "remove the other axes: Flatten, a global pooling, or no return_sequences"
            yield from finding(case, head, message, hint)


@rule("M105")
def check_classes_ahead(case: Case) -> Iterator[Diagnostic]:
    """Find heads of classes that do not give one at each of several horizons."""
    data = case.spec.data
    if data is None or not has_several(data):
        return
    for head in case.trained:
        wrong = misses_steps(head, data) if case.task(head) == "multiclass" else None
        if wrong is not None and not misfit(head):
            yield from finding(case, head, *wrong)


def one_unit(case: Case, head: Head, loss: Loss) -> Iterator[Diagnostic]:
    """Give the finding for a single unit behind a loss over classes."""
    message = f"{loss.keras_name} needs one unit per class, at least 2; found 1 unit"
    hint = "write units: CLASSES, or loss: binary_crossentropy for one unit"
    yield from finding(case, head, message, hint)


def finding(case: Case, head: Head, message: str, hint: str) -> Iterator[Diagnostic]:
    """Give a finding about the units of a head."""
    also = case.also("the target is here", "data", "target") if case.spec.data else ()
    if head.node is None:
        yield Diagnostic("M105", message, head.span, hint, also)
        return
    argument = head.node.layer.shorthand if head.node.layer else None
    made = at(head.node, "M105", message, argument, hint=hint)
    yield replace(made, related=(*made.related, *also))


@rule("M105")
def check_two_classes(case: Case) -> Iterator[Diagnostic]:
    """Find a loss of two classes where the target has more."""
    data = case.spec.data
    for head in case.trained:
        classes = known_classes(data, head.name) if data else None
        if classes and classes > 2 and case.task(head) == "binary" and head.loss:  # noqa: PLR2004 - binary
            message = (
                f"{head.loss.keras_name} tells 2 classes apart; the target has {classes} classes"
            )
            hint = (
                f"write units: {classes}, activation: softmax and "
                "loss: sparse_categorical_crossentropy"
            )
            if case.training and case.training.rule:
                hint = "write positive: CLASS and negative: rest, which tells one from all others"
            also = case.also("the target is here", "data", "target")
            yield Diagnostic("M105", message, case.place(*head.loss_path), hint, also)


@rule("M105")
def check_class_labels(case: Case) -> Iterator[Diagnostic]:
    """Find class weights of labels that the target does not have."""
    data, training = case.spec.data, case.training
    classes = known_classes(data) if data else None
    if training is None or classes is None or (data and data.negative):
        return
    labels = [str(number) for number in range(classes)]
    weights = training.class_weight
    for label in weights if isinstance(weights, dict) else ():
        if label not in labels:
            message = f"class_weight names {label!r}; the classes are {', '.join(labels)}"
            yield Diagnostic("M105", message, case.place("training", "class_weight", label))


@rule("M113", "M114")
def check_task(case: Case) -> Iterator[Diagnostic]:
    """Find losses of another task than the target's."""
    data = case.spec.data
    if data is None or is_reconstruction(data):
        return
    for head in case.trained:
        loss, task = head.loss, case.task(head)
        if loss is None or task is None:
            continue
        place, name = case.place(*head.loss_path), loss.keras_name
        also = case.also("the target is here", "data", "target")
        classes = known_classes(data, head.name)
        if task in {"binary", "multiclass"} and has_numbers(data, head.name):
            by_rule = case.training is not None and case.training.rule is not None
            what = "tells classes apart" if by_rule else "is a loss of classes"
            message = f"{name} {what}; the target of {source_name(data)} is a number"
            hint = f"write {'optimizer: adam, ' * by_rule}loss: mse, and a linear last layer"
            yield Diagnostic("M113", message, place, hint, also)
        elif task in {"binary", "multiclass"} and data.task == "regression":
            message = f"{name} is a loss of classes; data.task says regression"
            also = case.also("the task is here", "data", "task")
            yield Diagnostic("M113", message, place, "write loss: mse, or remove data.task", also)
        elif task == "regression" and classes and not out_of_reach(case, head):
            message = f"{name} is a loss of numbers; the target has {classes} classes"
            hint = "write loss: sparse_categorical_crossentropy, and a unit per class with softmax"
            if classes == 2:  # noqa: PLR2004 - binary
                hint = "write loss: binary_crossentropy, and one unit with sigmoid"
            yield Diagnostic("M114", message, place, hint, also)


def out_of_reach(case: Case, head: Head) -> bool:
    """Return whether a head of probabilities learns a scaled number."""
    data = case.spec.data
    return (
        data is not None
        and head.gives in {"probability", "distribution"}
        and head.units != 0
        and case.task(head) == "regression"
        and data.target is not None
        and data.target_scaling != "none"
    )


def learned_as(data: DataSection) -> str:
    """Return how a scaled target is learned, in words."""
    log = data.target_scaling == "log"
    return "learned by its standardized logarithm" if log else "standardized"


@rule("M101", "M110")
def check_reach(case: Case) -> Iterator[Diagnostic]:
    """Find heads that cannot reach their scaled target."""
    for head in case.trained:
        data, loss = case.spec.data, head.loss
        if data is None or loss is None or head.node is None or loss.targets != "numbers":
            continue
        if case.task(head) != "regression" or data.target is None:
            continue
        if data.target_scaling == "none" or head.gives in {"linear", "step", None}:
            continue
        if head.shares_alone:
            continue
        within = ", within -1 and 1," * (head.function in SATURATING)
        message = (
            f"the target is {learned_as(data)} (mean 0, deviation 1) for {loss.keras_name}; "
            f"{head.function}{within} does not reach all of its values"
        )
        code = "M101" if out_of_reach(case, head) else "M110"
        also = case.also("the loss is here", *head.loss_path)
        yield Diagnostic(code, message, head.place, reach_hint(case, head), also)


def reach_hint(case: Case, head: Head) -> str:
    """Return what to write where a regression head is bounded."""
    data = case.spec.data
    classes = known_classes(data, head.name) if data else None
    if head.gives == "probability" and (classes == 2 or (classes is None and head.units == 1)):  # noqa: PLR2004 - binary
        return "write activation: linear; for two classes, loss: binary_crossentropy"
    if head.gives in {"probability", "distribution"}:
        return "write activation: linear; for classes, loss: sparse_categorical_crossentropy"
    return "write activation: linear, or target_scaling: none"


@rule("M110")
def check_reconstruction(case: Case) -> Iterator[Diagnostic]:
    """Find heads that cannot give back their standardized input."""
    data = case.spec.data
    known = bundled_set(data) if data else None
    if data is None or known is None or not is_reconstruction(data) or data.columns:
        return
    if data.scaling != "standardize":
        return
    for head in case.trained:
        if head.node is None or head.gives in {"linear", "step", None}:
            continue
        message = (
            "the input is standardized (mean 0, deviation 1); "
            f"{head.function} does not reach all of its values"
        )
        also = case.also("the scaling is here", "data", "scaling")
        hint = "write scaling: minmax for a sigmoid, or activation: linear"
        yield Diagnostic("M110", message, head.place, hint, also)


@rule("S115")
def check_given_back(case: Case) -> Iterator[Diagnostic]:
    """Find columns that are said to be what no network can give back."""
    data = case.spec.data
    if data is None or not is_reconstruction(data):
        return
    known = bundled_set(data)
    inputs = input_columns(data, tuple(data.columns) if known is None else known.features)
    back: dict[str, Kind] = {}
    for head in case.trained:
        alone = next(iter(inputs)) if len(inputs) == 1 else head.name
        if case.task(head) == "reconstruction":
            columns = inputs.get(alone, ())
            back |= {name: data.kinds[name] for name in columns if name in data.kinds}
    found = lost_columns(data, back)
    yield from (replace(one, span=case.place(*(one.path or ()))) for one in found)


@rule("M111")
def check_non_negative(case: Case) -> Iterator[Diagnostic]:
    """Find losses of counts and sizes whose target is scaled."""
    data = case.spec.data
    for head in case.trained:
        loss = head.loss
        if data is None or loss is None or loss.targets != "non_negative":
            continue
        if case.task(head) == "regression" and data.target_scaling != "none":
            message = (
                f"{loss.keras_name} takes targets of 0 and more; "
                f"the target is {learned_as(data)}, so half of its values are negative"
            )
            also = case.also("the data section is here", "data")
            hint = "add target_scaling: none to data"
            if data.target_scaling == "log":
                also = case.also("the scaling is here", *SCALING)
                squared = "loss: mse, which here compares logarithms, or "
                own = squared * (loss.keras_name == "MeanSquaredLogarithmicError")
                hint = f"write {own}target_scaling: none"
            yield Diagnostic("M111", message, case.place(*head.loss_path), hint, also)
