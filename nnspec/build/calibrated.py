"""What validation rows add to the answers of one output.

Intervals: split-conformal prediction. Source: Lei et al., Distribution-free predictive inference
for regression (2018), algorithm 2. Temperature: Guo et al., On calibration of modern neural
networks (2017), section 4.2.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

SMALLEST = 1e-7
"""Probability below which logits are not told apart, as in Keras' own losses."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was fitted on the validation rows for one output.

    Attributes:
        level: share of rows that intervals are to cover; None: there are no intervals.
        margins: for each number of a row, or of a step where some are left out, by how much the
            interval reaches beyond its middle: in the target's units, or, of a normal
            distribution, in its deviations.
        temperature: what logits are divided by; None: probabilities stay as they are.
        rows: validation rows that it was fitted on.
        notes: what is to be said of it, for the report.
    """

    level: float | None = None
    margins: tuple[float, ...] = ()
    temperature: float | None = None
    rows: int = 0
    notes: tuple[str, ...] = ()

    def margins_of(self, shape: tuple[int, ...]) -> npt.NDArray[np.float64]:
        """Return the margins as they spread over the numbers of a row, `shape`."""
        margins = np.asarray(self.margins, np.float64)
        return margins.reshape(shape) if margins.size == math.prod(shape) else margins


Calibrations = Mapping[str, Calibration]
"""Output -> what was fitted for it; others have none."""


def rounding_of(precision: Literal["single", "double"]) -> float:
    """Return what answers of a precision are rounded by at most, as a share of them.

    Twice what a single rounding takes: an answer, from which a margin was measured, was rounded
    as well as the end that the margin gives.
    """
    return float(np.finfo(np.float64 if precision == "double" else np.float32).eps)
