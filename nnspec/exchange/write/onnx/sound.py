"""Spectrograms as operators: a convolution with waves, as Keras has it."""

import numpy as np

from nnspec.catalog.layers.audio import STFTSpectrogram
from nnspec.exchange.write.onnx.convolution import borders
from nnspec.exchange.write.onnx.forms import Call, Names, known_extent, writes
from nnspec.exchange.write.onnx.graph import Writer

EPSILON = 1e-7
"""Smallest power and magnitude of which Keras takes a root or logarithm."""


@writes(STFTSpectrogram)
def write_stft(layer: STFTSpectrogram, call: Call) -> Names:
    """Write a convolution of each channel with waves, and what of it is wanted.

    Source: Keras 3.15, keras/src/layers/preprocessing/stft_spectrogram.py, call.
    """
    writer, kernels = call.writer, list(call.weights.own)
    last = layer.channel_axis != 1
    value = writer.transpose(call.floats[0], (0, 2, 1)) if last else call.floats[0]
    channels = known_extent(call.shape, 2 if last else 1)
    samples = known_extent(call.shape, 1 if last else 2)
    alone = writer.reshape(value, (-1, 1, samples))
    step = layer.frame_step or layer.frame_length // 2
    border = borders((samples,), (layer.frame_length,), (step,), layer.padding)
    parts = []
    for kernel in kernels:
        waves = writer.floats(np.moveaxis(kernel, (2, 1), (0, 1)))
        found = writer.op("Conv", alone, waves, strides=[step], **border)
        shape = writer.ints(-1, channels, kernel.shape[2])
        shape = writer.concat([shape, writer.extent(found, 2)], 0)
        parts.append(writer.op("Reshape", found, shape))
    return (_laid_out(layer, call, _wanted(layer, writer, parts), channels),)


def _wanted(layer: STFTSpectrogram, writer: Writer, parts: list[str]) -> str:
    """Return what of real and imaginary parts leaves, (batch, channels, frequencies, frames)."""
    match layer.mode:
        case "real" | "imag":
            return parts[0]
        case "stft":
            return writer.concat(parts, 2)
        case "angle":
            return _angle(writer, *parts)
    power = writer.op("Add", *(writer.op("Mul", one, one) for one in parts))
    if layer.mode == "psd":
        inner = writer.slice(power, 2, 1, -1)
        margins = writer.ints(0, 0, 1, 0, 0, 0, 1, 0)
        return writer.op("Add", power, writer.op("Pad", inner, margins))
    size = writer.op("Sqrt", writer.op("Max", power, writer.floats(EPSILON)))
    if layer.mode == "magnitude":
        return size
    return writer.op("Log", writer.op("Max", size, writer.floats(EPSILON)))


def _angle(writer: Writer, real: str, imaginary: str) -> str:
    """Return the angle of complex numbers, from -pi to pi."""
    zero, half = writer.floats(0), writer.floats(np.pi)
    left = writer.op("Less", real, zero)
    below = writer.op("Less", imaginary, zero)
    flat = writer.op("Equal", real, zero)
    held = writer.op("Where", flat, writer.floats(1), real)
    angle = writer.op("Atan", writer.op("Div", imaginary, held))
    turned = writer.op("Where", below, writer.op("Neg", half), half)
    found = writer.op("Where", left, writer.op("Add", angle, turned), angle)
    upright = writer.op("Mul", writer.op("Sign", imaginary), writer.floats(np.pi / 2))
    return writer.op("Where", flat, upright, found)


def _laid_out(layer: STFTSpectrogram, call: Call, value: str, channels: int) -> str:
    """Return (batch, channels, frequencies, frames) with the axes as the layer has them."""
    writer, last = call.writer, layer.channel_axis != 1
    if layer.expand_dims:
        return writer.transpose(value, (0, 3, 2, 1) if last else (0, 1, 3, 2))
    frequencies = call.outputs[0].shape[2 if last else 1]
    shape = writer.concat([writer.ints(-1, frequencies or channels), writer.extent(value, 3)], 0)
    joined = writer.op("Reshape", value, shape)
    return writer.transpose(joined, (0, 2, 1)) if last else joined
