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
    return logarithms(numbers) if fit.log else numbers


def logarithms(numbers: Numbers) -> Numbers:
    """Return sign(x) * log(1 + |x|)."""
    return np.sign(numbers) * np.log1p(np.abs(numbers))


def has_line(fit: NumericFit) -> bool:
    """Tell whether the network reads the scaled number, alone or beside its bins."""
    return fit.bins is None or fit.bins.beside
