"""Losses of whole distributions of a number: quantiles, and a normal one; floor 2."""

from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, Field

from nnspec.catalog.losses import Reduced
from nnspec.catalog.losses.classification import OpenRate
from nnspec.catalog.types import PositiveNumber, Text

MOST = 99
"""Quantiles that a head may have: the percentiles."""
OWN = "Keras has no loss of several units for one number"


def rising(quantiles: tuple[float, ...]) -> tuple[float, ...]:
    """Return quantiles, known to rise from one to the next."""
    for low, high in pairwise(quantiles):
        if low >= high:
            message = f"must rise from one quantile to the next; {high:g} follows {low:g}"
            raise ValueError(message)
    return quantiles


class Pinball(Reduced):
    """Quantile loss: each unit answers with a number that a share of targets lies below.

    The last layer gives a unit for each quantile of each target: all quantiles of the first target,
    then all of the next. The prediction is the median, or the quantile nearest to it; the others
    stand beside it (`q05`, `q95`). Where units cross, answers are put in order. Below a target the
    difference counts by the quantile, above it by 1 less the quantile; the mean over quantiles.
    """

    aliases = ("pinball",)
    shorthand = "quantiles"
    task = "regression"
    beyond_keras = OWN
    keras_module = "nnspec.build.distributions"

    quantiles: Annotated[
        tuple[OpenRate, ...], Field(min_length=1, max_length=MOST), AfterValidator(rising)
    ] = Field(examples=[[0.05, 0.5, 0.95]])
    """Shares of targets that are to lie below each unit's answer, rising."""
    name: Text = "pinball"
    """Name in the logs."""

    @property
    def units_each(self) -> int:
        """Return how many units the loss takes for one number of the target."""
        return len(self.quantiles)


class GaussianNegativeLogLikelihood(Reduced):
    """Minus the logarithm of a normal density at the target, whose mean and width are learned.

    The last layer is linear and gives two units for each target: its mean, then a number whose
    softplus is the deviation. The prediction is the mean; the deviation stands beside it (`std`).
    """

    aliases = ("gaussian_negative_log_likelihood", "gaussian_nll")
    shorthand = "floor"
    task = "regression"
    beyond_keras = OWN
    keras_module = "nnspec.build.distributions"

    floor: PositiveNumber = 1e-3
    """Smallest deviation, in the (scaled) target's unit, which is added to the softplus: a target
    that is met exactly would make the likelihood infinite."""
    name: Text = "gaussian_negative_log_likelihood"
    """Name in the logs."""

    @property
    def units_each(self) -> int:
        """Return how many units the loss takes for one number of the target."""
        return 2
