"""Floor 5: settings of losses and metrics that count units and axes, against the head's.

Source: Keras 3.15, keras/src/metrics/metrics_utils.py, update_confusion_matrix_variables, and
keras/src/losses/losses.py: what is sliced, ranked and multiplied by these settings.
"""

from collections.abc import Iterator

from nnspec.catalog.losses import Loss
from nnspec.catalog.metrics import Metric
from nnspec.diagnostics import Diagnostic
from nnspec.rules.case import Case
from nnspec.rules.figures import log_name
from nnspec.rules.head import Head
from nnspec.rules.kinds import argument, inner
from nnspec.rules.rule import rule
from nnspec.rules.within import places
from nnspec.shapes import show

Fault = tuple[str, str, str]
"""The argument that must change, what is wrong with it, what to write."""

PAIR = 2
ALONG_A_ROW = frozenset({"ConcordanceCorrelation", "CosineSimilarity", "PearsonCorrelation"})
"""Figures that compare the numbers of a row with one another."""
RANKED = frozenset({"SparseTopKCategoricalAccuracy", "TopKCategoricalAccuracy"})
STEPS = 3
"""Rank of what leaves a network for each step: (batch, steps, classes)."""


@rule("M131")
def check_beyond(case: Case) -> Iterator[Diagnostic]:
    """Find settings that name or count units, or axes, which the head does not have."""
    for head in case.trained:
        if head.loss is not None:
            for field, found, hint in (*wrong_weights(head.loss, head), *wrong_axes(head)):
                message = f"{head.loss.keras_name}: {found}"
                yield Diagnostic("M131", message, case.place(*head.loss_path, field), hint)
        for metric, path in head.metrics:
            for field, found, hint in (*wrong_units(metric, head), *wrong_axis(metric, head)):
                message = f"{log_name(metric)}: {found}"
                yield Diagnostic("M131", message, case.place(*path, field), hint)


def wrong_units(metric: Metric, head: Head) -> Iterator[Fault]:
    """Give the settings of a metric that count or name units beyond those of a head."""
    units = head.units
    if units is None:
        return
    last = f"the last layer has {units} unit{'s' * (units != 1)}"
    chosen = getattr(metric, "class_id", None)
    if isinstance(chosen, int) and chosen >= units:
        yield "class_id", f"class_id {chosen} is none of 0 to {units - 1}; {last}", "remove it"
    top = getattr(metric, "top_k", None)
    if isinstance(top, int) and top > units:
        yield (
            "top_k",
            f"top_k {top} units are never there; {last}",
            f"write top_k: {max(units - 1, 1)}",
        )
    classes = getattr(metric, "num_classes", None)
    if isinstance(classes, int) and units > max(classes, 1):
        hint = f"write num_classes: {units}"
        yield "num_classes", f"num_classes {classes} leaves out classes; {last}", hint
    labels = getattr(metric, "num_labels", None)
    if isinstance(labels, int) and labels != units:
        yield "num_labels", f"num_labels is {labels}; {last}", f"write num_labels: {units}"
    weights = getattr(metric, "label_weights", None)
    if isinstance(weights, tuple) and len(weights) != units:
        found = f"label_weights are {len(weights)}; {last}"
        yield "label_weights", found, f"write {units} weights"


def wrong_weights(loss: Loss, head: Head) -> Iterator[Fault]:
    """Give the weights of classes that are not as many as the units of a head."""
    alpha = getattr(loss, "alpha", None)
    if isinstance(alpha, tuple) and head.units is not None and len(alpha) != head.units:
        found = f"alpha has {len(alpha)} weights; the last layer has {head.units} units"
        yield "alpha", found, f"write {head.units} weights, or one for all classes"


def wrong_axes(head: Head) -> Iterator[Fault]:
    """Give the axis of a loss that the output does not have, or along which rows would mix."""
    loss, tensor = head.loss, head.tensor
    if loss is None or tensor is None:
        return
    if loss.keras_name == "Circle" and tensor.rank != STEPS - 1:
        found = f"it takes a vector for each row; the output is {show(tensor.shape)}"
        yield "", found, "end the network with one vector a row, by GlobalAveragePooling1D say"
    if loss.keras_name == "CTC" and tensor.rank != STEPS:
        found = f"it takes scores of (batch, steps, classes); the output is {show(tensor.shape)}"
        yield (
            "",
            found,
            "end the network with a layer that gives a score of each class at each step",
        )
    yield from beyond_rank(getattr(loss, "axis", None), head)
    axis = getattr(loss, "axis", None)
    if isinstance(axis, int) and axis in (0, -tensor.rank):
        yield "axis", "axis 0 is the batch: rows would be mixed with one another", "remove axis"
    elif isinstance(axis, int) and tensor.masked and axis not in (-1, tensor.rank - 1):
        found = f"axis {axis} is not the last one, and the steps that are masked are left out by it"
        yield "axis", found, "remove axis"


def wrong_axis(metric: Metric, head: Head) -> Iterator[Fault]:
    """Give the axis of a metric that the output does not have."""
    yield from beyond_rank(getattr(metric, "axis", None), head)


def beyond_rank(axis: object, head: Head) -> Iterator[Fault]:
    """Give the axes that an output does not have."""
    named = axis if isinstance(axis, tuple) else (axis,)
    if head.tensor is None:
        return
    rank = head.tensor.rank
    missing = [one for one in named if isinstance(one, int) and not -rank <= one < rank]
    if missing:
        found = f"axis {missing[0]} is not there; the output is {show(head.tensor.shape)}"
        yield "axis", found, "write axis: -1, or remove it"


