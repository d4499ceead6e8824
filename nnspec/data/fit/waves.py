"""Waves: sines and cosines of a number in its place."""

import numpy as np

from nnspec.catalog.columns import Numeric
from nnspec.data.fit.fitted import NumericFit

USUAL = 0.3
"""Deviation of frequencies, where the spec leaves it open."""


def with_waves(said: object, fit: NumericFit) -> NumericFit:
    """Return what was fitted to a numeric column, with the frequencies that the spec wants.

    Args:
        said: what the spec says of the column.
        fit: its scale.
    """
    if not isinstance(said, Numeric) or not said.waved:
        return fit
    if said.period is not None:
        waves = tuple(float(one) for one in range(1, (said.num_frequencies or 1) + 1))
        once = {"shift": 0.0, "scale": said.period, "log": False, "quantiles": ()}
        # Of large numbers single precision holds no place within a period.
        return fit.model_copy(update={**once, "waves": waves, "precision": "double"})
    draw = np.random.Generator(np.random.Philox(said.seed or 0))
    drawn = draw.normal(0.0, said.frequency_scale or USUAL, said.num_frequencies)
    return fit.model_copy(update={"waves": tuple(drawn.tolist())})
