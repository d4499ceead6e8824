"""Floor 8, Keras metrics in the target's own units, while the network sees a scaled target.

Where a figure of scaled numbers is the true one up to a factor, only the result is multiplied; else
targets and predictions are scaled back before they are compared.
"""

from typing import Any

import keras
import numpy as np
from keras import ops

from nnspec.build.keras_graph import direction_of, mask_of, with_direction, with_mask

Tensor = Any
"""A tensor of any backend."""


class Measured(keras.metrics.Metric):  # type: ignore[misc]  # Keras is untyped
    """A metric that hands on to another one, whose name it has."""

    def __init__(self, inner: keras.metrics.Metric) -> None:
        super().__init__(name=inner.name, dtype=inner.dtype)
        self.inner = inner
        with_direction(self, direction_of(inner))

    def update_state(
        self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None
    ) -> None:
        """Take in a batch: (batch, ...) twice, and (batch,)."""
        self.inner.update_state(y_true, y_pred, sample_weight=sample_weight)

    def reset_state(self) -> None:
        """Forget the batches so far."""
        self.inner.reset_state()

    def result(self) -> Tensor:
        """Return the figure of the batches so far."""
        return self.inner.result()


class Multiplied(Measured):
    """A metric whose figure of scaled numbers is the true one up to a factor."""

    def __init__(self, inner: keras.metrics.Metric, factor: float) -> None:
        super().__init__(inner)
        self.factor = factor

    def result(self) -> Tensor:
        """Return the figure in the target's unit, or its power."""
        return self.inner.result() * self.factor


class ScaledBack(Measured):
    """A metric of targets and predictions in the target's own units."""

    def __init__(
        self, inner: keras.metrics.Metric, scale: tuple[float, ...], shift: tuple[float, ...]
    ) -> None:
        super().__init__(inner)
        self.scale = np.asarray(scale, np.float32)
        self.shift = np.asarray(shift, np.float32)

    def update_state(
        self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None
    ) -> None:
        """Take in a batch of scaled numbers, (batch, ..., units)."""
        back = ops.cast(y_pred, "float32") * self.scale + self.shift
        back = with_mask(back, mask_of(y_pred))
        truth = ops.cast(y_true, "float32") * self.scale + self.shift
        self.inner.update_state(truth, back, sample_weight=sample_weight)


class Flattened(Measured):
    """A metric of (lines, columns), where there are more axes: each step or pixel is a line."""

    def __init__(self, inner: keras.metrics.Metric, columns: int) -> None:
        super().__init__(inner)
        self.columns = columns

    def update_state(
        self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None
    ) -> None:
        """Take in a batch, (batch, ..., columns)."""
        flat = (-1, self.columns)
        lines = int(np.prod(y_pred.shape[1:])) // self.columns
        weights = sample_weight
        if weights is not None and lines > 1:
            weights = ops.repeat(ops.reshape(weights, (-1,)), lines)
        self.inner.update_state(ops.reshape(y_true, flat), ops.reshape(y_pred, flat), weights)


class WithoutIgnored(Measured):
    """A metric of class numbers that leaves out those that the loss ignores."""

    def __init__(self, inner: keras.metrics.Metric, ignored: int) -> None:
        super().__init__(inner)
        self.ignored = ignored

    def update_state(
        self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None
    ) -> None:
        """Take in a batch of class numbers (batch, ...) and shares (batch, ..., classes)."""
        numbers = ops.cast(y_true, "int32")
        kept = ops.cast(ops.not_equal(numbers, self.ignored), "float32")
        weights = kept
        if sample_weight is not None:
            ones = (1,) * (len(kept.shape) - 1)
            weights = kept * ops.reshape(ops.cast(sample_weight, "float32"), (-1, *ones))
        known = ops.where(ops.not_equal(numbers, self.ignored), numbers, 0)
        self.inner.update_state(known, y_pred, sample_weight=weights)


class RootOfEachColumn(keras.metrics.Metric):  # type: ignore[misc]  # Keras is untyped
    """The root mean square error of each column in its own unit, averaged over the columns.

    Source: scikit-learn 1.9, root_mean_squared_error(multioutput="uniform_average").
    """

    def __init__(self, name: str, dtype: str | None, scale: tuple[float, ...]) -> None:
        super().__init__(name=name, dtype=dtype)
        self.columns = len(scale)
        self.scale = np.asarray(scale, np.float32)
        self._direction = "down"
        self.total = self.add_variable((self.columns,), initializer="zeros", name="total")
        self.count = self.add_variable((self.columns,), initializer="zeros", name="count")

    def update_state(
        self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None
    ) -> None:
        """Take in a batch of scaled numbers, (batch, ..., columns)."""
        difference = ops.cast(y_true, self.dtype) - ops.cast(y_pred, self.dtype)
        weights = ops.ones_like(difference)
        mask = mask_of(y_pred)
        if mask is not None:
            weights = weights * ops.cast(mask, self.dtype)[..., None]
        if sample_weight is not None:
            ones = (1,) * (len(difference.shape) - 1)
            each = ops.reshape(ops.cast(sample_weight, self.dtype), (-1, *ones))
            weights = weights * each
        flat = (-1, self.columns)
        squares = ops.reshape(weights * ops.square(difference), flat)
        self.total.assign_add(ops.sum(squares, axis=0))
        self.count.assign_add(ops.sum(ops.reshape(weights, flat), axis=0))

    def result(self) -> Tensor:
        """Return the mean of the columns' errors."""
        means = ops.divide_no_nan(self.total.value, self.count.value)
        return ops.mean(ops.sqrt(means) * self.scale)


def root_of_each_picture(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Return the root mean square error of each row's elements, (batch,)."""
    difference = ops.cast(y_true, y_pred.dtype) - y_pred
    return ops.sqrt(ops.mean(ops.square(difference), axis=tuple(range(1, len(y_pred.shape)))))


def r2_of_each_picture(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Return R² of each row's elements, (batch,): for equal elements 0, or 1 if all are met.

    Source: scikit-learn 1.9, r2_score(force_finite=True).
    """
    axes = tuple(range(1, len(y_pred.shape)))
    truth = ops.cast(y_true, y_pred.dtype)
    left = ops.sum(ops.square(truth - y_pred), axis=axes)
    spread = ops.sum(ops.square(truth - ops.mean(truth, axis=axes, keepdims=True)), axis=axes)
    score = 1.0 - left / ops.where(spread > 0, spread, 1.0)
    return ops.where(spread > 0, score, ops.where(left > 0, 0.0, 1.0))


def mean_of(function: Any, name: str, direction: str) -> keras.metrics.Metric:  # noqa: ANN401 - a function of tensors
    """Return the mean over rows of what a function gives for each."""
    return with_direction(keras.metrics.MeanMetricWrapper(function, name=name), direction)
