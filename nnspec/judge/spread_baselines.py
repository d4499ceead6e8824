"""Floor 8, baselines of intervals and distributions: what training targets say by themselves."""

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from nnspec.build.back import LOWER, STD, UPPER
from nnspec.build.calibrated import rounding_of
from nnspec.judge.answers import Answers, Floats
from nnspec.judge.calibration import fit_interval
from nnspec.judge.decision import CHOSEN_ON
from nnspec.judge.heads import Head, Numbers
from nnspec.judge.known import Known, Model, answer_numbers
from nnspec.judge.spread import outermost
from nnspec.spec.intervals import middle_of, quantile_name


def with_intervals(head: Head, answers: Mapping[str, Answers]) -> dict[str, Answers]:
    """Return a baseline's answers with intervals, fitted on the validation rows as the network's.

    They are as they are where none are asked for, or where too few rows say them.
    """
    if not isinstance(head, Numbers) or head.interval is None:
        return dict(answers)
    found = fit_interval(head, head.interval, answers.get(CHOSEN_ON))
    if found is None:
        return dict(answers)
    return {split: _widened(head, one, np.asarray(found.margins)) for split, one in answers.items()}


def _widened(head: Numbers, answers: Answers, margins: Floats) -> Answers:
    """Return answers with the ends of intervals that reach beyond their middle."""
    low, high, unit = outermost(head, answers.around, answers.prediction)
    shape = answers.prediction.shape[1:]
    reach = unit * (margins.reshape(shape) if margins.size == math.prod(shape) else margins)
    reach = reach + rounding_of("double") * (np.abs(low) + np.abs(high) + np.abs(reach))
    middle = (low + high) / 2
    ends = {LOWER: np.minimum(low - reach, middle), UPPER: np.maximum(high + reach, middle)}
    return replace(answers, around={**answers.around, **ends})


def spread_models(head: Numbers, train: Known) -> dict[str, Model]:
    """Return the baselines of heads that answer with distributions; none for others.

    Quantiles are those of the training targets, and the normal distribution has their mean and
    deviation, by the rows' weights where they have any.
    """
    flat = np.asarray(train.target, np.float64).reshape(len(train.target), -1)
    if head.quantiles:
        each = np.quantile(
            flat, head.quantiles, axis=0, weights=train.weights, method="inverted_cdf"
        )
        names = [quantile_name(one) for one in head.quantiles]
        around = dict(zip(names, each, strict=True))
        return {"training_quantiles": _constant(each[middle_of(head.quantiles)], around)}
    if head.normal:
        mean = np.average(flat, axis=0, weights=train.weights)
        deviation = np.sqrt(np.average((flat - mean) ** 2, axis=0, weights=train.weights))
        return {"normal": _constant(mean, {STD: deviation})}
    return {}


def _constant(answer: Floats, around: Mapping[str, Floats]) -> Model:
    """Return what answers every row alike."""

    def model(known: Known) -> Answers:
        rows = len(known.target)
        found = answer_numbers(known, np.tile(answer, (rows, 1)))
        spread = {
            name: np.tile(one, (rows, 1)).reshape(found.prediction.shape)
            for name, one in around.items()
        }
        return replace(found, around=spread)

    return model
