"""Floor 8, baselines: what simple models reach on the same rows; a network must beat them.

All are fitted on the training rows and judged on the rows of each split: the mean or the most
frequent class, a linear model of the preprocessed inputs (of texts: which words they have),
boosted trees, and for a series its last value. Where the figures are weighted, so are they, in the
fit as in the figures.
"""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import assert_never

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from nnspec.judge.answers import (
    Answers,
    Array,
    Floats,
    class_answers,
    label_answers,
)
from nnspec.judge.boosting import boosted_classes, boosted_labels, boosted_numbers
from nnspec.judge.decision import decide, decided
from nnspec.judge.figures import Metrics
from nnspec.judge.fitting import Fit, drawn, flattened, in_blocks, table_of
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
from nnspec.judge.ridge import PENALTY, fit_ridge
from nnspec.judge.spread_baselines import spread_models, with_intervals
from nnspec.spec.training import HALF, Threshold

TRAIN, TEST = "train", "test"
BOOSTED = "gradient_boosting"
RIDGE_CELLS = 20_000_000
"""Largest training table (rows times columns) that ridge is fitted to; rows are drawn above it."""
LOGISTIC_CELLS = 10_000_000
"""As above, times classes, for logistic regression, which passes over the table many times."""
PASSES = 200
"""Largest number of those passes."""


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


def _models(head: Head, fit: Fit) -> dict[str, Model | None]:
    """Return the baselines of a head, None for those that cannot be fitted here."""
    past = past_models(head, fit.train)
    match head:
        case Numbers():
            spread = spread_models(head, fit.train)
            models = {"mean": _mean(fit.train), "ridge": _ridge(fit)}
            return {**models, BOOSTED: boosted_numbers(head, fit), **spread, **past}
        case Reconstruction():
            return {"mean": _mean(fit.train)}
        case OneClass():
            linear = _logistic(head, fit)
            majority = _majority(head, fit.train)
            models = {"majority": majority, "logistic_regression": linear}
            return {**models, BOOSTED: boosted_classes(head, fit), **past}
        case ClassPerPosition():
            return {"majority": _majority(head, fit.train), **past}
        case SeveralLabels():
            alone = len(head.cell) == 1
            models = {
                "majority": _majority_each(head, fit.train),
                "logistic_regression": _logistic_each(head, fit) if alone else None,
                BOOSTED: boosted_labels(head, fit) if alone else None,
            }
            return {**models, **past}
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
    center = np.average(flattened(train.target), axis=0, weights=train.weights)

    def model(known: Known) -> Answers:
        return answer_numbers(known, np.tile(center, (len(known.target), 1)))

    return model


def _ridge(fit: Fit) -> Model | None:
    chosen = drawn("ridge", fit, RIDGE_CELLS)
    if chosen is None:
        return None
    predict = fit_ridge(fit, chosen)

    def model(known: Known) -> Answers:
        return answer_numbers(known, in_blocks(known, predict))

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
    chosen = drawn("logistic regression", fit, LOGISTIC_CELLS // max(1, len(head.classes)))
    if chosen is None:
        return None
    labels = np.asarray(fit.train.target).ravel()[chosen]
    shares_of = _boundary(labels, head.classes, fit, chosen)
    if shares_of is None:
        fit.notes.append("logistic regression: left out, the training rows hold a single class")
        return None

    def model(known: Known) -> Answers:
        return answer_classes(head, known, shares_of(known))

    return model


def _logistic_each(head: SeveralLabels, fit: Fit) -> Model | None:
    """Return one logistic regression for each label."""
    chosen = drawn("logistic regression", fit, LOGISTIC_CELLS // max(1, len(head.labels)))
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
        fitted.fit(table_of(fit.train, chosen), labels, sample_weight=weights)
    late = f"logistic regression: stopped after {PASSES} passes, not yet at its optimum"
    if any(issubclass(one.category, ConvergenceWarning) for one in caught):
        fit.notes.extend([late] if late not in fit.notes else [])
    where = [classes.index(label) for label in fitted.classes_.tolist()]

    def shares_of(known: Known) -> Floats:
        shares = np.zeros((len(known.target), len(classes)))
        shares[:, where] = in_blocks(known, fitted.predict_proba)
        return shares

    return shares_of
