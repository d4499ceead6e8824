"""Floor 8, gradient-boosted trees as a baseline: what a table gives up without a network.

Pictures, long windows and texts are no tables, and are left out with a word. One thread fits the
trees: on small tables several are slower, and on a shared machine much slower.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from nnspec.judge.answers import Array, Floats, label_answers
from nnspec.judge.fitting import FEWEST, Fit, drawn, flattened, in_blocks, table_of
from nnspec.judge.heads import Numbers, OneClass, SeveralLabels
from nnspec.judge.known import Known, Model, answer_classes, answer_numbers

NAME = "gradient boosting"
ROUNDS = 100
"""Largest number of rounds, each of which adds one tree for every column or class."""
LEAST_ROUNDS = 10
TREES = 300
"""Trees that all columns or classes share."""
RATE = 0.1
"""How much each tree counts; scikit-learn's own."""
ROWS = 50_000
CELLS = 2_000_000
"""Largest training table (rows times columns) for `ROUNDS` trees; rows are drawn above either."""
MOST_TARGETS = 10
"""Columns or labels above which there would be too many trees."""
WIDEST = 500
"""Numbers of a row of steps above which a window is no table."""
PICTURE = 4
"""Axes of a batch of pictures."""
PATIENCE = 10
HELD = 0.1
"""Share of the training rows that says when further trees are in vain."""


def boosted_numbers(head: Numbers, fit: Fit) -> Model | None:
    """Return boosted trees of each column of a target; None, with a note, where they do not fit."""
    columns = math.prod(head.cell)
    chosen = _rows(fit, columns)
    if chosen is None:
        return None
    target, table = flattened(fit.train.target)[chosen], table_of(fit.train, chosen)
    weights = _weights(fit, chosen)
    settings = _settings(columns, fit.seed, early=True)
    with threadpool_limits(1):
        fitted = [
            HistGradientBoostingRegressor(**settings).fit(
                table, target[:, place], sample_weight=weights
            )
            for place in range(columns)
        ]

    def predict(table: Array) -> Floats:
        return np.stack([one.predict(table) for one in fitted], axis=1)

    def model(known: Known) -> Any:  # noqa: ANN401  scikit-learn is untyped
        with threadpool_limits(1):
            return answer_numbers(known, in_blocks(known, predict))

    return model


def boosted_classes(head: OneClass, fit: Fit) -> Model | None:
    """Return boosted trees of classes; None, with a note, where they do not fit."""
    several = len(head.classes) if len(head.classes) > 2 else 1  # noqa: PLR2004  one tree for two
    chosen = _rows(fit, several, most=TREES // LEAST_ROUNDS)
    if chosen is None:
        return None
    labels = np.asarray(fit.train.target).ravel()
    numbers = np.array([head.classes.index(one) for one in labels[chosen].tolist()])
    fitted = _classifier(numbers, fit, chosen, several)
    if fitted is None:
        fit.notes.append(f"{NAME}: left out, the training rows hold a single class")
        return None

    def model(known: Known) -> Any:  # noqa: ANN401  scikit-learn is untyped
        shares = np.zeros((len(known.target), len(head.classes)))
        with threadpool_limits(1):
            shares[:, fitted.classes_] = in_blocks(known, fitted.predict_proba)
        return answer_classes(head, known, shares)

    return model


def boosted_labels(head: SeveralLabels, fit: Fit) -> Model | None:
    """Return boosted trees of each label; None, with a note, where they do not fit."""
    chosen = _rows(fit, len(head.labels))
    if chosen is None:
        return None
    held = (np.asarray(fit.train.target)[chosen] == head.classes[1]).astype(np.intp)
    count = held.shape[1]
    fitted = [_classifier(held[:, place], fit, chosen, count) for place in range(count)]
    if any(one is None for one in fitted):
        fit.notes.append(f"{NAME}: left out, a label is the same in all training rows")
        return None

    def predict(table: Array) -> Floats:
        return np.stack([one.predict_proba(table)[:, 1] for one in fitted if one], axis=1)

    def model(known: Known) -> Any:  # noqa: ANN401  scikit-learn is untyped
        with threadpool_limits(1):
            shares = in_blocks(known, predict)
        return label_answers(np.arange(len(shares)), shares, head.classes, known.whole)

    return model


def _classifier(numbers: Array, fit: Fit, chosen: Array, several: int) -> Any:  # noqa: ANN401  scikit-learn is untyped
    """Return fitted trees that tell classes by number; None where there is a single one."""
    _, counts = np.unique(numbers, return_counts=True)
    if len(counts) == 1:
        return None
    # The rows held back are drawn class by class, which takes two of each and one for each.
    early = counts.min() > 1 and int(HELD * len(numbers)) >= len(counts)
    made = HistGradientBoostingClassifier(**_settings(several, fit.seed, early=early))
    with threadpool_limits(1):
        return made.fit(table_of(fit.train, chosen), numbers, sample_weight=_weights(fit, chosen))


def _settings(several: int, seed: int, *, early: bool) -> Mapping[str, Any]:
    """Return scikit-learn's settings for so many trees a round: fewer rounds take larger steps."""
    rounds = _rounds(several)
    return {
        "max_iter": rounds,
        "learning_rate": min(0.3, RATE * ROUNDS / rounds),
        "early_stopping": early,
        "validation_fraction": HELD,
        "n_iter_no_change": PATIENCE,
        "random_state": seed % 2**32,
    }


def _rounds(several: int) -> int:
    """Return how many rounds there are at most, each of which adds so many trees."""
    return max(LEAST_ROUNDS, min(ROUNDS, TREES // several))


def _rows(fit: Fit, several: int, most: int = MOST_TARGETS) -> Array | None:
    """Return the training rows to fit, None with a note where trees would say nothing."""
    reason = _no_table(fit.train)
    rows = len(fit.train.target)
    if reason is None and rows < FEWEST:
        reason = f"{rows:,} training rows are too few for it"
    if reason is None and several > most:
        reason = f"{several:,} columns, labels or classes are too many for it"
    if reason is not None:
        fit.notes.append(f"{NAME}: left out, {reason}")
        return None
    columns = sum(flattened(one[:1]).shape[1] for one in fit.train.inputs.values())
    trees = several * _rounds(several) / ROUNDS
    return drawn(NAME, fit, min(ROWS * columns, int(CELLS / max(1.0, trees))))


def _no_table(train: Known) -> str | None:
    """Return why the inputs are no table, in words; None where they are one."""
    if train.words:
        return "texts are no table"
    axes = [one for one in train.inputs.values() if one.ndim > 2]  # noqa: PLR2004  rows, columns
    if any(one.ndim >= PICTURE for one in axes):
        return "pictures are no table"
    wide = any(math.prod(one.shape[1:]) > WIDEST for one in axes)
    return "long windows are no table" if wide else None


def _weights(fit: Fit, chosen: Array) -> Floats | None:
    return None if fit.train.weights is None else fit.train.weights[chosen]
