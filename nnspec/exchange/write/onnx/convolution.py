"""Convolutions as operators, which hold the channels behind the batch."""

from typing import Any

import numpy as np

from nnspec.catalog.layers.convolution import Convolution
from nnspec.catalog.layers.convolution_transpose import Transposed
from nnspec.catalog.layers.depthwise import DepthwiseOnly, Separable
from nnspec.catalog.layers.window import Window
from nnspec.exchange.write.onnx.activations import activate
from nnspec.exchange.write.onnx.forms import Call, Names, writes
from nnspec.exchange.write.onnx.graph import Array, Unwritable, Writer
from nnspec.shapes import Shape


def channels_first(writer: Writer, value: str, rank: int, axis: int) -> str:
    """Return a tensor with its channels, on an axis, moved behind the batch."""
    return value if axis == 1 else writer.transpose(value, (0, rank - 1, *range(1, rank - 1)))


def channels_back(writer: Writer, value: str, rank: int, axis: int) -> str:
    """Return a tensor whose channels stand behind the batch as the layer has it."""
    return value if axis == 1 else writer.transpose(value, (0, *range(2, rank), 1))


def borders(
    inner: Shape, spans: tuple[int, ...], steps: tuple[int, ...], padding: str
) -> dict[str, Any]:
    """Return the operator's attributes for what happens at the border.

    Args:
        inner: lengths of the inner axes.
        spans: lengths of the window along them, dilation included.
        steps: distances of windows.
        padding: as Keras says it.

    Source: TensorFlow 2.21, core/framework/kernel_shape_util.cc, GetWindowedOutputSizeVerbose.
    """
    if padding == "valid":
        return {}
    if padding == "causal":
        return {"pads": [spans[0] - 1, 0]}
    if max(spans) == 1:
        return {}
    if None in inner and max(steps) > 1:
        if any(span < step for span, step in zip(spans, steps, strict=True)):
            raise Unwritable(
                "its windows leave gaps at a border that only the run tells",
                "give the lengths of the inner axes in the input's shape, or use padding: valid",
            )
        return {"auto_pad": "SAME_UPPER"}
    befores, afters = [], []
    for extent, span, step in zip(inner, spans, steps, strict=True):
        total = span - 1 if extent is None else (-(-extent // step) - 1) * step + span - extent
        total = max(total, 0)
        befores.append(total // 2)
        afters.append(total - total // 2)
    return {"pads": [*befores, *afters]}


def spans_of(layer: Window) -> tuple[int, ...]:
    """Return how long a window is along each inner axis."""
    pairs = zip(layer.kernel_size, layer.dilation_rate, strict=True)
    return tuple((size - 1) * rate + 1 for size, rate in pairs)


def convolved(layer: Window, call: Call, value: str, kernel: Array, groups: int) -> str:
    """Return a convolution of what has its channels behind the batch.

    Args:
        layer: says steps, dilation and border.
        call: takes the operators.
        value: (batch, channels, inner axes).
        kernel: (filters, channels of a group, window).
        groups: number of groups.
    """
    padding = getattr(layer, "padding", "valid")
    spans = spans_of(layer)
    inner = layer.inner(call.shape)
    both = max(layer.strides) > 1 and max(layer.dilation_rate) > 1
    if None in inner and both and padding == "same":
        raise Unwritable(
            "it is strided and dilated over axes whose lengths only the run tells",
            "give the lengths of the inner axes in the input's shape, or use padding: valid",
        )
    return call.writer.op(
        "Conv",
        value,
        call.writer.floats(kernel),
        strides=list(layer.strides),
        dilations=list(layer.dilation_rate),
        group=groups,
        **borders(inner, spans, layer.strides, padding),
    )


def finished(layer: Window, call: Call, value: str, bias: list[Array]) -> Names:
    """Return what a convolution gives, bias and activation added, channels back in their place."""
    writer, axis = call.writer, layer.channel_axis
    value = channels_back(writer, value, call.rank, axis)
    if bias:
        shape = (-1, *[1] * layer.dimensions) if axis == 1 else (-1,)
        value = writer.op("Add", value, writer.floats(bias[0].reshape(shape)))
    return (activate(getattr(layer, "activation", None), writer, value),)


def filters_first(kernel: Array) -> Array:
    """Return a kernel (window, channels, filters) as (filters, channels, window)."""
    return np.moveaxis(kernel, (-1, -2), (0, 1))


def apart(kernel: Array) -> Array:
    """Return a kernel (window, channels, filters of each) as (channels * filters, 1, window)."""
    moved = np.moveaxis(kernel, (-2, -1), (0, 1))
    return moved.reshape(-1, 1, *moved.shape[2:])


@writes(Convolution)
def write_convolution(layer: Convolution, call: Call) -> Names:
    """Write a convolution."""
    kernel, *bias = call.weights.own
    value = channels_first(call.writer, call.floats[0], call.rank, layer.channel_axis)
    value = convolved(layer, call, value, filters_first(kernel), layer.groups)
    return finished(layer, call, value, bias)


@writes(DepthwiseOnly)
def write_depthwise(layer: DepthwiseOnly, call: Call) -> Names:
    """Write a convolution of each channel apart."""
    kernel, *bias = call.weights.own
    value = channels_first(call.writer, call.floats[0], call.rank, layer.channel_axis)
    value = convolved(layer, call, value, apart(kernel), kernel.shape[-2])
    return finished(layer, call, value, bias)


@writes(Separable)
def write_separable(layer: Separable, call: Call) -> Names:
    """Write a convolution of each channel apart, then a mixture at every position."""
    kernel, mixture, *bias = call.weights.own
    value = channels_first(call.writer, call.floats[0], call.rank, layer.channel_axis)
    value = convolved(layer, call, value, apart(kernel), kernel.shape[-2])
    value = call.writer.op("Conv", value, call.writer.floats(filters_first(mixture)))
    return finished(layer, call, value, bias)


@writes(Transposed)
def write_transposed(layer: Transposed, call: Call) -> Names:
    """Write a transposed convolution: as long as Keras says, the window's rest cut at both ends.

    Source: Keras 3.15, keras/src/backend/common/backend_utils.py.
    """
    kernel, *bias = call.weights.own
    value = channels_first(call.writer, call.floats[0], call.rank, layer.channel_axis)
    befores, afters, extras = _ends(layer)
    value = call.writer.op(
        "ConvTranspose",
        value,
        call.writer.floats(filters_first(kernel)),
        strides=list(layer.strides),
        dilations=list(layer.dilation_rate),
        pads=[*befores, *afters],
        output_padding=extras,
    )
    return finished(layer, call, value, bias)


def _ends(layer: Transposed) -> tuple[list[int], list[int], list[int]]:
    """Return, for each inner axis, what is cut before, cut behind, and added behind."""
    befores, afters, extras = [], [], []
    for place, (span, step) in enumerate(zip(spans_of(layer), layer.strides, strict=True)):
        extra = layer.output_padding[place] if layer.output_padding else None
        beyond = layer.spread_axis(2, span, step, extra)
        assert beyond is not None
        more = beyond - (step + span)  # two samples give so many, less what is cut
        cut = max(-more, 0)
        befores.append(cut // 2)
        afters.append(cut - cut // 2)
        extras.append(max(more, 0))
    return befores, afters, extras
