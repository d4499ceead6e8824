"""Floor 5: metrics against the task, the loss and the head of the output they measure."""

from collections.abc import Iterator

from nnspec.catalog.losses import Loss
from nnspec.catalog.metrics import Metric
from nnspec.diagnostics import Diagnostic
from nnspec.document import shorten
from nnspec.rules.case import Case
from nnspec.rules.figures import log_name
from nnspec.rules.head import Head
from nnspec.rules.rule import rule
from nnspec.rules.targets import out_of_reach

COUNTERPARTS = {
    "CategoricalAccuracy": "sparse_categorical_accuracy",
    "CategoricalCrossentropy": "sparse_categorical_crossentropy",
    "TopKCategoricalAccuracy": "sparse_top_k_categorical_accuracy",
    "SparseCategoricalAccuracy": "categorical_accuracy",
    "SparseCategoricalCrossentropy": "categorical_crossentropy",
    "SparseTopKCategoricalAccuracy": "top_k_categorical_accuracy",
    "BinaryAccuracy": "accuracy",
}
"""Metric -> the one that measures the same on the other kind of targets."""

AMONG_CLASSES = frozenset(
    {
        "CategoricalAccuracy",
        "CategoricalCrossentropy",
        "OneHotIoU",
        "OneHotMeanIoU",
        "SparseCategoricalAccuracy",
        "SparseCategoricalCrossentropy",
        "SparseTopKCategoricalAccuracy",
        "TopKCategoricalAccuracy",
    }
)
"""Metrics that look for the largest of several units."""


UNITS = {
    "distribution": "a probability for each class",
    "one_hot": "one-hot targets",
    "signed": "targets of -1 and 1",
    "zero_one": "one-hot targets",
}
"""Targets that have a number for each unit, in words."""
AGGREGATES = {"average": "macro", "class_aggregation": "uniform_average"}
"""Fields that make one value of those of all units, with what to write."""


@rule("M104")
def check_metric_task(case: Case) -> Iterator[Diagnostic]:
    """Find metrics of another task than the loss they stand beside."""
    for head in case.trained:
        for metric, path in head.metrics:
            found = contradiction(case, head, metric)
            if found and head.loss:
                message, hint = found
                also = case.also(f"the loss {head.loss.keras_name} is here", *head.loss_path)
                yield Diagnostic("M104", message, case.place(*path), hint, also)


def contradiction(case: Case, head: Head, metric: Metric) -> tuple[str, str] | None:
    """Return what is wrong with a metric of an output, and what to write."""
    task, loss = case.task(head), head.loss
    if loss is None or task is None:
        return None
    if task == "none" or (wants_numbers(metric) and head.units != 1):
        return unanswered(head, loss, metric)
    numeric = task == "regression" or (task == "reconstruction" and loss.task == "regression")
    if numeric and tells_classes(case, head, metric):
        return None
    if numeric and (found := no_number(loss, metric)):
        return found
    if task == "reconstruction":
        return None
    if task == "binary":
        return one_of_several(head, metric)
    if task == "multiclass":
        return wrong_targets(metric, targets_of(case, head, loss), loss.keras_name)
    return None


def targets_of(case: Case, head: Head, loss: Loss) -> str:
    """Return what the metrics of one class among several are given.

    A lone `crossentropy` takes either kind: a run gives it class numbers; without data a metric
    that takes class numbers settles it for those beside it.
    """
    if loss.keras_name != "crossentropy":
        return loss.targets
    numbered = any(one.targets == "indices" and is_sparse(one) for one, _ in head.metrics)
    return "indices" if numbered or case.spec.data is not None else loss.targets


def is_sparse(metric: Metric) -> bool:
    """Return whether a metric takes class numbers, and nothing else."""
    return metric.keras_name in COUNTERPARTS or getattr(metric, "sparse_y_true", None) is True


def no_number(loss: Loss, metric: Metric) -> tuple[str, str] | None:
    """Return what is wrong with a metric of answers that are numbers."""
    name = log_name(metric)
    if metric.task and "regression" not in metric.task:
        message = f"the metric {name} measures classes; the loss {loss.keras_name} is of numbers"
        return message, "write metrics: [mae, rmse]"
    if loss.units_each > 1 and hasattr(metric, "axis"):
        message = f"the metric {name} compares the units of a row; {loss.keras_name} has"
        return f"{message} {loss.units_each} for each number", "write rmse or r2"
    return None


