"""Floor 8, passes: the optimizer's update in place, or in one operation."""

import operator
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any, ClassVar

import keras
import tensorflow as tf

from nnspec.engine.passes.base import Method, Pass, Setting, Target


class UpdatesInPlace(Pass):
    """Makes each weight's update wait for all gradients.

    A layer's weights are read twice: on the way forward, and to carry the gradient further
    back. XLA orders nothing that does not depend on one another, so it copies every matrix of
    weights in every step lest the update overwrite it before its second reading.
    """

    title: ClassVar[str] = "weights updated in place"

    def match(self, target: Target, setting: Setting) -> bool:
        """Fit every Keras optimizer, under XLA on a CPU."""
        return setting.xla and not setting.gpu and isinstance(target, keras.optimizers.Optimizer)

    def rewrite(self, target: Target, setting: Setting) -> Mapping[str, Method]:
        """Replace `apply`."""
        del setting
        original = target.apply

        def apply(
            grads: Sequence[Any], trainable_variables: Sequence[keras.Variable] | None = None
        ) -> object:
            return original(_awaiting_each_other(list(grads)), trainable_variables)

        return {"apply": apply}


class AdamInOneOperation(Pass):
    """Updates a weight and both its averages in one walk over memory instead of ten.

    Source: Keras 3.15, keras/src/optimizers/adam.py, Adam.update_step, which is what
    TensorFlow's operation computes.
    """

    title: ClassVar[str] = "Adam in one operation"

    def match(self, target: Target, setting: Setting) -> bool:
        """Fit Adam and AdamW without AMSGrad, where XLA does not compile the update."""
        adam = (keras.optimizers.Adam, keras.optimizers.AdamW)
        return not (setting.update or setting.gpu) and type(target) in adam and not target.amsgrad

    def rewrite(self, target: Target, setting: Setting) -> Mapping[str, Method]:
        """Replace `update_step`; gradients of single rows, and halves, keep Keras' own."""
        del setting
        original = target.update_step

        def update_step(
            gradient: Any,  # noqa: ANN401 - a tensor, or the rows of one
            variable: keras.Variable,
            learning_rate: tf.Tensor,
        ) -> None:
            if isinstance(gradient, tf.IndexedSlices) or variable.dtype != "float32":
                original(gradient, variable, learning_rate)
            else:
                _adam(target, tf.cast(gradient, "float32"), variable, learning_rate)

        return {"update_step": update_step}


def _adam(
    optimizer: keras.optimizers.Adam,
    gradient: tf.Tensor,
    variable: keras.Variable,
    learning_rate: tf.Tensor,
) -> None:
    place = optimizer._get_variable_index(variable)  # noqa: SLF001 - as in Keras' own step
    step = tf.cast(optimizer.iterations + 1, "float32")
    tf.raw_ops.ResourceApplyAdam(
        var=_handle(variable),
        m=_handle(optimizer._momentums[place]),  # noqa: SLF001 - as above
        v=_handle(optimizer._velocities[place]),  # noqa: SLF001 - as above
        beta1_power=tf.pow(optimizer.beta_1, step),
        beta2_power=tf.pow(optimizer.beta_2, step),
        lr=tf.cast(learning_rate, "float32"),
        beta1=optimizer.beta_1,
        beta2=optimizer.beta_2,
        epsilon=optimizer.epsilon,
        grad=gradient,
    )


def _handle(variable: Any) -> tf.Tensor:  # noqa: ANN401 - Keras hands out TensorFlow's variables here, and its own there
    return (variable if isinstance(variable, tf.Variable) else variable.value).handle


def _awaiting_each_other(gradients: list[Any]) -> list[Any]:
    """Return the same gradients, each plus a zero that takes all of them to know.

    A barrier would say it more plainly; XLA's compiler for the CPU takes barriers away before
    it decides where to copy.
    """
    present = [one for one in gradients if one is not None]
    if not present:
        return gradients
    known = reduce(operator.and_, (_is_there(one) for one in present))
    return [None if one is None else _plus(one, tf.where(known, 0.0, 1.0)) for one in gradients]


def _is_there(gradient: Any) -> tf.Tensor:  # noqa: ANN401 - a tensor, or the rows of one
    """Return true, in words that XLA does not see through."""
    first = tf.reshape(_values(gradient), [-1])[0]
    return (first >= 0) | (first < 0) | tf.math.is_nan(first)


def _plus(gradient: Any, zero: tf.Tensor) -> Any:  # noqa: ANN401 - a tensor, or the rows of one
    values = _values(gradient)
    total = values + tf.cast(zero, values.dtype)
    if isinstance(gradient, tf.IndexedSlices):
        return tf.IndexedSlices(total, gradient.indices, gradient.dense_shape)
    return total


def _values(gradient: Any) -> tf.Tensor:  # noqa: ANN401 - a tensor, or the rows of one
    return gradient.values if isinstance(gradient, tf.IndexedSlices) else gradient
