"""Floor 8, the mathematics of a pass: a recurrence over time, and its gradient.

The inputs come projected for all time steps at once. The gradient is written out, so that the
loop back holds one product per step and the weights' gradients are single products after it.

Axes: (time, batch, gates * units) or (time, batch, units) wherever time is there.
"""

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from nnspec.engine.passes.cells import Cell, Tensors

Step = Callable[..., tuple[Tensors, Tensors]]


def recur(
    cell: Cell, weights: Tensors, projected: tf.Tensor, start: Tensors, keep: tf.Tensor | None
) -> tuple[tf.Tensor, Tensors]:
    """Return the outputs (time, batch, units) and the last states (batch, units) each.

    Args:
        cell: the arithmetic of a step.
        weights: recurrent kernel (units, gates * units) and the bias of its product.
        projected: inputs through the kernel, (time, batch, gates * units).
        start: the first states, (batch, units) each.
        keep: 1 where a step counts and 0 where it is masked, (time, batch, 1); None: all count.
    """

    @tf.custom_gradient  # type: ignore[misc,untyped-decorator,unused-ignore] # TensorFlow is untyped
    def run(projected: tf.Tensor, recurrent: tf.Tensor, bias: tf.Tensor, *start: tf.Tensor) -> Any:  # noqa: ANN401 - tensors and a function, as TensorFlow wants them
        states, saved = _forwards(cell, (recurrent, bias), projected, start, keep)

        def gradient(outputs: tf.Tensor, *last: tf.Tensor) -> Tensors:
            before = tuple(map(_shifted, states, start))
            factors = cell.factors(saved, states, before)
            first, recorded = _backwards(cell, recurrent, factors, (outputs, *last), keep)
            inputs, products = cell.finish(factors, recorded)
            return (inputs, *_weight_slopes(before[0], products), *first)

        return (states[0], *(one[-1] for one in states)), gradient

    outputs, *last = run(projected, *weights, *start)
    return outputs, tuple(last)


def _forwards(
    cell: Cell, weights: Tensors, projected: tf.Tensor, start: Tensors, keep: tf.Tensor | None
) -> tuple[Tensors, Tensors]:
    """Return the states after each step, and what the cell saved of each, with time first."""
    recurrent, bias = weights

    def step(time: tf.Tensor, states: Tensors) -> tuple[Tensors, Tensors]:
        product = tf.matmul(states[0], recurrent) + bias
        new, saved = cell.forward(projected[time], product, states)
        if keep is not None:
            new = tuple(_blend(keep[time], one, old) for one, old in zip(new, states, strict=True))
        return new, (*new, *saved)

    _, collected = _loop(step, start, projected.shape[0])
    return collected[: len(start)], collected[len(start) :]


def _backwards(
    cell: Cell,
    recurrent: tf.Tensor,
    factors: Tensors,
    slopes: Tensors,
    keep: tf.Tensor | None,
) -> tuple[Tensors, tf.Tensor]:
    """Return the slopes of the first states, and what the cell recorded of each step.

    `slopes` are those of the outputs (time, batch, units), then of the last states.
    """
    outputs, *last = slopes
    turned = tf.transpose(recurrent)

    def step(time: tf.Tensor, after: Tensors) -> tuple[Tensors, Tensors]:
        after = (after[0] + outputs[time], *after[1:])
        counted = after if keep is None else tuple(one * keep[time] for one in after)
        product, states, record = cell.backward(tuple(one[time] for one in factors), counted)
        through = tf.matmul(product, turned)
        states = (through if states[0] is None else through + states[0], *states[1:])
        if keep is not None:
            passed = (one * (1.0 - keep[time]) for one in after)
            states = tuple(map(tf.add, states, passed))
        return states, (record,)

    first, (recorded,) = _loop(step, tuple(last), outputs.shape[0], backwards=True)
    return first, recorded


def _loop(
    step: Step, start: Tensors, length: int, *, backwards: bool = False
) -> tuple[Tensors, Tensors]:
    """Return the last states, and what the steps gave, stacked along time."""
    _, given = step(tf.constant(length - 1 if backwards else 0), start)  # only for its shapes
    arrays = tuple(tf.TensorArray(one.dtype, length, element_shape=one.shape) for one in given)

    def body(count: tf.Tensor, states: Tensors, arrays: Any) -> Any:  # noqa: ANN401 - arrays of tensors are no tensors
        time = length - 1 - count if backwards else count
        states, given = step(time, states)
        pairs = zip(arrays, given, strict=True)
        return count + 1, states, tuple(array.write(time, one) for array, one in pairs)

    _, states, arrays = tf.while_loop(
        lambda count, *_: count < length,
        body,
        (tf.constant(0), start, arrays),
        maximum_iterations=length,
    )
    return states, tuple(array.stack() for array in arrays)


def _weight_slopes(outputs: tf.Tensor, products: tf.Tensor) -> Tensors:
    """Return the slopes of the recurrent kernel and of the product's bias."""
    rows = tf.reshape(outputs, [-1, outputs.shape[-1]])
    columns = tf.reshape(products, [-1, products.shape[-1]])
    return tf.matmul(rows, columns, transpose_a=True), tf.reduce_sum(columns, axis=0)


def _shifted(states: tf.Tensor, start: tf.Tensor) -> tf.Tensor:
    """Return the states before each step: the first ones, then all but the last."""
    return tf.concat([start[tf.newaxis], states[:-1]], axis=0)


def _blend(keep: tf.Tensor, new: tf.Tensor, old: tf.Tensor) -> tf.Tensor:
    return keep * new + (1.0 - keep) * old