def one_of_several(head: Head, metric: Metric) -> tuple[str, str] | None:
    """Return what is wrong with a metric of one class among several where labels are answered."""
    name = log_name(metric)
    among = metric.keras_name in AMONG_CLASSES or getattr(metric, "sparse_y_pred", None) is False
    if head.units == 1 and among:
        message = f"the metric {name} looks for the largest of several units; there is 1 unit"
        return message, "write accuracy, or binary_accuracy"
    numbered = metric.keras_name.startswith("Sparse")
    if (head.units or 1) > 1 and (numbered or getattr(metric, "sparse_y_true", None) is True):
        message = f"the metric {name} takes one class a row; the targets are {head.units} labels"
        return message, "write binary_accuracy" if numbered else "write BinaryIoU, or f1"
    return None


def unanswered(head: Head, loss: Loss, metric: Metric) -> tuple[str, str]:
    """Return what is wrong with a metric of answers that the network does not give."""
    name = log_name(metric)
    if not wants_numbers(metric):
        message = f"the metric {name} measures answers; {loss.keras_name} trains vectors or scores"
        return message, "remove it: the loss is what there is to watch"
    units = f"{head.units} scores" if head.units else "a score for each class"
    message = f"the metric {name} takes one class number; the last layer gives {units}"
    if hasattr(metric, "from_sorted_ids"):
        return message, "remove from_sorted_ids"
    return message, f"add sparse_y_pred: false to {metric.keras_name}"


def tells_classes(case: Case, head: Head, metric: Metric) -> bool:
    """Return whether a metric of classes may stand beside a loss of numbers.

    Where the target is scaled a head of probabilities has its own finding; without data it may
    learn 0 and 1, or one-hot classes, but no class numbers.
    """
    if head.gives not in {"probability", "distribution"} or one_of_several(head, metric):
        return False
    if head.loss is not None and head.loss.keras_name == "MeanAbsolutePercentageError":
        # It divides by the target, which is 0 for one of two classes.
        return False
    if case.spec.data is None:
        return metric.targets != "indices"
    return out_of_reach(case, head)


def wants_numbers(metric: Metric) -> bool:
    """Return whether a metric compares predictions as class numbers, which no network gives."""
    numbered = getattr(metric, "sparse_y_pred", False) or getattr(metric, "from_sorted_ids", False)
    return numbered is True


def wrong_targets(metric: Metric, targets: str, loss: str) -> tuple[str, str] | None:
    """Return what is wrong with a metric whose targets are not those of the loss."""
    name, kind = log_name(metric), metric.keras_name
    if targets == "indices" and metric.keras_name != "accuracy":
        if metric.task == ("regression",):
            return f"the metric {name} measures numbers; {loss} has class numbers", "write accuracy"
        if metric.targets in UNITS:
            instead = COUNTERPARTS.get(kind, "accuracy" if metric.targets == "signed" else None)
            hint = f"write {instead}" if instead else "write loss: categorical_crossentropy"
            return (
                f"the metric {name} takes {UNITS[metric.targets]}; {loss} has class numbers",
                hint,
            )
    dense = targets in {"distribution", "one_hot", "zero_one"} and loss != "crossentropy"
    if dense and metric.targets == "indices" and is_sparse(metric):
        instead = COUNTERPARTS.get(kind)
        hint = f"write {instead}" if instead else "write sparse_y_true: false"
        return f"the metric {name} takes class numbers; {loss} has one-hot targets", hint
    return None


@rule("M102")
def check_metric_logits(case: Case) -> Iterator[Diagnostic]:
    """Find metrics that turn probabilities into probabilities."""
    for head in case.trained:
        for metric, path in head.metrics:
            scores = getattr(metric, "from_logits", False) is True
            if scores and head.gives in {"probability", "distribution"}:
                message = (
                    f"the metric {log_name(metric)} with from_logits: true takes scores (logits); "
                    f"the last layer has already applied {head.function}"
                )
                place = case.place(*path, "from_logits")
                yield Diagnostic("M102", message, place, "remove from_logits")


@rule("M117")
def check_metric_scores(case: Case) -> Iterator[Diagnostic]:
    """Find metrics that take probabilities behind a head that gives scores."""
    for head in case.trained:
        if head.gives != "linear" or not head.from_logits:
            continue
        for metric, path in head.metrics:
            if metric.predictions not in {"probability", "distribution"}:
                continue
            chosen = metric.keras_name == "accuracy" and head.units != 1
            if chosen or is_told(metric):
                continue
            message = (
                f"the metric {log_name(metric)} takes probabilities; the last layer gives scores "
                f"(logits), which {head.loss.keras_name if head.loss else 'the loss'} is told of"
            )
            yield Diagnostic("M117", message, case.place(*path), scores_hint(metric))


