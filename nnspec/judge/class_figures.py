"""Floor 8, figures of classes and labels: agreement, by scikit-learn's definitions."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn import metrics as sklearn_metrics

from nnspec.judge.answers import Answers, Array, Floats, Truths
from nnspec.judge.figures import AREA, CALIBRATION, Metrics, finite, is_graded, measured
from nnspec.judge.heads import ClassHead, Label, SeveralLabels
from nnspec.judge.reliability import error_of_classes, error_of_label

Index = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Confusion:
    """Rows of a split, or their steps or pixels, counted by label and answer; never weighted."""

    labels: tuple[Label, ...]
    counts: tuple[tuple[int, ...], ...]
    """One line per label of the target, one column per predicted label."""


def measure_classes(head: ClassHead, answers: Answers) -> Metrics:
    """Return accuracy, macro-F1 over the labels that occur, ROC AUC and calibration error.

    Where the second of two classes is looked for also its precision, recall and F1. The area is
    that of the second class of two, or the mean of one class against the rest. Of steps or pixels,
    each one that counts is a line.
    """
    _, target, prediction = indexed(head.classes, answers)
    if not len(target):
        return dict.fromkeys(measured(head))
    weights = line_weights(answers)
    macro = sklearn_metrics.f1_score(
        target, prediction, average="macro", zero_division=0.0, sample_weight=weights
    )
    accuracy = sklearn_metrics.accuracy_score(target, prediction, sample_weight=weights)
    shares = lines(answers, answers.probabilities, last=True)
    found = {"accuracy": finite(accuracy), "macro_f1": finite(macro)}
    if is_graded(head):
        found[AREA] = _area(target, shares, weights)
        found[CALIBRATION] = finite(error_of_classes(shares, target, weights))
    own = of_sought(target == 1, prediction == 1, weights) if head.sought else {}
    return {**found, **own}


def of_sought(held: Truths, answered: Truths, weights: Floats | None) -> Metrics:
    """Return precision, recall and F1 of the class that is looked for; 0 where none is answered."""
    precision, recall, score, _ = sklearn_metrics.precision_recall_fscore_support(
        held, answered, average="binary", pos_label=True, zero_division=0.0, sample_weight=weights
    )
    return {"precision": finite(precision), "recall": finite(recall), "f1": finite(score)}


def measure_labels(head: SeveralLabels, answers: Answers) -> Metrics:
    """Return the figures averaged over the labels, and the share of rows right in all of them.

    Accuracy, F1, ROC AUC and calibration error are the means of those of each label.
    """
    each = list(measure_each_label(head, answers).values())
    held, answered = held_and_answered(head, answers)
    if not len(held):
        return dict.fromkeys(measured(head))
    subset = np.average((held == answered).all(axis=1), weights=line_weights(answers))
    return {
        "accuracy": mean_of_known([one["accuracy"] for one in each]),
        "macro_f1": mean_of_known([one["f1"] for one in each]),
        "roc_auc": mean_of_known([one["roc_auc"] for one in each]),
        "ece": mean_of_known([one["ece"] for one in each]),
        "subset_accuracy": finite(subset),
    }


def measure_each_label(head: SeveralLabels, answers: Answers) -> dict[str, Metrics]:
    """Return accuracy, F1, ROC AUC and calibration error of each label."""
    held, answered = held_and_answered(head, answers)
    shares = lines(answers, answers.probabilities, last=True)
    weights = line_weights(answers)
    return {
        name: _of_label(held[:, place], answered[:, place], shares[:, place], weights)
        for place, name in enumerate(head.labels)
    }


def _of_label(held: Truths, answered: Truths, shares: Floats, weights: Floats | None) -> Metrics:
    if not len(held):
        return {"accuracy": None, "f1": None, "roc_auc": None, "ece": None}
    accuracy = sklearn_metrics.accuracy_score(held, answered, sample_weight=weights)
    score = sklearn_metrics.f1_score(held, answered, zero_division=0.0, sample_weight=weights)
    return {
        "accuracy": finite(accuracy),
        "f1": finite(score),
        "roc_auc": _area_of_one(held, shares, weights),
        "ece": finite(error_of_label(shares, held, weights)),
    }


def held_and_answered(head: SeveralLabels, answers: Answers) -> tuple[Truths, Truths]:
    """Return where labels hold and where the network says so, (lines, labels)."""
    holds = head.classes[1]
    target, prediction = (
        lines(answers, one, last=True) for one in (answers.target, answers.prediction)
    )
    return target == holds, prediction == holds


def count_classes(head: ClassHead, answers: Answers) -> Confusion:
    """Count the lines of a split by label and answer, labels in the network's order."""
    labels, target, prediction = indexed(head.classes, answers)
    counts = np.zeros((len(labels), len(labels)), dtype=np.int64)
    np.add.at(counts, (target, prediction), 1)
    return Confusion(labels, tuple(tuple(int(one) for one in line) for line in counts))


def lines(answers: Answers, values: Array | None, *, last: bool = False) -> Array:
    """Return what counts as lines: rows, or the steps and pixels of all rows that are looked at.

    Args:
        answers: say what counts.
        values: (rows, ...), of which the axes of steps or pixels become one.
        last: whether the last axis (classes, labels) stays.
    """
    assert values is not None, "figures need targets and probabilities"
    if answers.counted is not None:
        return values[answers.counted]
    return values.reshape(-1, values.shape[-1]) if last else values.ravel()


def line_weights(answers: Answers) -> Floats | None:
    """Return the weight of each line, None where all count alike."""
    weights = answers.weights
    if weights is None:
        return None
    if answers.counted is not None:
        return weights[answers.counted.nonzero()[0]]
    assert answers.probabilities is not None, "figures need probabilities"
    return np.repeat(weights, math.prod(answers.probabilities.shape[1:-1]))


def indexed(classes: tuple[Label, ...], answers: Answers) -> tuple[tuple[Label, ...], Index, Index]:
    """Return all labels, and targets and answers of each line as places among them.

    A label that the network does not know follows those that it knows.
    """
    target = lines(answers, answers.target).tolist()
    unknown = sorted(set(target) - set(classes), key=str)
    labels = (*classes, *unknown)
    place = {label: number for number, label in enumerate(labels)}
    prediction = lines(answers, answers.prediction).tolist()
    return (
        labels,
        np.array([place[one] for one in target], dtype=np.intp),
        np.array([place[one] for one in prediction], dtype=np.intp),
    )


def _area(target: Index, shares: Floats, weights: Floats | None) -> float | None:
    """Return the area under the ROC curve, None where a class has no line or all of them."""
    classes = shares.shape[1]
    judged = [1] if classes == 2 else range(classes)  # noqa: PLR2004  two classes, one curve
    return mean_of_known([_area_of_one(target == one, shares[:, one], weights) for one in judged])


def _area_of_one(held: Truths, shares: Floats, weights: Floats | None) -> float | None:
    if held.all() or not held.any():
        return None
    return finite(sklearn_metrics.roc_auc_score(held, shares, sample_weight=weights))


def mean_of_known(values: list[float | None]) -> float | None:
    """Return the mean, None where one of the values is undefined."""
    known = [one for one in values if one is not None]
    return float(np.mean(known)) if known and len(known) == len(values) else None
