"""Floor 8, numbers in lines and columns, from which their figures are computed."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from nnspec.judge.answers import Answers, Floats
from nnspec.judge.heads import NumberHead


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Targets and answers of one split, (lines, columns).

    A line is a row; of a window, or where steps are left out, each step is a line.

    Attributes:
        weights: of each line; None: all alike.
        around: further numbers of each answer: ends of intervals, quantiles, deviations.
    """

    target: Floats
    prediction: Floats
    weights: Floats | None = None
    around: Mapping[str, Floats] = field(default_factory=dict)

    def column(self, place: int) -> "Lines":
        """Return the lines of one column."""
        around = {name: values[:, [place]] for name, values in self.around.items()}
        return Lines(self.target[:, [place]], self.prediction[:, [place]], self.weights, around)


def in_lines(head: NumberHead, answers: Answers) -> Lines:
    """Return the answers of a split, which have targets, in lines and columns."""
    assert answers.target is not None, "figures need targets"
    around = {name: in_columns(head, answers, one) for name, one in answers.around.items()}
    target, prediction = (
        in_columns(head, answers, one) for one in (answers.target, answers.prediction)
    )
    return Lines(target, prediction, _weights(head, answers), around)


def in_columns(head: NumberHead, answers: Answers, values: Floats) -> Floats:
    """Return numbers in the shape of the answers as (lines, columns)."""
    counted = answers.counted
    if counted is None:
        return values.reshape(-1, len(head.measured))
    return values[counted].reshape(-1, math.prod(values.shape[counted.ndim :]))


def _weights(head: NumberHead, answers: Answers) -> Floats | None:
    if answers.weights is None:
        return None
    if answers.counted is not None:
        return answers.weights[answers.counted.nonzero()[0]]
    each = math.prod(answers.prediction.shape[1:]) // len(head.measured)
    return np.repeat(answers.weights, each)
