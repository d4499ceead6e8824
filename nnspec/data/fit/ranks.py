"""Places of numbers among the quantiles of the training rows."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from nnspec.data.fit.fitted import NumericFit


@dataclass(frozen=True, slots=True, eq=False)
class Ranks:
    """The places, from 0 to 1, of a column's quantiles.

    Attributes:
        values: the different ones, in their order.
        first: place of each one's first quantile; what is just below comes close to it.
        last: place of each one's last quantile.
    """

    values: NDArray[np.float64]
    first: NDArray[np.float64]
    last: NDArray[np.float64]

    @classmethod
    def of(cls, fit: NumericFit) -> Self:
        """Return the places of a column's quantiles."""
        places = np.linspace(0, 1, len(fit.quantiles))
        values, start, counts = np.unique(fit.quantiles, return_index=True, return_counts=True)
        return cls(values, places[start], places[start + counts - 1])
