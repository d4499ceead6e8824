"""Floor 8, baselines: what simple models reach on the same rows; a network must beat them.

All are fitted on the training rows and judged on the rows of each split: the mean or the most
frequent class, a linear model of the preprocessed inputs (of texts: which words they have), and
for a series its last value. Where the figures are weighted, so are they, in the fit as in the
figures.
"""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, assert_never

import numpy as np
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge

from nnspec.judge.answers import (
    Answers,
    Array,
    Floats,
    class_answers,
    label_answers,
)
from nnspec.judge.decision import decide, decided
from nnspec.judge.figures import Metrics
from nnspec.judge.heads import (
    ClassPerPosition,
    Clusters,
    Head,
    Label,
    Numbers,
    OneClass,
    Reconstruction,
    SeveralLabels,
    Unjudged,
)
from nnspec.judge.known import Known, Model, answer_classes, answer_numbers
from nnspec.judge.metrics import measure, measure_columns
from nnspec.judge.past import past_models
from nnspec.judge.spread_baselines import spread_models, with_intervals
from nnspec.spec.training import HALF, Threshold

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
class Baselines:
    """The figures of every baseline, and what must be known to read them."""

    figures: Mapping[str, Mapping[str, Metrics]]
    """Baseline -> split -> metrics."""
    notes: tuple[str, ...] = ()
    by_column: Mapping[str, Mapping[str, Mapping[str, Metrics]]] = field(default_factory=dict)
    """Baseline -> split -> target column or label -> metrics; where there are several."""
    answers: Mapping[str, Mapping[str, Answers]] = field(default_factory=dict, compare=False)
    """Baseline -> split -> what it answered."""


def fit_baselines(
    head: Head, splits: Mapping[str, Known], *, seed: int, threshold: Threshold = HALF
) -> Baselines:
    """Fit every baseline that applies and judge it on each split.

    Args:
        head: what the output predicts.
        splits: split -> its rows; `train` is among them.
        seed: draws the rows that a linear model of a large table is fitted to.
        threshold: when the second of two classes is answered.
    """
    train = splits[TRAIN]
    fit = Fit(train, seed, [])
    models = {name: model for name, model in _models(head, fit).items() if model is not None}
    answers = {name: _answers(head, model, splits, threshold) for name, model in models.items()}
    figures = {
        name: {split: measure(head, one) for split, one in found.items()}
        for name, found in answers.items()
    }
    by_column = {
        name: {split: measure_columns(head, one) for split, one in found.items()}
        for name, found in answers.items()
    }
    return Baselines(figures, tuple(fit.notes), by_column, answers)


@dataclass(frozen=True, slots=True)
class Fit:
    """What a baseline is fitted to."""

    train: Known
    seed: int
    notes: list[str]
    """Takes what must be known to read the figures."""


def _models(head: Head, fit: Fit) -> dict[str, Model | None]:
    """Return the baselines of a head, None for those that cannot be fitted here."""
    past = past_models(head, fit.train)
    match head:
        case Numbers():
            spread = spread_models(head, fit.train)
            return {"mean": _mean(fit.train), "ridge": _ridge(fit), **spread, **past}
        case Reconstruction():
            return {"mean": _mean(fit.train)}
        case OneClass():
            linear = _logistic(head, fit)
            return {"majority": _majority(head, fit.train), "logistic_regression": linear, **past}
        case ClassPerPosition():
            return {"majority": _majority(head, fit.train), **past}
        case SeveralLabels():
            linear = _logistic_each(head, fit) if len(head.cell) == 1 else None
            majority = _majority_each(head, fit.train)
            return {"majority": majority, "logistic_regression": linear, **past}
        case Clusters() | Unjudged():
            return {}
        case _:
            assert_never(head)


def _answers(
    head: Head, model: Model, splits: Mapping[str, Known], threshold: Threshold
) -> dict[str, Answers]:
    """Return a baseline's answers; it decides by the same rule as the network."""
    answers = {split: model(known) for split, known in splits.items() if len(known.target)}
    decision = decide(threshold, head, answers.get("validation"))
    answers = with_intervals(head, answers)
    return {split: decided(head, one, decision) for split, one in answers.items()}


def _mean(train: Known) -> Model:
    center = np.average(_flat(train.target), axis=0, weights=train.weights)

    def model(known: Known) -> Answers:
        return answer_numbers(known, np.tile(center, (len(known.target), 1)))

    return model


def _ridge(fit: Fit) -> Model | None:
    train = fit.train
    chosen = _drawn("ridge", fit, RIDGE_CELLS)
    if chosen is None:
        return None
    weights = None if train.weights is None else train.weights[chosen]
    target = _flat(train.target)[chosen]
    fitted = Ridge(alpha=PENALTY).fit(_table(train, chosen), target, sample_weight=weights)

    def model(known: Known) -> Answers:
        return answer_numbers(known, _in_blocks(known, fitted.predict))

    return model


