"""Floor 8, the mathematics of a pass: a recurrence over time, and its gradient.

The inputs come projected for all time steps at once. The gradient is written out, so that the
loop back holds one product per step and the weights' gradients are single products after it.

Axes: (time, batch, gates * units) or (time, batch, units) wherever time is there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from nnspec.engine.tensorflow.passes.cells import Cell, Tensors

Step = Callable[[tf.Tensor, Tensors, tf.Tensor], tuple[Tensors, Tensors]]
"""(time, states, the place's slice of what is overwritten) -> new states, what the step gives."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What a recurrent layer learns."""

    kernel: tf.Tensor
    """(features, gates * units)."""
    input_bias: tf.Tensor
    """Added to the inputs' product, (gates * units,)."""
    recurrent: tf.Tensor
    """(units, gates * units)."""
    bias: tf.Tensor
    """Added to the last output's product, (gates * units,)."""

    def all(self) -> Tensors:
        """Return the four in the order of the fields."""
        return self.kernel, self.input_bias, self.recurrent, self.bias


@dataclass(frozen=True, slots=True)
class Series:
    """What a recurrent layer is given, time first."""

    inputs: tf.Tensor
    """(time, batch, features)."""
    start: Tensors
    """The first states, (batch, units) each."""
    keep: tf.Tensor | None
    """1 where a step counts and 0 where it is masked, (time, batch, 1); None: all count."""


def recur(
    cell: Cell, weights: Weights, series: Series, *, sequences: bool
) -> tuple[tf.Tensor, Tensors]:
    """Return the outputs (time, batch, units) and the last states (batch, units) each.

    Args:
        cell: the arithmetic of a step.
        weights: kernels and biases.
        series: inputs, first states and mask.
        sequences: whether anything but the last output is read; if not, the outputs are the
            last one alone, (1, batch, units), and no slopes of the others are gone through.
    """
    keep = series.keep

    @tf.custom_gradient  # type: ignore[misc,untyped-decorator,unused-ignore] # TensorFlow is untyped
    def run(inputs: tf.Tensor, kernel: tf.Tensor, *rest: tf.Tensor) -> Any:  # noqa: ANN401 - tensors and a function, as TensorFlow wants them
        input_bias, recurrent, bias, *first = rest
        start = tuple(first)
        projected = _projected(inputs, kernel, input_bias)
        states, saved = _forwards(cell, (recurrent, bias), projected, start, keep)

        def gradient(*slopes: tf.Tensor) -> Tensors:
            before = tuple(map(_shifted, states, start))
            factors = cell.factors(saved, states, before)
            outputs, last = (slopes[0], slopes[1:]) if sequences else (None, slopes)
            begun, recorded = _backwards(cell, recurrent, factors, (outputs, *last), keep)
            by_input, by_product = cell.finish(factors, recorded)
            learned = _weight_slopes(inputs, before[0], by_input, by_product)
            back = tf.matmul(_flat(by_input), kernel, transpose_b=True)
            return (tf.reshape(back, tf.shape(inputs)), *learned, *begun)

        ends = tuple(one[-1] for one in states)
        return ((states[0], *ends) if sequences else ends), gradient

    given = run(series.inputs, *weights.all(), *series.start)
    if sequences:
        return given[0], tuple(given[1:])
    last = (given,) if isinstance(given, tf.Tensor) else tuple(given)
    return last[0][tf.newaxis], last


def _projected(inputs: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor) -> tf.Tensor:
    """Return the inputs through the kernel, (time, batch, gates * units)."""
    product = tf.matmul(_flat(inputs), kernel) + bias
    return tf.reshape(product, [inputs.shape[0], tf.shape(inputs)[1], kernel.shape[1]])


def _forwards(
    cell: Cell, weights: Tensors, projected: tf.Tensor, start: Tensors, keep: tf.Tensor | None
) -> tuple[Tensors, Tensors]:
    """Return the states after each step, and what the cell saved of each, with time first."""
    recurrent, bias = weights

    def step(time: tf.Tensor, states: Tensors, through: tf.Tensor) -> tuple[Tensors, Tensors]:
        product = tf.matmul(states[0], recurrent) + bias
        new, saved = cell.forward(through, product, states)
        if keep is not None:
            new = tuple(_blend(keep[time], one, old) for one, old in zip(new, states, strict=True))
        return new, (*saved, *new)

    _, collected = _loop(step, start, projected)
    return collected[-len(start) :], collected[: -len(start)]


def _backwards(
    cell: Cell,
    recurrent: tf.Tensor,
    factors: Tensors,
    slopes: tuple[tf.Tensor | None, ...],
    keep: tf.Tensor | None,
) -> tuple[Tensors, tf.Tensor]:
    """Return the slopes of the first states, and what the cell recorded of each step.

    `slopes` are those of the outputs (time, batch, units), None where only the last is read,
    then of the last states.
    """
    outputs, *last = slopes
    turned = tf.transpose(recurrent)

    def step(time: tf.Tensor, after: Tensors, first: tf.Tensor) -> tuple[Tensors, Tensors]:
        if outputs is not None:
            after = (after[0] + outputs[time], *after[1:])
        counted = after if keep is None else tuple(one * keep[time] for one in after)
        here = (first, *(one[time] for one in factors[1:]))
        product, states, record = cell.backward(here, counted)
        through = tf.matmul(product, turned)
        states = (through if states[0] is None else through + states[0], *states[1:])
        if keep is not None:
            passed = (one * (1.0 - keep[time]) for one in after)
            states = tuple(map(tf.add, states, passed))
        return states, (record,)

    first, (recorded,) = _loop(step, tuple(last), factors[0], backwards=True)
    return first, recorded


def _loop(
    step: Step, start: Tensors, read: tf.Tensor, *, backwards: bool = False
) -> tuple[Tensors, Tensors]:
    """Return the last states, and what the steps gave, stacked along time.

    Args:
        step: one step.
        start: the states before the first.
        read: what each step reads a slice of, (time, ...). The first that it gives takes the
            slice's place where the shapes agree: that memory need not be cleared, and is still
            in the cache.
        backwards: whether time runs from its end.
    """
    length = read.shape[0]
    _, given = step(
        tf.constant(length - 1 if backwards else 0), start, read[0]
    )  # only for its shapes
    in_place = given[0].shape == read.shape[1:]
    fresh = given[1:] if in_place else given
    arrays = (
        tf.TensorArray(read.dtype, length, element_shape=read.shape[1:]).unstack(read),
        *(tf.TensorArray(one.dtype, length, element_shape=one.shape) for one in fresh),
    )

    def body(count: tf.Tensor, states: Tensors, arrays: Any) -> Any:  # noqa: ANN401 - arrays of tensors are no tensors
        time = length - 1 - count if backwards else count
        states, given = step(time, states, arrays[0].read(time))
        into = arrays if in_place else arrays[1:]
        written = tuple(array.write(time, one) for array, one in zip(into, given, strict=True))
        return count + 1, states, written if in_place else (arrays[0], *written)

    _, states, arrays = tf.while_loop(
        lambda count, *_: count < length,
        body,
        (tf.constant(0), start, arrays),
        maximum_iterations=length,
    )
    return states, tuple(one.stack() for one in (arrays if in_place else arrays[1:]))


def _weight_slopes(
    inputs: tf.Tensor, outputs: tf.Tensor, by_input: tf.Tensor, by_product: tf.Tensor
) -> Tensors:
    """Return the slopes of kernel, input bias, recurrent kernel and bias.

    A column of ones gathers a bias' slope in the same product as its kernel's. Where a cell
    only adds the two products up, their slopes are one, and so is the product.
    """
    if by_input is not by_product:
        kernel, bias = _gathered(by_input, inputs)
        recurrent, product_bias = _gathered(by_product, outputs)
        return kernel, bias, recurrent, product_bias
    both, bias = _gathered(by_input, inputs, outputs)
    kernel, recurrent = tf.split(both, [inputs.shape[-1], outputs.shape[-1]])
    return kernel, bias, recurrent, bias


def _gathered(slopes: tf.Tensor, *read: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the slopes of the kernels that stand under what was read, and of the bias."""
    columns = _flat(slopes)
    ones = tf.ones([tf.shape(columns)[0], 1])
    rows = tf.concat([*(_flat(one) for one in read), ones], axis=1)
    product = tf.matmul(rows, columns, transpose_a=True)
    return product[:-1], product[-1]


def _flat(values: tf.Tensor) -> tf.Tensor:
    return tf.reshape(values, [-1, values.shape[-1]])


def _shifted(states: tf.Tensor, start: tf.Tensor) -> tf.Tensor:
    """Return the states before each step: the first ones, then all but the last."""
    return tf.concat([start[tf.newaxis], states[:-1]], axis=0)


def _blend(keep: tf.Tensor, new: tf.Tensor, old: tf.Tensor) -> tf.Tensor:
    return keep * new + (1.0 - keep) * old
