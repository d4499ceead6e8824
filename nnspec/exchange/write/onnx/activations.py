"""Activation functions as operators: of Keras' names, with their arguments; and their layers.

Source of the definitions: Keras 3.15, keras/src/activations/activations.py.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from nnspec.catalog import activations as functions
from nnspec.catalog.activations import Activation as Function
from nnspec.catalog.layers import activation as layers
from nnspec.exchange.write.onnx.forms import Call, Names, as_kind, writes
from nnspec.exchange.write.onnx.graph import FLOAT, Unwritable, Writer

Write = Callable[[Any, Writer, str], str]
"""The function's arguments, the graph, and the tensor of floats that enters: what leaves."""


def activate(function: Function | None, writer: Writer, value: str) -> str:
    """Return an activation of a tensor in single precision; None: the tensor as it is."""
    if function is None:
        return value
    form = WRITTEN.get(type(function))
    if form is None:
        raise Unwritable(f"its activation {function.keras_name} has no form in ONNX")
    return form(function, writer, value)


def rectified(writer: Writer, value: str, slope: float, most: float | None, least: float) -> str:
    """Return what Keras' relu makes of a tensor, all arguments given.

    Source: Keras 3.15, keras/src/activations/activations.py, ReLU.static_call.
    """
    if slope and most is None and not least:
        return writer.op("LeakyRelu", value, alpha=float(slope))
    negative = writer.op("Neg", value)
    if least:
        negative = writer.op("Add", negative, writer.floats(least))
        above = writer.op("Greater", value, writer.floats(least))
        kept = writer.op("Mul", value, writer.cast(above, FLOAT))
    else:
        kept = writer.op("Relu", value)
    if most is not None:
        kept = writer.op("Clip", kept, writer.floats(0), writer.floats(most))
    if not slope:
        return kept
    damped = writer.op("Mul", writer.op("Relu", negative), writer.floats(slope))
    return writer.op("Sub", kept, damped)


def softmax(writer: Writer, value: str, axes: int | tuple[int, ...]) -> str:
    """Return a softmax along an axis, or along several together."""
    many = (axes,) if isinstance(axes, int) else tuple(axes)
    if len(many) == 1:
        return writer.op("Softmax", value, axis=many[0])
    largest = writer.reduce("Max", value, many, keepdims=True)
    powers = writer.op("Exp", writer.op("Sub", value, largest))
    return writer.op("Div", powers, writer.reduce("Sum", powers, many, keepdims=True))


def plain(kind: str, **attributes: Any) -> Write:  # noqa: ANN401 - as onnx takes them
    """Return the form of a function that ONNX has as an operator of its own."""

    def write(function: Any, writer: Writer, value: str) -> str:  # noqa: ANN401, ARG001
        return writer.op(kind, value, **attributes)

    return write


def clipped(low: float, high: float) -> Write:
    """Return the form of a function that keeps numbers within bounds."""

    def write(function: Any, writer: Writer, value: str) -> str:  # noqa: ANN401, ARG001
        return writer.op("Clip", value, writer.floats(low), writer.floats(high))

    return write


def _glu(function: functions.Glu, writer: Writer, value: str) -> str:
    first, second = writer.several("Split", (value,), 2, axis=function.axis, num_outputs=2)
    return writer.op("Mul", first, writer.op("Sigmoid", second))


def _log_sigmoid(function: functions.LogSigmoid, writer: Writer, value: str) -> str:  # noqa: ARG001
    return writer.op("Neg", writer.op("Softplus", writer.op("Neg", value)))


def _silu(function: functions.Silu, writer: Writer, value: str) -> str:  # noqa: ARG001
    return writer.op("Mul", value, writer.op("Sigmoid", value))


