"""Floor 8, passes: the optimizer's update in place, in one walk, or in one operation."""

import operator
from collections.abc import Sequence
from functools import reduce
from math import prod
from typing import Any, ClassVar

import keras
import tensorflow as tf

from nnspec.build.keras_graph import inner_layers, learned, moments
from nnspec.engine.tensorflow.passes.base import Condition, Methods, Pass, Setting, Target
from nnspec.engine.tensorflow.passes.conditions import FITTING_GRADIENT, ON_A_CPU, UNDER_XLA

LONG_WALK = 2**18
"""Numbers from which an update's walks over memory weigh more than what else a step does."""

OPTIMIZERS = tuple(
    one
    for one in vars(keras.optimizers).values()
    if isinstance(one, type) and issubclass(one, keras.optimizers.Optimizer)
)
ADAMS = (keras.optimizers.Adam, keras.optimizers.AdamW)
NO_AMSGRAD = Condition(
    "it divides by the average of squares, not by its maximum", lambda adam, _: not adam.amsgrad
)


def has_long_update(model: keras.Model) -> bool:
    """Tell whether joined loops pay: many weights, and no layer that loops over time.

    Within a recurrent layer's loop XLA then joins what is better computed apart: measured, a
    twentieth slower.
    """
    if any(isinstance(one, keras.layers.RNN) for one in inner_layers(model)):
        return False
    weights = sum(one.shape.num_elements() for one in model.trainable_weights)
    return bool(weights >= LONG_WALK)


class UpdatesInPlace(Pass):
    """Makes each weight's update wait for all gradients.

    A layer's weights are read twice: on the way forward, and to carry the gradient further
    back. XLA orders nothing that does not depend on one another, so it copies every matrix of
    weights in every step lest the update overwrite it before its second reading.
    """

    title: ClassVar = "weights updated in place"
    kinds: ClassVar = OPTIMIZERS
    requires: ClassVar = (UNDER_XLA, ON_A_CPU)
    ensures: ClassVar = (FITTING_GRADIENT,)

    def rewrite(self, target: Target, setting: Setting) -> Methods:
        """Replace `apply`."""
        del setting
        original = target.apply

        def apply(
            grads: Sequence[Any], trainable_variables: Sequence[keras.Variable] | None = None
        ) -> object:
            return original(_awaiting_each_other(list(grads)), trainable_variables)

        return {"apply": apply}


class AdamInOneWalk(Pass):
    """Updates a weight and both its averages in one walk over memory instead of three.

    XLA joins loops that read the same arrays into one, but not a loop that reads what another
    writes. So the weight's own change is computed from the averages before the update, and
    everything waits for all gradients as in `UpdatesInPlace`: by a zero in the factors.

    Source: Keras 3.15, keras/src/optimizers/adam.py, Adam.update_step.
    """

    title: ClassVar = "Adam in one walk"
    kinds: ClassVar = ADAMS
    requires: ClassVar = (
        UNDER_XLA,
        Condition("XLA compiles the update", lambda _, setting: setting.update),
        Condition("XLA joins loops over the same arrays", lambda _, setting: setting.joined),
        NO_AMSGRAD,
    )
    ensures: ClassVar = (FITTING_GRADIENT,)

    def rewrite(self, target: Target, setting: Setting) -> Methods:
        """Replace `apply` and `update_step`; gradients of single rows, and halves, keep Keras'."""
        del setting
        apply, step = target.apply, target.update_step
        waiting: list[tf.Tensor] = []

        def apply_together(
            grads: Sequence[Any], trainable_variables: Sequence[keras.Variable] | None = None
        ) -> object:
            waiting[:] = [_zero_of_all(grads)]
            return apply(grads, trainable_variables)

        def update_step(
            gradient: Any,  # noqa: ANN401 - a tensor, or the rows of one
            variable: keras.Variable,
            learning_rate: tf.Tensor,
        ) -> None:
            if not _is_whole(gradient, variable):
                step(_plus(gradient, waiting[0]), variable, learning_rate)
            else:
                _walk(target, tf.cast(gradient, "float32"), variable, learning_rate, waiting[0])

        return {"apply": apply_together, "update_step": update_step}