ABOVE_A_HALF = frozenset(
    {
        "FalseNegatives",
        "FalsePositives",
        "Precision",
        "Recall",
        "TrueNegatives",
        "TruePositives",
    }
)
"""Metrics that take a prediction above a threshold between 0 and 1 for a yes."""


@rule("M132")
def check_unmoved(case: Case) -> Iterator[Diagnostic]:
    """Find metrics that no prediction changes, or that say nothing of a single number."""
    for head in case.trained:
        units = head.units
        for metric, path in head.metrics:
            name, k = log_name(metric), getattr(metric, "k", 0)
            if metric.keras_name in RANKED and units is not None and k >= units > 1:
                message = f"{name} looks among the {k} best of {units} classes, so it is always 1"
                hint = f"write k: {units - 1}" if units > 2 else "write accuracy"  # noqa: PLR2004
                yield Diagnostic("M132", message, case.place(*path, "k"), hint)
            elif metric.keras_name in ALONG_A_ROW and length_along(metric, head) == 1:
                message = f"{name} compares the numbers of a row, and a row has 1"
                hint = (
                    "write r2 or rmse"
                    if metric.keras_name == "CosineSimilarity"
                    else ("add axis: 0, to compare rows")
                )
                yield Diagnostic("M132", message, case.place(*path), hint)
            elif metric.keras_name == "PearsonCorrelation" and length_along(metric, head) == PAIR:
                message = f"{name} compares the numbers of a row; of two it is 1, -1 or no number"
                yield Diagnostic("M132", message, case.place(*path), "add axis: 0, to compare rows")
            elif metric.keras_name in ABOVE_A_HALF and head.gives == "logarithm":
                message = f"{name} counts predictions above 0.5, and {head.function} gives none"
                yield Diagnostic("M132", message, case.place(*path), "write accuracy")
            elif is_correlation_of_labels(metric, head):
                message = f"{name} compares the numbers of a row, and its labels may all be equal"
                yield Diagnostic("M132", message, case.place(*path), "write binary_accuracy, or f1")


@rule("M136")
def check_ignored(case: Case) -> Iterator[Diagnostic]:
    """Find losses that leave out one of two classes."""
    for head in case.trained:
        ignored = getattr(head.loss, "ignore_class", None)
        if isinstance(ignored, int) and 0 <= ignored < PAIR and head.units == PAIR:
            message = f"ignore_class leaves out class {ignored} of 2: one is left to learn"
            place = case.place(*head.loss_path, "ignore_class")
            yield Diagnostic("M136", message, place, "remove ignore_class")


def is_correlation_of_labels(metric: Metric, head: Head) -> bool:
    """Return whether a row's labels are correlated: of equal ones there is no correlation."""
    labels = head.loss is not None and head.loss.targets == "zero_one"
    return labels and metric.keras_name == "PearsonCorrelation" and getattr(metric, "axis", 0) != 0


def length_along(measure: Metric | Loss, head: Head) -> int | None:
    """Return the length of the axis along which a figure is taken, None where it is unknown."""
    axis = getattr(measure, "axis", None)
    if head.tensor is None or not isinstance(axis, int):
        return head.units if axis == -1 else None
    return head.tensor.shape[axis] if -head.tensor.rank <= axis < head.tensor.rank else None


@rule("M133")
def check_single_number(case: Case) -> Iterator[Diagnostic]:
    """Find losses of the angle between vectors behind a head of one number."""
    for head in case.trained:
        loss = head.loss
        if loss is None or loss.keras_name not in {"Circle", "CosineSimilarity"}:
            continue
        length = head.units if loss.keras_name == "Circle" else length_along(loss, head)
        if length == 1:
            message = (
                f"{loss.keras_name} compares the directions of vectors; of one number that is its "
                "sign alone, which has no gradient"
            )
            yield Diagnostic("M133", message, case.place(*head.loss_path), "write loss: mse")


@rule("M134")
def check_lengths(case: Case) -> Iterator[Diagnostic]:
    """Find the loss of vectors of length 1 behind a head that gives others."""
    for head in case.trained:
        node = case.network.by_name.get(head.layer)
        if head.loss is None or head.loss.keras_name != "Circle" or node is None:
            continue
        if node.layer is not None and node.layer.keras_name != "UnitNormalization":
            message = "Circle takes vectors of length 1; nothing brings the output to that length"
            also = case.also("the loss is here", *head.loss_path)
            hint = "add UnitNormalization as the last layer"
            yield Diagnostic("M134", message, node.node.origin.head, hint, also)


@rule("M135")
def check_sum(case: Case) -> Iterator[Diagnostic]:
    """Find losses that are kept apart by rows where others are to be added to them.

    Source: Keras 3.15, keras/src/trainers/trainer.py, compute_loss: losses are stacked and added.
    """
    others = [*penalized(case)]
    for head in case.trained:
        loss = head.loss
        if loss is None or getattr(loss, "reduction", "") not in {"none", None}:
            continue
        added = "penalties on the weights" if others else "the losses of other outputs"
        if others or len(case.trained) > 1:
            message = (
                f"{loss.keras_name} without reduction gives a loss for each row, to which "
                f"{added} cannot be added"
            )
            place = case.place(*head.loss_path, "reduction")
            yield Diagnostic("M135", message, place, "remove reduction")


def penalized(case: Case) -> Iterator[str]:
    """Give the names of layers that add a penalty to the loss."""
    for place in places(case.network):
        layer = inner(place.node.layer) if place.node.layer else None
        if layer is None:
            continue
        fields = (one for one in type(layer).model_fields if one.endswith("_regularizer"))
        if layer.keras_name == "ActivityRegularization" or any(
            argument(layer, one) for one in fields
        ):
            yield place.node.name