def is_told(metric: Metric) -> bool:
    """Return whether a metric is told of scores, or given a threshold among them."""
    return bool(
        getattr(metric, "from_logits", False)
        or getattr(metric, "top_k", None)
        or getattr(metric, "thresholds", None) is not None
        or getattr(metric, "threshold", None) == 0
    )


def scores_hint(metric: Metric) -> str:
    """Return how a metric is told of scores."""
    if hasattr(metric, "from_logits"):
        return f"write {metric.keras_name}: {{from_logits: true}}"
    if metric.keras_name in {"accuracy", "BinaryAccuracy"}:
        return "write BinaryAccuracy: {threshold: 0}, the score of a probability of 0.5"
    return "end the network with its activation, and remove from_logits from the loss"


@rule("M118")
def check_exact_accuracy(case: Case) -> Iterator[Diagnostic]:
    """Find the metric that compares probabilities with labels for equality."""
    for head in case.trained:
        for metric, path in head.metrics:
            if metric.keras_name == "Accuracy" and head.gives not in {"step", None}:
                message = (
                    "the metric Accuracy counts predictions that equal their target exactly; "
                    f"the last layer gives {head.function}"
                )
                hint = "write accuracy, in small letters: the metric that fits the head"
                yield Diagnostic("M118", message, case.place(*path), hint)


@rule("M121")
def check_same_name(case: Case) -> Iterator[Diagnostic]:
    """Find metrics of one output that are logged under one name."""
    for head in case.heads:
        first: dict[str, tuple[str | int, ...]] = {}
        for metric, path in head.metrics:
            name = log_name(metric)
            if name in first:
                message = f"two metrics are logged as {shorten(name)!r}; only one would be kept"
                also = case.also("the other one is here", *first[name])
                hint = "remove one, or give it a name of its own"
                yield Diagnostic("M121", message, case.place(*path), hint, also)
            first.setdefault(name, path)


@rule("M122")
def check_same_as_loss(case: Case) -> Iterator[Diagnostic]:
    """Find metrics that repeat the loss: none does where it measures scaled numbers."""
    for head in case.trained:
        if in_scaled_units(case, head):
            continue
        for metric, path in head.metrics:
            if head.loss and metric.keras_name == head.loss.keras_name:
                message = f"the metric {log_name(metric)} repeats the loss, which is logged as loss"
                yield Diagnostic("M122", message, case.place(*path), "remove it")


@rule("M123")
def check_single_value(case: Case) -> Iterator[Diagnostic]:
    """Find metrics of several values, where a column of the history holds one."""
    for head in case.trained:
        for metric, path in head.metrics:
            thresholds = getattr(metric, "thresholds", None)
            if metric.keras_name != "AUC" and isinstance(thresholds, tuple) and thresholds[1:]:
                message = f"{log_name(metric)} gives one value per threshold: {len(thresholds)}"
                hint = f"write one {metric.keras_name} per threshold, each with a name of its own"
                yield Diagnostic("M123", message, case.place(*path, "thresholds"), hint)
            for field, instead in AGGREGATES.items():
                if head.units != 1 and getattr(metric, field, "") is None:
                    message = f"{log_name(metric)} gives one value per unit; a log holds one value"
                    hint = f"write {metric.keras_name}: {{{field}: {instead}}}"
                    yield Diagnostic("M123", message, case.place(*path, field), hint)


@rule("M130")
def check_threshold(case: Case) -> Iterator[Diagnostic]:
    """Find scores that take the largest unit of a row for its answer, where units stand alone.

    Source: Keras 3.15, keras/src/metrics/f_score_metrics.py, update_state.
    """
    for head in case.trained:
        single = head.units == 1
        if not single and (head.gives != "probability" or case.task(head) != "binary"):
            continue
        for metric, path in head.metrics:
            if getattr(metric, "threshold", "") is not None or not hasattr(metric, "average"):
                continue
            effect = (
                "with 1 unit that is always this one, so the figure never changes"
                if single
                else "the units are labels, of which several may hold"
            )
            message = (
                f"{log_name(metric)} without threshold takes a row's largest unit for its answer: "
                f"{effect}"
            )
            hint = f"write {metric.keras_name}: {{threshold: 0.5}}"
            yield Diagnostic("M130", message, case.place(*path), hint)


def in_scaled_units(case: Case, head: Head) -> bool:
    """Return whether a loss is of scaled targets, while metrics are in the target's own units."""
    data = case.spec.data
    if data is None:
        return False
    scaling = {"regression": data.target_scaling, "reconstruction": data.scaling}
    return scaling.get(case.task(head) or "none", "none") != "none"
