"""Floor 8, ridge regression: a linear model of numbers, fitted block after block of rows.

Windows over a series share their steps in memory; side by side they would take as many times that
as they have steps.
"""

from collections.abc import Callable

import numpy as np
from scipy import linalg
from sklearn.linear_model import Ridge

from nnspec.judge.answers import Array, Floats
from nnspec.judge.fitting import BLOCK, Fit, flattened, table_of

PENALTY = 1.0
"""Ridge's alpha and logistic regression's C: scikit-learn's own."""
MOST_COLUMNS = 4_000
"""Columns up to which products of columns, (columns, columns), are kept."""
Predict = Callable[[Floats], Floats]


def fit_ridge(fit: Fit, chosen: Array) -> Predict:
    """Return the predictions of a ridge regression: (rows, columns) to (rows, targets).

    Args:
        fit: what it is fitted to.
        chosen: numbers of the training rows that are used.
    """
    train = fit.train
    target = flattened(train.target)[chosen]
    weights = np.ones(len(chosen)) if train.weights is None else train.weights[chosen]
    columns = sum(int(np.prod(one.shape[1:])) for one in train.inputs.values())
    if train.words or len(chosen) * columns <= BLOCK or columns > MOST_COLUMNS:
        made = Ridge(alpha=PENALTY)
        fitted: Predict = made.fit(table_of(train, chosen), target, sample_weight=weights).predict
        return fitted
    return _fit_in_blocks(fit, chosen, target, weights)


def _fit_in_blocks(fit: Fit, chosen: Array, target: Floats, weights: Floats) -> Predict:
    """Return what `Ridge` would, out of sums over blocks of rows.

    The sums are of centred columns: far from 0 they would lose what differs.
    """
    total = weights.sum()
    step = max(1, BLOCK // flattened(table_of(fit.train, chosen[:1])).shape[1])
    blocks = [slice(start, start + step) for start in range(0, len(chosen), step)]
    heights = [table_of(fit.train, chosen[one]).T @ weights[one] for one in blocks]
    center, level = np.sum(heights, axis=0) / total, weights @ target / total
    gram = np.zeros((len(center), len(center)))
    moment = np.zeros((len(center), target.shape[1]))
    for one in blocks:
        table = table_of(fit.train, chosen[one]) - center
        scaled = table * weights[one, None]
        gram += scaled.T @ table
        moment += scaled.T @ (target[one] - level)
    gram[np.diag_indices_from(gram)] += PENALTY
    slopes = linalg.solve(gram, moment, assume_a="pos")

    def predict(table: Floats) -> Floats:
        answers: Floats = (table - center) @ slopes + level
        return answers

    return predict