def _majority(head: OneClass | ClassPerPosition, train: Known) -> Model:
    """Return what answers with the most frequent class, its share of the lines as probability."""
    labels, counted = np.asarray(train.target), train.truth.counted
    weights = np.ones(len(labels)) if train.weights is None else train.weights
    spread = np.broadcast_to(weights.reshape(-1, *(1 for _ in labels.shape[1:])), labels.shape)
    kept = np.ones(labels.shape, dtype=np.bool_) if counted is None else counted
    kept = kept.reshape(labels.shape)
    shares = np.array([spread[kept & (labels == one)].sum() for one in head.classes])
    shares = shares / (shares.sum() or 1.0)

    def model(known: Known) -> Answers:
        positions = np.asarray(known.target).shape
        spread = np.broadcast_to(shares, (*positions, len(shares)))
        return class_answers(np.arange(len(spread)), spread, head.classes, known.whole)

    return model


def _majority_each(head: SeveralLabels, train: Known) -> Model:
    """Return what answers each label with its more frequent side."""
    held = np.asarray(train.target) == head.classes[1]
    axes = tuple(range(held.ndim - 1))
    weights = None
    if train.weights is not None:
        weights = np.broadcast_to(
            train.weights.reshape(-1, *(1 for _ in held.shape[1:])), held.shape
        )
    shares = np.average(held, axis=axes, weights=weights)

    def model(known: Known) -> Answers:
        spread = np.broadcast_to(shares, np.asarray(known.target).shape)
        return label_answers(np.arange(len(spread)), spread, head.classes, known.whole)

    return model


def _logistic(head: OneClass, fit: Fit) -> Model | None:
    chosen = _drawn("logistic regression", fit, LOGISTIC_CELLS // max(1, len(head.classes)))
    if chosen is None:
        return None
    labels = np.asarray(fit.train.target).reshape(-1)[chosen]
    shares_of = _boundary(labels, head.classes, fit, chosen)
    if shares_of is None:
        fit.notes.append("logistic regression: left out, the training rows hold a single class")
        return None

    def model(known: Known) -> Answers:
        return answer_classes(head, known, shares_of(known))

    return model


def _logistic_each(head: SeveralLabels, fit: Fit) -> Model | None:
    """Return one logistic regression for each label."""
    chosen = _drawn("logistic regression", fit, LOGISTIC_CELLS // max(1, len(head.labels)))
    if chosen is None:
        return None
    held = np.asarray(fit.train.target)[chosen]
    found = [_boundary(held[:, place], head.classes, fit, chosen) for place in range(held.shape[1])]
    if any(one is None for one in found):
        fit.notes.append("logistic regression: left out, a label is the same in all training rows")
        return None

    def model(known: Known) -> Answers:
        shares = np.stack([one(known)[:, 1] for one in found if one is not None], axis=1)
        return label_answers(np.arange(len(shares)), shares, head.classes, known.whole)

    return model


def _boundary(
    labels: Array, classes: tuple[Label, ...], fit: Fit, chosen: Array
) -> Callable[[Known], Floats] | None:
    """Return what gives the probability of each class, None where there is a single one."""
    if len(set(labels.tolist())) < 2:  # noqa: PLR2004  one class needs no boundary
        return None
    fitted = LogisticRegression(C=PENALTY, max_iter=PASSES)
    weights = None if fit.train.weights is None else fit.train.weights[chosen]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ConvergenceWarning)
        fitted.fit(_table(fit.train, chosen), labels, sample_weight=weights)
    late = f"logistic regression: stopped after {PASSES} passes, not yet at its optimum"
    if any(issubclass(one.category, ConvergenceWarning) for one in caught):
        fit.notes.extend([late] if late not in fit.notes else [])
    where = [classes.index(label) for label in fitted.classes_.tolist()]

    def shares_of(known: Known) -> Floats:
        shares = np.zeros((len(known.target), len(classes)))
        shares[:, where] = _in_blocks(known, fitted.predict_proba)
        return shares

    return shares_of


def _drawn(name: str, fit: Fit, cells: int) -> Array | None:
    """Return the training rows to fit: all, or as many as the bound on cells allows.

    None, with a note, where the rows are so wide that too few could be used.
    """
    train, notes = fit.train, fit.notes
    rows = len(train.target)
    columns = sum(int(np.prod(one.shape[1:])) for one in train.inputs.values())
    allowed = cells // max(1, columns)
    if rows <= allowed:
        return np.arange(rows)
    if allowed < FEWEST:
        notes.append(f"{name}: left out, {columns:,} columns are too many for it")
        return None
    notes.append(f"{name}: fitted to {allowed:,} of {rows:,} training rows, drawn at random")
    draw = np.random.Generator(np.random.Philox(fit.seed))
    return np.sort(draw.permutation(rows)[:allowed])


def _table(known: Known, rows: Array | slice) -> Any:  # noqa: ANN401  SciPy is untyped
    """Return all inputs of some rows side by side, (rows, columns); sparse where one is text."""
    chosen = {name: np.asarray(one[rows]) for name, one in known.inputs.items()}
    tables = [
        _words(one, known.words[name]) if name in known.words else _flat(one)
        for name, one in chosen.items()
    ]
    return sparse.hstack(tables, format="csr") if known.words else np.concatenate(tables, axis=1)


def _words(numbers: Array, count: int) -> Any:  # noqa: ANN401  SciPy is untyped
    """Return which words each text has, (rows, words): their numbers themselves order nothing."""
    flat = numbers.reshape(len(numbers), -1)
    row, place = np.nonzero(flat)
    shape = (len(flat), count)
    table = sparse.coo_matrix((np.ones(len(row)), (row, flat[row, place])), shape).tocsr()
    table.data[:] = 1.0  # a word that comes twice was added up
    return table


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
