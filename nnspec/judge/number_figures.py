"""Floor 8, figures of numbers: distances in the target's units, by scikit-learn's definitions."""

import math

import numpy as np
from sklearn import metrics as sklearn_metrics

from nnspec.judge.answers import Answers, Floats
from nnspec.judge.figures import Metrics, finite
from nnspec.judge.heads import NumberHead

MOST_LISTED = 100
"""Elements of an array column above which each one's own figures say nothing any more."""


def measure_numbers(head: NumberHead, answers: Answers) -> Metrics:
    """Return RMSE and MAE in the target's units, and R².

    Of several columns each figure is that of a column, averaged over them; of pictures that of a
    picture, averaged over them: a pixel may be constant, and then has no R² of its own.
    """
    if head.of_pictures and answers.counted is None:
        return of_pictures(answers)
    target, prediction, weights = in_columns(head, answers)
    return of_columns(target, prediction, weights)


def measure_each(head: NumberHead, answers: Answers) -> dict[str, Metrics]:
    """Return the figures of each column, none where there is only one or one is a mere pixel."""
    names = head.measured
    listed = not head.of_pictures and answers.counted is None
    if not listed or len(names) == 1 or len(names) > max(MOST_LISTED, len(head.columns)):
        return {}
    target, prediction, weights = in_columns(head, answers)
    return {
        name: of_columns(target[:, [place]], prediction[:, [place]], weights)
        for place, name in enumerate(names)
    }


def in_columns(head: NumberHead, answers: Answers) -> tuple[Floats, Floats, Floats | None]:
    """Return target and prediction as (lines, columns), and the weight of each line.

    A line is a row; of a window, or where steps are left out, each step is a line.
    """
    assert answers.target is not None, "figures need targets"
    target, prediction, weights = answers.target, answers.prediction, answers.weights
    counted = answers.counted
    if counted is None:
        flat = (-1, len(head.measured))
        lines = math.prod(target.shape[1:]) // len(head.measured)
        weights = None if weights is None else np.repeat(weights, lines)
        return target.reshape(flat), prediction.reshape(flat), weights
    flat = (-1, math.prod(target.shape[counted.ndim :]))
    weights = None if weights is None else weights[counted.nonzero()[0]]
    return target[counted].reshape(flat), prediction[counted].reshape(flat), weights


def of_columns(target: Floats, prediction: Floats, weights: Floats | None) -> Metrics:
    """Return the figures of (lines, columns), averaged over the columns."""
    if not len(target):
        return {"rmse": None, "r2": None, "mae": None}
    error = sklearn_metrics.root_mean_squared_error(target, prediction, sample_weight=weights)
    size = sklearn_metrics.mean_absolute_error(target, prediction, sample_weight=weights)
    r2 = (
        sklearn_metrics.r2_score(target, prediction, sample_weight=weights)
        if len(target) > 1
        else None
    )
    return {"rmse": finite(error), "r2": finite(r2), "mae": finite(size)}


def of_pictures(answers: Answers) -> Metrics:
    """Return the figures of each row's elements, averaged over the rows."""
    assert answers.target is not None, "figures need targets"
    target = answers.target.reshape(len(answers.target), -1)
    prediction = answers.prediction.reshape(target.shape)
    difference = prediction - target
    weights = answers.weights
    r2 = None
    if target.shape[1] > 1:
        each = sklearn_metrics.r2_score(target.T, prediction.T, multioutput="raw_values")
        r2 = finite(np.average(each, weights=weights))
    return {
        "rmse": finite(np.average(np.sqrt((difference**2).mean(axis=1)), weights=weights)),
        "r2": r2,
        "mae": finite(np.average(np.abs(difference).mean(axis=1), weights=weights)),
    }
