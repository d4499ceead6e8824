"""Floor 8, further figures of classes and labels, by scikit-learn's definitions."""

import warnings

import numpy as np
from sklearn import metrics as sklearn_metrics

from nnspec.judge.answers import Answers, Floats, Truths
from nnspec.judge.class_figures import (
    Index,
    held_and_answered,
    indexed,
    line_weights,
    lines,
    mean_of_known,
    of_sought,
)
from nnspec.judge.figures import Metrics, finite, is_graded
from nnspec.judge.heads import ClassHead, SeveralLabels

TWO = 2
LEAST = float(np.finfo(np.float64).eps)
"""Smallest probability that a logarithm is taken of."""


def measure_further_classes(head: ClassHead, answers: Answers) -> Metrics:
    """Return the further figures of one class a line.

    Precision and recall are means over the classes that occur; of two classes those of the second
    are there too, and the area under its curve of precision and recall; of several the areas are
    averaged, one class against the rest.
    """
    _, target, prediction = indexed(head.classes, answers)
    if not len(target):
        return {}
    weights = line_weights(answers)
    found = _of_answers(target, prediction, weights)
    if is_graded(head):
        shares = lines(answers, answers.probabilities, last=True)
        found |= _of_probabilities(target, shares, weights)
    if len(head.classes) == TWO and not head.sought:
        found |= of_sought(target == 1, prediction == 1, weights)
    return found


def measure_further_labels(head: SeveralLabels, answers: Answers) -> Metrics:
    """Return the further figures of several labels: means of those of each label."""
    each = list(measure_each_further(head, answers).values())
    names = dict.fromkeys(name for one in each for name in one)
    return {name: mean_of_known([one[name] for one in each]) for name in names}


def measure_each_further(head: SeveralLabels, answers: Answers) -> dict[str, Metrics]:
    """Return the further figures of each label."""
    held, answered = held_and_answered(head, answers)
    if not len(held):
        return {}
    shares = lines(answers, answers.probabilities, last=True)
    weights = line_weights(answers)
    return {
        name: _of_label(held[:, place], answered[:, place], shares[:, place], weights)
        for place, name in enumerate(head.labels)
    }


def _of_label(held: Truths, answered: Truths, shares: Floats, weights: Floats | None) -> Metrics:
    both = np.stack([1.0 - shares, shares], axis=1)
    target = held.astype(np.intp)
    sought = of_sought(held, answered, weights)
    return {
        "balanced_accuracy": _balanced(target, answered.astype(np.intp), weights),
        "precision": sought["precision"],
        "recall": sought["recall"],
        **_of_probabilities(target, both, weights),
    }


def _of_answers(
    target: Index, prediction: Index, weights: Floats | None
) -> dict[str, float | None]:
    precision, recall, _, _ = sklearn_metrics.precision_recall_fscore_support(
        target, prediction, average="macro", zero_division=0.0, sample_weight=weights
    )
    return {
        "balanced_accuracy": _balanced(target, prediction, weights),
        "macro_precision": finite(precision),
        "macro_recall": finite(recall),
    }


def _balanced(target: Index, prediction: Index, weights: Floats | None) -> float | None:
    """Return the mean recall of the classes that the targets have."""
    with warnings.catch_warnings():
        # It warns of answers that no target has, which is what it is to count as wrong.
        warnings.simplefilter("ignore", UserWarning)
        warnings.simplefilter("ignore", RuntimeWarning)
        return finite(
            sklearn_metrics.balanced_accuracy_score(target, prediction, sample_weight=weights)
        )


def _of_probabilities(
    target: Index, shares: Floats, weights: Floats | None
) -> dict[str, float | None]:
    """Return area, log loss and Brier score; undefined with a label that has no probability.

    The Brier score of two classes is that of the second one, of several the sum over them.
    """
    classes = shares.shape[1]
    if target.max() >= classes:
        return dict.fromkeys(("pr_auc", "log_loss", "brier"))
    judged = (1,) if classes == TWO else tuple(range(classes))
    # Of two classes all follows from the second one's probability, as in scikit-learn.
    second = shares[:, -1]
    true = shares[np.arange(len(target)), target]
    if classes == TWO:
        true = np.where(target == 1, second, 1 - second)
        squares = (second - target) ** 2
    else:
        squares = (shares**2).sum(axis=1) + 1 - 2 * true
    loss = -np.log(np.clip(true, LEAST, 1 - LEAST))
    return {
        "pr_auc": mean_of_known([_area(target == one, shares[:, one], weights) for one in judged]),
        "log_loss": finite(np.average(loss, weights=weights)),
        "brier": finite(np.average(squares, weights=weights)),
    }


def _area(held: Truths, shares: Floats, weights: Floats | None) -> float | None:
    """Return the average precision of a class, None where no line has it."""
    if not held.any():
        return None
    return finite(sklearn_metrics.average_precision_score(held, shares, sample_weight=weights))
