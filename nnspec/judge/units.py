"""Floor 8, Keras metrics in the target's own units, while the network sees a scaled target.

Where a figure of scaled numbers is the true one up to a factor, only the result is multiplied; else
targets and predictions are scaled back before they are compared. Logarithms are undone first.
"""

from typing import Any

import keras
import numpy as np
from keras import ops

from nnspec.build.distributions import PAIR, by_target
from nnspec.build.keras_graph import direction_of, mask_of, with_direction, with_mask
from nnspec.spec.intervals import middle_of

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


class WithoutLogarithm(Measured):
    """A metric of numbers on a line through the target's own, where logarithms are learned.

    With u = exp(scale * z) - 1, which keeps all digits in single precision, they lie on such a
    line whatever the logarithms' mean is.
    """

    def __init__(self, inner: keras.metrics.Metric, scale: tuple[float, ...]) -> None:
        super().__init__(inner)
        self.scale = np.asarray(scale, np.float32)

    def update_state(
        self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None
    ) -> None:
        """Take in a batch of scaled logarithms, (batch, ..., units)."""
        back = ops.expm1(ops.cast(y_pred, "float32") * self.scale)
        back = with_mask(back, mask_of(y_pred))
        truth = ops.expm1(ops.cast(y_true, "float32") * self.scale)
        self.inner.update_state(truth, back, sample_weight=sample_weight)


class OfAnswer(Measured):
    """A metric of the one number that a distribution answers with: its median, or its mean."""

    def __init__(self, inner: keras.metrics.Metric, quantiles: tuple[float, ...]) -> None:
        super().__init__(inner)
        self.quantiles = quantiles

    def update_state(
        self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None
    ) -> None:
        """Take in a batch of distributions, (batch, ..., units)."""
        if self.quantiles:
            ordered = ops.sort(by_target(y_pred, len(self.quantiles)), axis=-1)
            answer = ordered[..., middle_of(self.quantiles)]
        else:
            answer = by_target(y_pred, PAIR)[..., 0]
        answer = with_mask(answer, mask_of(y_pred))
        self.inner.update_state(y_true, answer, sample_weight=sample_weight)


class Flattened(Measured):
    """A metric of (lines, columns), where there are more axes: each step or pixel is a line.

    Where a mask says which steps count, a line is a step, and those that do not count weigh 0.
    """

    def __init__(self, inner: keras.metrics.Metric, columns: int, units: int) -> None:
        super().__init__(inner)
        self.columns = columns
        self.units = units

    def update_state(
        self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None
    ) -> None:
        """Take in a batch, (batch, ..., units), and weights of rows or of steps."""
        mask = mask_of(y_pred)
        columns = self.columns if mask is None else self.units
        lines = int(np.prod(y_pred.shape[1:])) // columns
        weights = None if sample_weight is None else in_lines(sample_weight, lines, self.dtype)
        if mask is not None and np.prod(mask.shape[1:]) <= lines:
            counted = in_lines(mask, lines, self.dtype)
            weights = counted if weights is None else weights * counted
        truth = ops.reshape(y_true, (-1, int(np.prod(y_true.shape[1:])) // lines))
        self.inner.update_state(truth, ops.reshape(y_pred, (-1, columns)), weights)


def in_lines(weights: Tensor, lines: int, dtype: str) -> Tensor:
    """Return (batch * lines,) from what rows, (batch,), or their steps, (batch, ...), weigh."""
    each = lines // int(np.prod(weights.shape[1:]))
    return ops.repeat(ops.reshape(ops.cast(weights, dtype), (-1,)), each)


class ByMask(Measured):
    """A metric of whole rows, or another one of steps where a mask says which of them count."""

    def __init__(self, inner: keras.metrics.Metric, of_steps: keras.metrics.Metric) -> None:
        super().__init__(inner)
        self.of_steps = of_steps
        self.masked = False

    def update_state(
        self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None
    ) -> None:
        """Take in a batch, (batch, ..., units)."""
        self.masked = mask_of(y_pred) is not None
        chosen = self.of_steps if self.masked else self.inner
        chosen.update_state(y_true, y_pred, sample_weight=sample_weight)

    def reset_state(self) -> None:
        """Forget the batches so far."""
        self.inner.reset_state()
        self.of_steps.reset_state()

    def result(self) -> Tensor:
        """Return the figure of the batches so far."""
        return (self.of_steps if self.masked else self.inner).result()


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
        with_direction(self, "down")
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