def _sparse_plus(function: functions.SparsePlus, writer: Writer, value: str) -> str:  # noqa: ARG001
    more = writer.op("Add", value, writer.floats(1))
    curve = writer.op("Mul", writer.op("Mul", more, more), writer.floats(0.25))
    below = writer.op("LessOrEqual", value, writer.floats(-1))
    above = writer.op("Less", value, writer.floats(1))
    inner = writer.op("Where", above, curve, value)
    return writer.op("Where", below, writer.floats(0), inner)


def _sparse_sigmoid(function: functions.SparseSigmoid, writer: Writer, value: str) -> str:  # noqa: ARG001
    half = writer.op("Mul", writer.op("Add", value, writer.floats(1)), writer.floats(0.5))
    return writer.op("Clip", half, writer.floats(0), writer.floats(1))


def _squareplus(function: functions.Squareplus, writer: Writer, value: str) -> str:
    square = writer.op("Add", writer.op("Mul", value, value), writer.floats(function.b))
    both = writer.op("Add", value, writer.op("Sqrt", square))
    return writer.op("Mul", both, writer.floats(0.5))


def _step(function: functions.Step, writer: Writer, value: str) -> str:  # noqa: ARG001
    return writer.cast(writer.op("GreaterOrEqual", value, writer.floats(0)), FLOAT)


def _tanh_shrink(function: functions.TanhShrink, writer: Writer, value: str) -> str:  # noqa: ARG001
    return writer.op("Sub", value, writer.op("Tanh", value))


def _threshold(function: functions.Threshold, writer: Writer, value: str) -> str:
    above = writer.op("Greater", value, writer.floats(function.threshold))
    return writer.op("Where", above, value, writer.floats(function.default_value))


def _hard_shrink(function: functions.HardShrink, writer: Writer, value: str) -> str:
    far = writer.op("Greater", writer.op("Abs", value), writer.floats(function.threshold))
    return writer.op("Where", far, value, writer.floats(0))


def _soft_shrink(function: functions.SoftShrink, writer: Writer, value: str) -> str:
    size = writer.op("Sub", writer.op("Abs", value), writer.floats(function.threshold))
    return writer.op("Mul", writer.op("Sign", value), writer.op("Relu", size))


def _elu(function: functions.Elu, writer: Writer, value: str) -> str:
    return writer.op("Elu", value, alpha=float(function.alpha))


def _celu(function: functions.Celu, writer: Writer, value: str) -> str:
    return writer.op("Celu", value, alpha=float(function.alpha))


def _gelu(function: functions.Gelu, writer: Writer, value: str) -> str:
    return writer.op("Gelu", value, approximate="tanh" if function.approximate else "none")


def _sparsemax(function: functions.Sparsemax, writer: Writer, value: str) -> str:
    """Return the projection onto the simplex, found from the sorted numbers.

    Source: Martins and Astudillo, From Softmax to Sparsemax (2016), algorithm 1.
    """
    axis = function.axis
    extent = writer.extent(value, axis) if axis >= 0 else _extent_from_end(writer, value, axis)
    ordered, _ = writer.several("TopK", (value, extent), 2, axis=axis)
    total = writer.op("CumSum", ordered, writer.constant(axis, np.int64))
    place = writer.op("CumSum", _ones_like(writer, ordered), writer.constant(axis, np.int64))
    level = writer.op("Add", writer.op("Mul", place, ordered), writer.floats(1))
    held = writer.cast(writer.op("Greater", level, total), FLOAT)
    count = writer.reduce("Sum", held, (axis,), keepdims=True)
    kept = writer.reduce("Sum", writer.op("Mul", ordered, held), (axis,), keepdims=True)
    shift = writer.op("Div", writer.op("Sub", kept, writer.floats(1)), count)
    return writer.op("Relu", writer.op("Sub", value, shift))


def _extent_from_end(writer: Writer, value: str, axis: int) -> str:
    whole = writer.op("Shape", value)
    return writer.op("Gather", whole, writer.ints(axis))


def _ones_like(writer: Writer, value: str) -> str:
    return writer.op("Expand", writer.floats(1), writer.op("Shape", value))


