"""Floor 8, baselines: what simple models reach on the same rows; a network must beat them.

All are fitted on the training rows and judged on the rows of each split: the mean or the most
frequent class, a linear model of the preprocessed inputs, and for a series its last value.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge

from nnspec.judge.answers import Answers, Array, Floats, Head, class_answers, regression_answers
from nnspec.judge.metrics import Metrics, measure

TRAIN = "train"
PENALTY = 1.0
"""Ridge's alpha and logistic regression's C: scikit-learn's own."""
RIDGE_CELLS = 20_000_000
"""Largest training table (rows times columns) that ridge is fitted to; rows are drawn above it."""
LOGISTIC_CELLS = 10_000_000
"""As above, times classes, for logistic regression, which passes over the table many times."""
PASSES = 200
"""Largest number of those passes."""
FEWEST = 100
"""Rows below which a linear model of a larger table says nothing."""
BLOCK = 4_000_000
"""Cells that a linear model predicts at once."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a baseline may know of one split."""

    inputs: Mapping[str, Array]
    """The network's own preprocessed inputs, name -> (rows, ...)."""
    target: Array
    """(rows, ...) in the target's units, or labels (rows,)."""
    last: Array | None = None
    """The target's value at each window's last row, as `target`; series only."""


@dataclass(frozen=True, slots=True)
class Baselines:
    """The figures of every baseline, and what must be known to read them."""

    figures: Mapping[str, Mapping[str, Metrics]]
    """Baseline -> split -> metrics."""
    notes: tuple[str, ...] = ()


class Model(Protocol):
    """A fitted baseline."""

    def __call__(self, known: Known) -> Answers:
        """Return its answers for the rows of one split."""
        ...


def fit_baselines(head: Head, splits: Mapping[str, Known], *, seed: int) -> Baselines:
    """Fit every baseline that applies and judge it on each split.

    Args:
        head: what the output predicts.
        splits: split -> its rows; `train` is among them.
        seed: draws the rows that a linear model of a large table is fitted to.
    """
    train = splits[TRAIN]
    notes: list[str] = []
    models: dict[str, Model] = {}
    match head.task:
        case "classification":
            models["majority"] = _majority(head, train)
            linear = _logistic(head, train, seed, notes)
            models |= {"logistic_regression": linear} if linear else {}
        case "regression":
            models["mean"] = _mean(train)
            ridge = _ridge(train, seed, notes)
            models |= {"ridge": ridge} if ridge else {}
        case "reconstruction":
            models["mean"] = _mean(train)
    if train.last is not None:
        models["last_value"] = _last_value(head)
    figures = {name: _judged(head, model, splits) for name, model in models.items()}
    return Baselines(figures, tuple(notes))


def _judged(head: Head, model: Model, splits: Mapping[str, Known]) -> dict[str, Metrics]:
    return {
        split: measure(head, model(known)) for split, known in splits.items() if len(known.target)
    }


def _mean(train: Known) -> Model:
    center = _flat(train.target).mean(axis=0, keepdims=True)

    def model(known: Known) -> Answers:
        return _numbers(known, np.repeat(center, len(known.target), axis=0))

    return model


def _majority(head: Head, train: Known) -> Model:
    labels = np.asarray(train.target).reshape(-1).tolist()
    shares = np.array([labels.count(one) / len(labels) for one in head.classes])

    def model(known: Known) -> Answers:
        return _labels(head, known, np.tile(shares, (len(known.target), 1)))

    return model


def _last_value(head: Head) -> Model:
    def model(known: Known) -> Answers:
        assert known.last is not None, "every split of a series has last values"
        if head.task != "classification":
            return _numbers(known, known.last)
        last = np.asarray(known.last).reshape(-1)
        sure = np.array([[label == one for one in head.classes] for label in last.tolist()])
        return _labels(head, known, sure.astype(np.float64))

    return model


def _ridge(train: Known, seed: int, notes: list[str]) -> Model | None:
    chosen = _drawn("ridge", train, RIDGE_CELLS, seed, notes)
    if chosen is None:
        return None
    fitted = Ridge(alpha=PENALTY).fit(_table(train, chosen), _flat(train.target)[chosen])

    def model(known: Known) -> Answers:
        return _numbers(known, _in_blocks(known, fitted.predict))

    return model


def _logistic(head: Head, train: Known, seed: int, notes: list[str]) -> Model | None:
    cells = LOGISTIC_CELLS // max(1, len(head.classes))
    chosen = _drawn("logistic regression", train, cells, seed, notes)
    if chosen is None:
        return None
    labels = np.asarray(train.target).reshape(-1)[chosen]
    if len(set(labels.tolist())) < 2:  # noqa: PLR2004  one class needs no boundary
        notes.append("logistic regression: left out, the training rows hold a single class")
        return None
    fitted = LogisticRegression(C=PENALTY, max_iter=PASSES)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ConvergenceWarning)
        fitted.fit(_table(train, chosen), labels)
    if any(issubclass(one.category, ConvergenceWarning) for one in caught):
        notes.append(f"logistic regression: stopped after {PASSES} passes, not yet at its optimum")
    places = [head.classes.index(label) for label in fitted.classes_.tolist()]

    def model(known: Known) -> Answers:
        shares = np.zeros((len(known.target), len(head.classes)))
        shares[:, places] = _in_blocks(known, fitted.predict_proba)
        return _labels(head, known, shares)

    return model


def _drawn(name: str, train: Known, cells: int, seed: int, notes: list[str]) -> Array | None:
    """Return the training rows to fit: all, or as many as the bound on cells allows.

    None, with a note, where the rows are so wide that too few could be used.
    """
    rows = len(train.target)
    columns = sum(int(np.prod(one.shape[1:])) for one in train.inputs.values())
    allowed = cells // max(1, columns)
    if rows <= allowed:
        return np.arange(rows)
    if allowed < FEWEST:
        notes.append(f"{name}: left out, {columns:,} columns are too many for it")
        return None
    notes.append(f"{name}: fitted to {allowed:,} of {rows:,} training rows, drawn at random")
    draw = np.random.Generator(np.random.Philox(seed))
    return np.sort(draw.permutation(rows)[:allowed])


def _table(known: Known, rows: Array | slice) -> Floats:
    """Return all inputs of some rows side by side, (rows, columns)."""
    chosen = [np.asarray(one[rows], dtype=np.float64) for one in known.inputs.values()]
    return np.concatenate([one.reshape(len(one), -1) for one in chosen], axis=1)


def _in_blocks(known: Known, predict: Any) -> Floats:  # noqa: ANN401  scikit-learn is untyped
    """Return the answers for all rows, with a bounded number of cells in memory at once."""
    columns = sum(int(np.prod(one.shape[1:])) for one in known.inputs.values())
    step = max(1, BLOCK // max(1, columns))
    starts = range(0, len(known.target), step)
    found = [_flat(predict(_table(known, slice(start, start + step)))) for start in starts]
    return np.concatenate(found)


def _flat(values: Array) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    return array.reshape(len(array), -1)


def _numbers(known: Known, prediction: Array) -> Answers:
    return regression_answers(np.arange(len(known.target)), prediction, known.target)


def _labels(head: Head, known: Known, shares: Floats) -> Answers:
    return class_answers(np.arange(len(known.target)), shares, head.classes, known.target)
