"""Floor 8, figures: how far the answers are from the targets, by scikit-learn's definitions."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn import metrics as sklearn_metrics

from nnspec.judge.answers import Answers, Floats, Head, Label

Metrics = Mapping[str, float | None]
"""Metric -> value; None where the rows do not define it."""
REGRESSION = ("rmse", "r2", "mae")
CLASSIFICATION = ("accuracy", "macro_f1", "roc_auc")
Index = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Confusion:
    """Rows of a split counted by label and answer."""

    labels: tuple[Label, ...]
    counts: tuple[tuple[int, ...], ...]
    """One line per label of the target, one column per predicted label."""


def measure(head: Head, answers: Answers) -> Metrics:
    """Return the figures of one split.

    Regression: the mean over the target columns (RMSE, R², MAE of each, then their mean);
    reconstruction: over all elements; classification: accuracy, macro-F1 over the labels that
    occur, ROC AUC of the second class of two or the mean of one class against the rest.

    Args:
        head: what the output predicts.
        answers: rows with targets.
    """
    match head.task:
        case "regression":
            return _deviations(_target(answers), answers.prediction)
        case "reconstruction":
            return _deviations(_target(answers).reshape(-1, 1), answers.prediction.reshape(-1, 1))
        case "classification":
            return _agreement(head.classes, answers)


def measure_columns(head: Head, answers: Answers) -> dict[str, Metrics]:
    """Return the figures of each target column, none where there is only one."""
    if head.task != "regression" or len(head.columns) == 1:
        return {}
    target, prediction = _target(answers), answers.prediction
    return {
        column: _deviations(target[:, [place]], prediction[:, [place]])
        for place, column in enumerate(head.columns)
    }


def confusion(head: Head, answers: Answers) -> Confusion:
    """Count the rows of a split by label and answer, labels in the network's order."""
    labels, target, prediction = _indexed(head.classes, answers)
    counts = sklearn_metrics.confusion_matrix(target, prediction, labels=range(len(labels)))
    return Confusion(labels, tuple(tuple(int(one) for one in line) for line in counts))


def _deviations(target: Floats, prediction: Floats) -> Metrics:
    """Return RMSE and MAE in the target's units, and R², of (rows, columns)."""
    enough = len(target) > 1
    r2 = sklearn_metrics.r2_score(target, prediction) if enough else None
    return {
        "rmse": float(sklearn_metrics.root_mean_squared_error(target, prediction)),
        "r2": None if r2 is None else float(r2),
        "mae": float(sklearn_metrics.mean_absolute_error(target, prediction)),
    }


def _agreement(classes: tuple[Label, ...], answers: Answers) -> Metrics:
    _, target, prediction = _indexed(classes, answers)
    macro = sklearn_metrics.f1_score(target, prediction, average="macro", zero_division=0.0)
    return {
        "accuracy": float(sklearn_metrics.accuracy_score(target, prediction)),
        "macro_f1": float(macro),
        "roc_auc": _area(target, answers.probabilities),
    }


def _area(target: Index, probabilities: Floats | None) -> float | None:
    """Return the area under the ROC curve, None where a class has no row or all of them."""
    if probabilities is None:
        return None
    classes = probabilities.shape[1]
    judged = [1] if classes == 2 else range(classes)  # noqa: PLR2004  two classes, one curve
    areas = []
    for one in judged:
        is_one = target == one
        if is_one.all() or not is_one.any():
            return None
        areas.append(sklearn_metrics.roc_auc_score(is_one, probabilities[:, one]))
    return float(np.mean(areas))


def _indexed(
    classes: tuple[Label, ...], answers: Answers
) -> tuple[tuple[Label, ...], Index, Index]:
    """Return all labels, and targets and answers as places among them.

    A label that the network does not know follows those that it knows.
    """
    target = _target(answers).tolist()
    unknown = sorted(set(target) - set(classes), key=str)
    labels = (*classes, *unknown)
    place = {label: number for number, label in enumerate(labels)}
    prediction = answers.prediction.tolist()
    return (
        labels,
        np.array([place[one] for one in target], dtype=np.intp),
        np.array([place[one] for one in prediction], dtype=np.intp),
    )


def _target(answers: Answers) -> Floats:
    assert answers.target is not None, "figures need targets"
    return answers.target
