"""Floor 8, a threshold unit that learns by the perceptron rule, in double precision.

Source: scikit-learn 1.9, sklearn/linear_model/_sgd_fast.pyx.tp, _plain_sgd with the loss of
`Perceptron`: one row after the other, sums from the first feature to the last, the bias last.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

AHEAD, FURTHEST = 8, 4096
"""Rows that are looked at together: as few after a mistake, at most as many without one."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What a unit learns from, in the order in which it is visited."""

    features: Floats
    """(rows, features)."""
    sides: Floats
    """1 for the second class, -1 for the first, (rows,)."""
    amounts: Floats
    """How much of a row a mistake adds, (rows,); a row of 0 is passed by."""

    def take(self, order: npt.NDArray[np.integer]) -> "Rows":
        """Return some rows, in an order."""
        return Rows(self.features[order], self.sides[order], self.amounts[order])


@dataclass(slots=True)
class ThresholdUnit:
    """Weights (features,) and bias, which learning changes in place."""

    kernel: Floats
    bias: float
    biased: bool
    """Whether the bias is learned."""

    def learn(self, rows: Rows) -> int:
        """Visit rows one after the other; return how many were on the wrong side or on the line.

        Weights change at mistakes alone, so the rows up to the next one are looked at together:
        the sums, and so the weights, are those of one row at a time to the last bit.
        """
        mistakes, at, ahead = 0, 0, AHEAD
        while at < len(rows.sides):
            end = at + ahead
            wrong = self.wrong(rows.features[at:end], rows.sides[at:end], rows.amounts[at:end])
            if not len(wrong):
                at, ahead = end, min(2 * ahead, FURTHEST)
                continue
            place = at + int(wrong[0])
            self.correct(rows, place)
            mistakes += 1
            at, ahead = place + 1, max(AHEAD, 2 * int(wrong[0]))
        return mistakes

    def correct(self, rows: Rows, place: int) -> None:
        """Move the weights towards the side of a row."""
        step = rows.amounts[place] * rows.sides[place]
        self.kernel += step * rows.features[place]
        if self.biased:
            self.bias += step

    def wrong(self, features: Floats, sides: Floats, amounts: Floats) -> npt.NDArray[np.intp]:
        """Return the places of rows that are on the wrong side of the threshold, or on it."""
        return np.flatnonzero((sides * self.scores(features) <= 0) & (amounts > 0))

    def scores(self, features: Floats) -> Floats:
        """Return weighted sums, (rows,), each added up from the first feature to the last."""
        sums: Floats = np.add.accumulate(features * self.kernel, axis=1)[:, -1] + self.bias
        return sums
