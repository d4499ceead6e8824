"""The back of the compiled program: what leaves the network to figures and labels, in TensorFlow.

Regression and reconstruction come back in their own units, classes as probabilities and labels.
"""

from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from nnspec.data.fit.fitted import Preprocessing, TargetFit
from nnspec.data.fit.targets import label_array
from nnspec.data.table import Values
from nnspec.spec.training import HALF

PREDICTION = "prediction"
"""Key of a figure in the target's own units, or of the predicted label."""
PROBABILITIES = "probabilities"
"""Key of the classes' probabilities."""


class Back(tf.Module):  # type: ignore[misc]  # TensorFlow is untyped
    """One output of the network in, its predictions out.

    Returns {"prediction": (batch, units)} in the target's units for numbers. For classes,
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
    ) -> None:
        super().__init__(name="back")
        self.target = target
        self.from_logits = from_logits
        self.thresholds = thresholds

    def deciding(self, thresholds: tuple[float, ...]) -> "Back":
        """Return the back that answers with second classes above these probabilities."""
        return Back(self.target, from_logits=self.from_logits, thresholds=thresholds)

    @tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
    def __call__(self, output: tf.Tensor) -> dict[str, tf.Tensor]:
        """Return the predictions for what left the network."""
        output = tf.cast(output, tf.float32)
        match self.target.need:
            case "regression" | "reconstruction":
                output = tf.sigmoid(output) if self.from_logits else output
                return {PREDICTION: self._in_units(output)}
            case "none" | "cluster":
                return {PREDICTION: output}
            case "binary":
                return self._binary(tf.sigmoid(output) if self.from_logits else output)
            case "multiclass":
                return self._multiclass(tf.nn.softmax(output) if self.from_logits else output)

    def _in_units(self, output: tf.Tensor) -> tf.Tensor:
        """Return numbers in the target's units, computed in double precision."""
        scaled = tf.cast(output, tf.float64) * tf.constant(self.target.scale, tf.float64)
        numbers = scaled + tf.constant(self.target.shift, tf.float64)
        return tf.cast(numbers, tf.float64 if self.target.precision == "double" else tf.float32)

    def _binary(self, positive: tf.Tensor) -> dict[str, tf.Tensor]:
        """Return labels for the probability of the second class."""
        codes = tf.cast(positive > tf.constant(self.thresholds, positive.dtype), tf.int32)
        if self.target.shape[-1:] != (1,):
            return {PREDICTION: self._labels(codes), PROBABILITIES: positive}
        both = tf.concat([1 - positive, positive], axis=-1)
        return {PREDICTION: self._labels(codes[..., 0]), PROBABILITIES: both}

    def _multiclass(self, probabilities: tf.Tensor) -> dict[str, tf.Tensor]:
        """Return the most probable class's label."""
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
