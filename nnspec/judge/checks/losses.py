"""Floor 8, what each row costs: one number a row for every head, so that checks need one form."""

from collections.abc import Mapping
from typing import assert_never

import numpy as np

from nnspec.judge.answers import Answers, Array, Floats
from nnspec.judge.heads import (
    ClassPerPosition,
    Clusters,
    Head,
    Numbers,
    OneClass,
    Reconstruction,
    SeveralLabels,
    Unjudged,
)

ABSOLUTE = frozenset(
    {"MeanAbsoluteError", "MeanAbsolutePercentageError", "LogCosh", "Huber", "Pinball"}
)
"""Losses that make absolute errors small, or nearly."""


def row_losses(
    head: Head, answers: Mapping[str, Answers], known: Mapping[str, Answers], *, absolute: bool
) -> dict[str, Floats]:
    """Return what each row costs, split -> (rows,); empty for heads without targets to compare.

    Args:
        head: what the output predicts.
        answers: split -> answers with targets, of the network or of a baseline.
        known: the network's, whose training targets give the unit of errors.
        absolute: whether errors of numbers count by their size rather than by their square.
    """
    match head:
        case Numbers() | Reconstruction():
            unit = _deviation(known)
            return {
                split: _of_numbers(one.prediction, one, unit, absolute=absolute)
                for split, one in answers.items()
            }
        case OneClass() | SeveralLabels() | ClassPerPosition():
            return {split: _of_labels(one.prediction, one) for split, one in answers.items()}
        case Clusters() | Unjudged():
            return {}
        case _:
            assert_never(head)


def constant_losses(
    head: Head, known: Mapping[str, Answers], *, absolute: bool
) -> dict[str, Floats]:
    """Return what each row costs whoever answers all rows alike: the training mean, or its classes.

    The answer is the mean, or the median where errors count by their size; of labels the most
    frequent one at each place.
    """
    train = known.get("train")
    if train is None or train.target is None or not len(train.target):
        return {}
    match head:
        case Numbers() | Reconstruction():
            middle = np.median if absolute else np.mean
            answer = middle(np.asarray(train.target, np.float64), axis=0)
            unit = _deviation(known)
            return {
                split: _of_numbers(answer[None], one, unit, absolute=absolute)
                for split, one in known.items()
            }
        case OneClass() | SeveralLabels() | ClassPerPosition():
            alone = isinstance(head, SeveralLabels)
            likely = _each_place(train.target) if alone else _frequent(train.target)
            return {split: _of_labels(likely, one) for split, one in known.items()}
        case Clusters() | Unjudged():
            return {}
        case _:
            assert_never(head)


def unit_of(head: Head, known: Mapping[str, Answers]) -> float | None:
    """Return the deviation of the training target, None where there is not one of numbers."""
    if not isinstance(head, Numbers) or len(head.elements) != 1:
        return None
    return float(_deviation(known).ravel()[0])


def _deviation(known: Mapping[str, Answers]) -> Floats:
    """Return the deviation of the training target, (1, ..., units); of a constant one 1."""
    target = known["train"].target if "train" in known else None
    if target is None:
        return np.ones(1)
    numbers = np.asarray(target, np.float64)
    spread = numbers.reshape(-1, numbers.shape[-1]).std(axis=0)
    unit: Floats = np.where(spread > 0, spread, 1.0)
    return unit


def _of_numbers(prediction: Array, answers: Answers, unit: Floats, *, absolute: bool) -> Floats:
    assert answers.target is not None, "checks look at rows with targets"
    error = (np.asarray(prediction, np.float64) - answers.target) / unit
    return _averaged(np.abs(error) if absolute else error**2, answers)


def _of_labels(prediction: Array, answers: Answers) -> Floats:
    return _averaged((prediction != answers.target).astype(np.float64), answers)


def _averaged(each: Floats, answers: Answers) -> Floats:
    """Return (rows,) the mean over what counts of each row, times the row's weight."""
    flat = each.reshape(len(each), -1)
    found: Floats
    if answers.counted is None:
        found = flat.mean(axis=1)
    else:
        counted = answers.counted.reshape(len(each), -1).astype(np.float64)
        share = np.repeat(counted, flat.shape[1] // max(1, counted.shape[1]), axis=1)
        found = (flat * share).sum(axis=1) / np.maximum(share.sum(axis=1), 1.0)
    if answers.weights is not None and answers.weights.sum() > 0:
        found = found * answers.weights / answers.weights.mean()
    return found


def _frequent(labels: Array) -> Array:
    values, counts = np.unique(labels, return_counts=True)
    likely: Array = values[counts.argmax()]
    return likely


def _each_place(labels: Array) -> Array:
    columns = labels.reshape(len(labels), -1)
    found = [_frequent(columns[:, place]) for place in range(columns.shape[1])]
    return np.asarray(found).reshape(labels.shape[1:])