class AdamInOneOperation(Pass):
    """Updates a long weight and both its averages in one walk over memory instead of ten.

    TensorFlow's operation takes the averages' decay in single precision and what is left of 1
    from that, where Keras rounds once: the average of squares differs in its fifth digit. A
    training of many steps ends at other weights for it, so short weights, on which the operation
    costs more than it spares, keep Keras' own arithmetic.

    Source: Keras 3.15, keras/src/optimizers/adam.py, Adam.update_step; TensorFlow 2.21,
    core/kernels/training_ops.cc, ApplyAdamNonCuda.
    """

    title: ClassVar = "Adam in one operation"
    kinds: ClassVar = ADAMS
    requires: ClassVar = (
        ON_A_CPU,
        Condition("XLA does not compile the update", lambda _, setting: not setting.update),
        NO_AMSGRAD,
        Condition("it updates a long weight", lambda adam, _: any(map(_is_long, learned(adam)))),
    )
    ensures: ClassVar = (FITTING_GRADIENT,)

    def rewrite(self, target: Target, setting: Setting) -> Methods:
        """Replace `update_step`; short weights, single rows, and halves keep Keras' own."""
        del setting
        original = target.update_step

        def update_step(
            gradient: Any,  # noqa: ANN401 - a tensor, or the rows of one
            variable: keras.Variable,
            learning_rate: tf.Tensor,
        ) -> None:
            if not _is_long(variable) or not _is_whole(gradient, variable):
                original(gradient, variable, learning_rate)
            else:
                _adam(target, tf.cast(gradient, "float32"), variable, learning_rate)

        return {"update_step": update_step}


def _is_long(variable: keras.Variable) -> bool:
    return bool(prod(variable.shape) >= LONG_WALK)


def _is_whole(gradient: Any, variable: keras.Variable) -> bool:  # noqa: ANN401 - a tensor, or the rows of one
    """Return whether a gradient is that of all rows of a weight in single precision."""
    return not isinstance(gradient, tf.IndexedSlices) and bool(variable.dtype == "float32")


def _walk(
    optimizer: keras.optimizers.Adam,
    gradient: tf.Tensor,
    variable: keras.Variable,
    learning_rate: tf.Tensor,
    zero: tf.Tensor,
) -> None:
    mean, square = moments(optimizer, variable)
    step = tf.cast(optimizer.iterations + 1, "float32")
    rate = tf.cast(learning_rate, "float32") * tf.sqrt(1 - tf.pow(optimizer.beta_2, step))
    rate /= 1 - tf.pow(optimizer.beta_1, step)
    share, share_of_square = 1 - optimizer.beta_1 + zero, 1 - optimizer.beta_2 + zero
    before, before_of_square = tf.convert_to_tensor(mean), tf.convert_to_tensor(square)
    # The same means as below, in words that XLA does not take for the same.
    moved = before * (1 - share) + share * gradient
    spread = before_of_square * (1 - share_of_square) + (share_of_square * gradient) * gradient
    variable.assign_sub(moved * rate / (tf.sqrt(spread) + optimizer.epsilon))
    mean.assign(before + (gradient - before) * share)
    square.assign(before_of_square + (gradient * gradient - before_of_square) * share_of_square)


def _adam(
    optimizer: keras.optimizers.Adam,
    gradient: tf.Tensor,
    variable: keras.Variable,
    learning_rate: tf.Tensor,
) -> None:
    mean, square = moments(optimizer, variable)
    step = tf.cast(optimizer.iterations + 1, "float32")
    tf.raw_ops.ResourceApplyAdam(
        var=_handle(variable),
        m=_handle(mean),
        v=_handle(square),
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
    """Return the same gradients, each plus a zero that takes all of them to know."""
    if all(one is None for one in gradients):
        return gradients
    zero = _zero_of_all(gradients)
    return [None if one is None else _plus(one, zero) for one in gradients]


def _zero_of_all(gradients: Sequence[Any]) -> tf.Tensor:
    """Return a zero that takes all gradients to know.

    A barrier would say it more plainly; XLA's compiler for the CPU takes barriers away before
    it decides where to copy.
    """
    present = [_is_there(one) for one in gradients if one is not None]
    return tf.where(reduce(operator.and_, present), 0.0, 1.0) if present else tf.constant(0.0)


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