WRITTEN: dict[type[Function], Write] = {
    functions.Celu: _celu,
    functions.Elu: _elu,
    functions.Exponential: plain("Exp"),
    functions.Gelu: _gelu,
    functions.Glu: _glu,
    functions.HardShrink: _hard_shrink,
    functions.HardSigmoid: plain("HardSigmoid", alpha=1 / 6, beta=0.5),
    functions.HardSilu: plain("HardSwish"),
    functions.HardTanh: clipped(-1, 1),
    functions.LeakyRelu: lambda one, writer, value: writer.op(
        "LeakyRelu", value, alpha=float(one.negative_slope)
    ),
    functions.Linear: lambda one, writer, value: value,  # noqa: ARG005 - as the others
    functions.LogSigmoid: _log_sigmoid,
    functions.LogSoftmax: lambda one, writer, value: writer.op("LogSoftmax", value, axis=one.axis),
    functions.Mish: plain("Mish"),
    functions.Relu: lambda one, writer, value: rectified(
        writer, value, one.negative_slope, one.max_value, one.threshold
    ),
    functions.Relu6: clipped(0, 6),
    functions.Selu: plain("Selu"),
    functions.Sigmoid: plain("Sigmoid"),
    functions.Silu: _silu,
    functions.SoftShrink: _soft_shrink,
    functions.Softmax: lambda one, writer, value: softmax(writer, value, one.axis),
    functions.Softplus: plain("Softplus"),
    functions.Softsign: plain("Softsign"),
    functions.SparsePlus: _sparse_plus,
    functions.SparseSigmoid: _sparse_sigmoid,
    functions.Sparsemax: _sparsemax,
    functions.Squareplus: _squareplus,
    functions.Step: _step,
    functions.Tanh: plain("Tanh"),
    functions.TanhShrink: _tanh_shrink,
    functions.Threshold: _threshold,
}
"""Function -> its form."""


@writes(layers.Activation)
def write_activation(layer: layers.Activation, call: Call) -> Names:
    """Write a function of each element."""
    return (activate(layer.activation, call.writer, call.floats[0]),)


@writes(layers.ReLU)
def write_relu(layer: layers.ReLU, call: Call) -> Names:
    """Write what keeps numbers above a threshold."""
    most, writer = layer.max_value, call.writer
    value = rectified(writer, call.floats[0], layer.negative_slope, most, layer.threshold)
    return (as_kind(writer, value, "float", call.outputs[0].element),)


@writes(layers.LeakyReLU)
def write_leaky_relu(layer: layers.LeakyReLU, call: Call) -> Names:
    """Write what damps negative numbers."""
    slope = float(layer.negative_slope)
    return (call.writer.op("LeakyRelu", call.floats[0], alpha=slope),)


@writes(layers.ELU)
def write_elu(layer: layers.ELU, call: Call) -> Names:
    """Write what falls exponentially below zero."""
    return (call.writer.op("Elu", call.floats[0], alpha=float(layer.alpha)),)


@writes(layers.PReLU)
def write_prelu(layer: layers.PReLU, call: Call) -> Names:  # noqa: ARG001 - as the others
    """Write what damps negative numbers by trained slopes."""
    return (call.writer.op("PRelu", call.floats[0], call.writer.floats(call.weights.own[0])),)


@writes(layers.Softmax)
def write_softmax(layer: layers.Softmax, call: Call) -> Names:
    """Write shares of one; steps that do not count get none.

    Source: Keras 3.15, keras/src/layers/activations/softmax.py, call.
    """
    writer, value, mask = call.writer, call.floats[0], call.masks[0]
    if mask is None:
        return (softmax(writer, value, layer.axis),)
    if call.rank != 2:  # noqa: PLR2004 - (batch, steps), as the mask
        raise Unwritable("it takes a softmax of masked steps of several numbers")
    kept = writer.op("Where", mask, value, writer.floats(-1e9))
    return (writer.op("Where", mask, softmax(writer, kept, layer.axis), writer.floats(0)),)
