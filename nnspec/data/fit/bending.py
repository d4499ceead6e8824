"""What is done with numbers before they are shifted and scaled: filled, clipped, bent."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from nnspec.data.fit.fitted import NumericFit
from nnspec.data.table import Values

Numbers = NDArray[np.float64]


def filled(values: Values, fill: float | None) -> Numbers:
    """Return numbers in double precision, `fill` in place of NaN."""
    numbers: Numbers = values.astype(np.float64)
    return numbers if fill is None else np.where(np.isnan(numbers), fill, numbers)


def bent(fit: NumericFit, numbers: Numbers) -> Numbers:
    """Return numbers within the bounds of a column, as logarithms or places where it wants them."""
    if fit.low is not None or fit.high is not None:
        numbers = np.clip(numbers, fit.low, fit.high)
    if fit.quantiles:
        return _placed(Ranks.of(fit), numbers)
    return np.sign(numbers) * np.log1p(np.abs(numbers)) if fit.log else numbers


@dataclass(frozen=True, slots=True, eq=False)
class Ranks:
    """The places, from 0 to 1, of a column's quantiles.

    Attributes:
        values: the different ones, in their order.
        first: place of each one's first quantile; what is just below comes close to it.
        last: place of each one's last quantile.
    """

    values: Numbers
    first: Numbers
    last: Numbers

    @classmethod
    def of(cls, fit: NumericFit) -> Self:
        """Return the places of a column's quantiles."""
        places = np.linspace(0, 1, len(fit.quantiles))
        values, start, counts = np.unique(fit.quantiles, return_index=True, return_counts=True)
        return cls(values, places[start], places[start + counts - 1])


def _placed(ranks: Ranks, numbers: Numbers) -> Numbers:
    """Return the places of numbers, as scikit-learn's QuantileTransformer; NaN stays NaN."""
    most = len(ranks.values) - 1
    lower = np.clip(np.searchsorted(ranks.values, numbers, side="right") - 1, 0, most)
    upper = np.minimum(lower + 1, most)
    start, width = ranks.values[lower], ranks.values[upper] - ranks.values[lower]
    share = (numbers - start) / np.where(width > 0, width, 1)
    between = ranks.last[lower] + share * (ranks.first[upper] - ranks.last[lower])
    tied = (ranks.first[lower] + ranks.last[lower]) / 2
    placed = np.where(numbers == start, tied, between)
    placed = np.where(numbers <= ranks.values[0], 0.0, placed)
    found: Numbers = np.where(numbers >= ranks.values[-1], float(most > 0), placed)
    return found
