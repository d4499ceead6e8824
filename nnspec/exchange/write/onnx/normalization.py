"""Normalization layers as operators."""

import numpy as np

from nnspec.catalog.layers import normalization as layers
from nnspec.catalog.layers.normalization import Affine
from nnspec.exchange.write.onnx.forms import Call, Names, as_kind, known_extent, writes
from nnspec.exchange.write.onnx.graph import Array, Writer
from nnspec.shapes import Shape


def along(array: Array, axes: tuple[int, ...], shape: Shape) -> Array:
    """Return weights laid along the axes of a tensor that they belong to, 1 along the others.

    Keras keeps them in the order in which axes were named, and lays them out in that of the tensor.
    """
    return array.reshape([(shape[axis] or 1) if axis in axes else 1 for axis in range(len(shape))])


def counted(axes: int | tuple[int, ...], rank: int) -> tuple[int, ...]:
    """Return axes counted from the front, ascending."""
    many = (axes,) if isinstance(axes, int) else axes
    return tuple(sorted(axis % rank for axis in many))


def stretched(layer: Affine, call: Call, value: str, axes: tuple[int, ...]) -> str:
    """Return normalized numbers times gamma plus beta, as far as the layer has them."""
    writer, own = call.writer, list(call.weights.own)
    if layer.scale:
        gamma = writer.floats(along(own.pop(0), axes, call.shape))
        value = writer.op("Mul", value, gamma)
    if layer.center:
        value = writer.op("Add", value, writer.floats(along(own.pop(0), axes, call.shape)))
    return value


def centred(writer: Writer, value: str, axes: tuple[int, ...], epsilon: float) -> str:
    """Return numbers brought to mean 0 and variance 1 along axes."""
    mean = writer.reduce("Mean", value, axes, keepdims=True)
    apart = writer.op("Sub", value, mean)
    variance = writer.reduce("Mean", writer.op("Mul", apart, apart), axes, keepdims=True)
    spread = writer.op("Sqrt", writer.op("Add", variance, writer.floats(epsilon)))
    return writer.op("Div", apart, spread)


@writes(layers.BatchNormalization)
def write_batch(layer: layers.BatchNormalization, call: Call) -> Names:
    """Write the moving averages: they hold once the training is over."""
    writer, own = call.writer, call.weights.own
    axes = counted(layer.axis, call.rank)
    mean, variance = own[layer.scale + layer.center :][:2]
    factor = 1 / np.sqrt(variance.astype(np.float64) + layer.epsilon)
    if layer.scale:
        factor = factor * own[0]
    value = writer.op("Sub", call.floats[0], writer.floats(along(mean, axes, call.shape)))
    value = writer.op("Mul", value, writer.floats(along(factor, axes, call.shape)))
    if layer.center:
        beta = own[int(layer.scale)]
        value = writer.op("Add", value, writer.floats(along(beta, axes, call.shape)))
    return (value,)


@writes(layers.LayerNormalization)
def write_layer(layer: layers.LayerNormalization, call: Call) -> Names:
    """Write ONNX's own operator for last axes, else mean and variance along the axes."""
    writer, value = call.writer, call.floats[0]
    axes = counted(layer.axis, call.rank)
    if not _last(axes, call.rank) or any(call.shape[axis] is None for axis in axes):
        return (stretched(layer, call, centred(writer, value, axes, layer.epsilon), axes),)
    shape = tuple(known_extent(call.shape, axis) for axis in axes)
    own = list(call.weights.own)
    gamma = own.pop(0) if layer.scale else np.ones(shape)
    beta = own.pop(0) if layer.center else np.zeros(shape)
    both = (writer.floats(one.reshape(shape)) for one in (gamma, beta))
    epsilon = float(layer.epsilon)
    return (writer.op("LayerNormalization", value, *both, axis=axes[0], epsilon=epsilon),)


def _last(axes: tuple[int, ...], rank: int) -> bool:
    return axes == tuple(range(rank - len(axes), rank))


@writes(layers.GroupNormalization)
def write_group(layer: layers.GroupNormalization, call: Call) -> Names:
    """Write groups of channels as one axis, normalized along the other.

    Source: Keras 3.15, keras/src/layers/normalization/group_normalization.py, call.
    """
    writer, rank, axis = call.writer, call.rank, layer.axis % call.rank
    groups = known_extent(call.shape, axis) if layer.groups == -1 else layer.groups
    front = [0, axis, *(one for one in range(1, rank) if one != axis)]
    value = writer.transpose(call.floats[0], front)
    whole = writer.op("Shape", value)
    grouped = centred(writer, writer.reshape(value, (0, groups, -1)), (2,), layer.epsilon)
    value = writer.op("Reshape", grouped, whole)
    value = writer.transpose(value, np.argsort(front).tolist())
    value = stretched(layer, call, value, (axis,))
    # Keras turns what it has computed of whole numbers into whole numbers again.
    element = call.inputs[0].element
    return (as_kind(writer, as_kind(writer, value, "float", element), element, "float"),)


@writes(layers.RMSNormalization)
def write_root_mean_square(layer: layers.RMSNormalization, call: Call) -> Names:
    """Write a division by the root of the mean square."""
    writer, value = call.writer, call.floats[0]
    axes = counted(layer.axis, call.rank)
    square = writer.reduce("Mean", writer.op("Mul", value, value), axes, keepdims=True)
    root = writer.op("Sqrt", writer.op("Add", square, writer.floats(layer.epsilon)))
    value = writer.op("Div", value, root)
    return (writer.op("Mul", value, writer.floats(call.weights.own[0])),)


@writes(layers.UnitNormalization)
def write_unit(layer: layers.UnitNormalization, call: Call) -> Names:
    """Write a division by the length."""
    return (to_length_one(call.writer, call.floats[0], counted(layer.axis, call.rank)),)


def to_length_one(writer: Writer, value: str, axes: tuple[int, ...]) -> str:
    """Return vectors of length 1 along axes; zeros stay zeros.

    Source: Keras 3.15, keras/src/ops/nn.py, _normalize.
    """
    square = writer.reduce("Sum", writer.op("Mul", value, value), axes, keepdims=True)
    inverse = writer.op("Reciprocal", writer.op("Sqrt", square))
    return writer.op("Mul", value, writer.op("Min", inverse, writer.floats(1e12)))
