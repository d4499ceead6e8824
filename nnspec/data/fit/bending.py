"""What is done with numbers before they are shifted and scaled: filled, clipped, bent."""

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
    """Return numbers within the bounds of a column, as logarithms where it wants them.

    Places among quantiles, which are between 0 and 1 whatever comes, are told in the graph alone.
    """
    if fit.low is not None or fit.high is not None:
        numbers = np.clip(numbers, fit.low, fit.high)
    return np.sign(numbers) * np.log1p(np.abs(numbers)) if fit.log else numbers
