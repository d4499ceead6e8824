"""The back of the compiled program: what leaves the network to figures and labels, in TensorFlow.

Regression and reconstruction come back in their own units, classes as probabilities and labels.
"""

from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from nnspec.build.answer_keys import LOWER, PREDICTION, PROBABILITIES, STD, UPPER
from nnspec.build.calibrated import Calibration, rounding_of
from nnspec.build.calibration import temper_classes, temper_each
from nnspec.build.distributions import PAIR, by_target, deviation
from nnspec.data.fit.fitted import Preprocessing, TargetFit
from nnspec.data.fit.targets import label_array
from nnspec.data.table import Values
from nnspec.spec.intervals import middle_of, quantile_name
from nnspec.spec.training import HALF

__all__ = [
    "LOWER",
    "PREDICTION",
    "PROBABILITIES",
    "STD",
    "UPPER",
    "Back",
    "build_back",
    "decode_predictions",
]

Spread = tuple[dict[str, tf.Tensor], tf.Tensor, tf.Tensor, tf.Tensor | float]
"""Answers by their keys, the ends of the interval that they begin from, and what widens it by 1."""


class Back(tf.Module):  # type: ignore[misc]  # TensorFlow is untyped
    """One output of the network in, its predictions out.

    Returns {"prediction": (batch, units)} in the target's units for numbers, beside it what the
    loss and the validation rows say around it, of the same shape: quantiles ("q05"), in order even
    where units cross, the deviation ("std"), ends of intervals ("lower", "upper"). For classes,
    {"prediction": (batch,) labels, "probabilities": (batch, classes)} in the order of the labels,
    with the axes of steps or pixels between. Several labels at once give (batch, labels) of both:
    which of its two each column has, and the probability of the second. Behind a hinge, scores
    pass through the logistic function: they keep their order and their side, and are no measured
    probabilities.
    """

    def __init__(
        self,
        target: TargetFit,
        *,
        from_logits: bool = False,
        thresholds: tuple[float, ...] = (HALF,),
        calibration: Calibration | None = None,
    ) -> None:
        super().__init__(name="back")
        self.target = target
        self.from_logits = from_logits
        self.thresholds = thresholds
        self.calibration = calibration or Calibration()

    def deciding(self, thresholds: tuple[float, ...]) -> "Back":
        """Return the back that answers with second classes above these probabilities."""
        return Back(
            self.target,
            from_logits=self.from_logits,
            thresholds=thresholds,
            calibration=self.calibration,
        )

    def calibrated(self, calibration: Calibration | None) -> "Back":
        """Return the back that answers with what was fitted on validation rows, None: without."""
        return Back(
            self.target,
            from_logits=self.from_logits,
            thresholds=self.thresholds,
            calibration=calibration,
        )

    @property
    def around(self) -> tuple[str, ...]:
        """Return the keys of what stands around each predicted number."""
        named = tuple(quantile_name(one) for one in self.target.quantiles)
        normal = () if self.target.floor is None else (STD,)
        ends = () if self.calibration.level is None else (LOWER, UPPER)
        return (*named, *normal, *ends)

    @tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
    def __call__(self, output: tf.Tensor) -> dict[str, tf.Tensor]:
        """Return the predictions for what left the network."""
        output = tf.cast(output, tf.float32)
        match self.target.need:
            case "regression" | "reconstruction":
                output = tf.sigmoid(output) if self.from_logits else output
                return self._numbers(output)
            case "none" | "cluster":
                return {PREDICTION: output}
            case "binary":
                return self._binary(tf.sigmoid(output) if self.from_logits else output)
            case "multiclass":
                return self._multiclass(tf.nn.softmax(output) if self.from_logits else output)

    def _numbers(self, output: tf.Tensor) -> dict[str, tf.Tensor]:
        """Return numbers in the target's units and what stands around them."""
        output = tf.cast(output, tf.float64)
        if self.target.quantiles:
            found, low, high, width = self._quantiles(output)
        elif self.target.floor is not None:
            found, low, high, width = self._normal(output, self.target.floor)
        else:
            numbers = self._in_units(output)
            found, low, high, width = {PREDICTION: numbers}, numbers, numbers, 1.0
        if self.calibration.level is not None:
            reach = tf.constant(self.calibration.margins_of(self.target.shape), tf.float64) * width
            middle = (low + high) / 2
            # Outwards: a row that says how far intervals reach must not fall out by rounding.
            sizes = tf.abs(low) + tf.abs(high) + tf.abs(reach)
            reach += rounding_of(self.target.precision) * sizes
            found[LOWER] = tf.minimum(low - reach, middle)
            found[UPPER] = tf.maximum(high + reach, middle)
        kind = tf.float64 if self.target.precision == "double" else tf.float32
        return {key: tf.cast(tensor, kind) for key, tensor in found.items()}

    def _quantiles(self, output: tf.Tensor) -> Spread:
        """Return the quantiles of each number, in order, and the outermost two."""
        quantiles = self.target.quantiles
        ordered = tf.sort(by_target(output, len(quantiles)), axis=-1)
        each = [self._in_units(one) for one in tf.unstack(ordered, axis=-1)]
        named = dict(zip(map(quantile_name, quantiles), each, strict=True))
        return {PREDICTION: each[middle_of(quantiles)], **named}, each[0], each[-1], 1.0

    def _normal(self, output: tf.Tensor, floor: float) -> Spread:
        """Return mean and deviation of each number; the deviation is the unit of its interval."""
        units = by_target(output, PAIR)
        mean = self._in_units(units[..., 0])
        scale = tf.constant(self.target.scale, tf.float64)
        width = tf.cast(deviation(units[..., 1], floor), tf.float64) * scale
        return {PREDICTION: mean, STD: width}, mean, mean, width

    def _in_units(self, scaled: tf.Tensor) -> tf.Tensor:
        """Return numbers in the target's units, in double precision."""
        shift = tf.constant(self.target.shift, tf.float64)
        numbers = scaled * tf.constant(self.target.scale, tf.float64) + shift
        return tf.math.expm1(numbers) if self.target.log else numbers

    def _binary(self, positive: tf.Tensor) -> dict[str, tf.Tensor]:
        """Return labels for the probability of the second class."""
        if self.calibration.temperature is not None:
            positive = temper_each(positive, self.calibration.temperature)
        codes = tf.cast(positive > tf.constant(self.thresholds, positive.dtype), tf.int32)
        if self.target.shape[-1:] != (1,):
            return {PREDICTION: self._labels(codes), PROBABILITIES: positive}
        both = tf.concat([1 - positive, positive], axis=-1)
        return {PREDICTION: self._labels(codes[..., 0]), PROBABILITIES: both}

    def _multiclass(self, probabilities: tf.Tensor) -> dict[str, tf.Tensor]:
        """Return the most probable class's label."""
        if self.calibration.temperature is not None:
            probabilities = temper_classes(probabilities, self.calibration.temperature)
        codes = tf.argmax(probabilities, axis=-1, output_type=tf.int32)
        return {PREDICTION: self._labels(codes), PROBABILITIES: probabilities}

    def _labels(self, codes: tf.Tensor) -> tf.Tensor:
        """Return labels by their numbers: integers, booleans or texts."""
        return tf.gather(tf.constant(label_array(self.target)), codes)


def build_back(fitted: Preprocessing, output: str, *, from_logits: bool = False) -> Back:
    """Return the back of one output.

    Args:
        fitted: what was fitted on the training rows.
        output: name of the network's output.
        from_logits: whether the output's loss takes scores, so that the sigmoid or softmax is
            still to come.
    """
    return Back(fitted.targets[output], from_logits=from_logits)


def decode_predictions(back: Back, output: Values) -> Mapping[str, Values]:
    """Return predictions for what left the network, as arrays; texts as Python's."""
    with tf.device("CPU"):
        predicted = back(tf.constant(output))
    return {key: _as_array(tensor) for key, tensor in predicted.items()}


def _as_array(tensor: tf.Tensor) -> Values:
    """Return a tensor as an array; TensorFlow keeps texts as their bytes in UTF-8."""
    values: Values = tensor.numpy()
    if tensor.dtype != tf.string:
        return values
    texts = np.array([one.decode() for one in values.reshape(-1).tolist()], dtype=object)
    return texts.reshape(values.shape)
