"""Floor 8, figures of numbers: distances in the target's units, by scikit-learn's definitions."""

import numpy as np
from sklearn import metrics as sklearn_metrics

from nnspec.judge.answers import Answers
from nnspec.judge.figures import Metrics, finite
from nnspec.judge.heads import NumberHead
from nnspec.judge.number_lines import Lines, in_lines
from nnspec.judge.spread import measure_spread

MOST_LISTED = 100
"""Elements of an array column above which each one's own figures say nothing any more."""


def measure_numbers(head: NumberHead, answers: Answers) -> Metrics:
    """Return RMSE and MAE in the target's units, and R².

    Of several columns each figure is that of a column, averaged over them; of pictures that of a
    picture, averaged over them: a pixel may be constant, and then has no R² of its own. Behind them
    stand the figures of intervals and distributions, where answers have such.
    """
    lines = in_lines(head, answers)
    alone = head.of_pictures and answers.counted is None
    own = of_pictures(answers) if alone else of_columns(lines)
    return {**own, **measure_spread(head, lines)}


def measure_each(head: NumberHead, answers: Answers) -> dict[str, Metrics]:
    """Return the figures of each column, none where there is only one or one is a mere pixel."""
    names = head.measured
    listed = not head.of_pictures and answers.counted is None
    if not listed or len(names) == 1 or len(names) > max(MOST_LISTED, len(head.columns)):
        return {}
    lines = in_lines(head, answers)
    columns = {name: lines.column(place) for place, name in enumerate(names)}
    return {name: {**of_columns(one), **measure_spread(head, one)} for name, one in columns.items()}


def of_columns(lines: Lines) -> Metrics:
    """Return the figures of (lines, columns), averaged over the columns."""
    target, prediction, weights = lines.target, lines.prediction, lines.weights
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
