"""Losses of distributions, for Keras, and how their units become numbers; TensorFlow alone.

Units lie side by side: all of the first target, then all of the next.
"""

import math
from typing import Any

import keras
from keras import ops

Tensor = Any
"""A tensor of any backend."""
PAIR = 2
"""Units of a normal distribution: its mean, and what its deviation is the softplus of."""


def by_target(units: Tensor, each: int) -> Tensor:
    """Return units, (..., targets * each), as (..., targets, each)."""
    *rows, last = ops.shape(units)
    return ops.reshape(units, (*rows, last // each, each))


def deviation(raw: Tensor, floor: float) -> Tensor:
    """Return the deviation of a normal distribution for the unit that says it."""
    return ops.softplus(raw) + floor


class Pinball(keras.losses.Loss):  # type: ignore[misc]  # Keras is untyped
    """The quantile loss of several quantiles, averaged over quantiles and targets.

    Source: scikit-learn 1.8, mean_pinball_loss.
    """

    def __init__(
        self,
        quantiles: tuple[float, ...],
        name: str = "pinball",
        reduction: str | None = "sum_over_batch_size",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.quantiles = tuple(quantiles)

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """Return the loss of each row, or step: (batch, ..., targets), (batch, ..., units) in."""
        units = by_target(y_pred, len(self.quantiles))
        above = ops.cast(y_true, units.dtype)[..., None] - units
        share = ops.convert_to_tensor(self.quantiles, units.dtype)
        return ops.mean(ops.maximum(share * above, (share - 1) * above), axis=(-2, -1))

    def get_config(self) -> dict[str, object]:
        """Return what the loss is made from."""
        return {**super().get_config(), "quantiles": self.quantiles}


class GaussianNegativeLogLikelihood(keras.losses.Loss):  # type: ignore[misc]  # as above
    """Minus the logarithm of a normal density at the target, averaged over targets."""

    def __init__(
        self,
        floor: float,
        name: str = "gaussian_negative_log_likelihood",
        reduction: str | None = "sum_over_batch_size",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.floor = floor

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """Return the loss of each row, or step: (batch, ..., targets), (batch, ..., units) in."""
        units = by_target(y_pred, PAIR)
        width = deviation(units[..., 1], self.floor)
        distance = (ops.cast(y_true, units.dtype) - units[..., 0]) / width
        each = 0.5 * (ops.square(distance) + math.log(2 * math.pi)) + ops.log(width)
        return ops.mean(each, axis=-1)

    def get_config(self) -> dict[str, object]:
        """Return what the loss is made from."""
        return {**super().get_config(), "floor": self.floor}
