"""Resized axes: each place of the new axis as a weighted sum of the old one's.

A resize of pictures is two such products, so that the graph gives TensorFlow's figures whatever
the method, as long as the lengths are known.

Source: TensorFlow 2.21, core/kernels/image/resize_bilinear_op.cc, resize_bicubic_op.cc,
resize_area_op.cc, scale_and_translate_op.cc.
"""

import math
from collections.abc import Callable
from typing import Literal

import numpy as np
import numpy.typing as npt

from nnspec.exchange.write.onnx.graph import Writer

Floats = npt.NDArray[np.float64]
Method = Literal["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5", "area"]
CUBIC_STEPS = 1024
"""Places within a pixel that TensorFlow's bicubic weights are computed for."""


def resize_axis(writer: Writer, value: str, axis: int, weights: Floats) -> str:
    """Return a tensor of four axes with one of them resized.

    Args:
        writer: takes the operators.
        value: (batch, rows, columns, channels), floats.
        axis: 1 or 2.
        weights: (new length, old length).
    """
    if weights.shape[0] == weights.shape[1] and np.array_equal(weights, np.eye(len(weights))):
        return value
    equation = "bhwc,oh->bowc" if axis == 1 else "bhwc,ow->bhoc"
    return writer.op("Einsum", value, writer.floats(weights), equation=equation)


def resizing(method: Method, old: int, new: int, *, antialias: bool = False) -> Floats:
    """Return what each new place takes of each old one, (new, old)."""
    if old == new:
        return np.eye(old)
    if (antialias and method in SPREAD) or method.startswith("lanczos"):
        return _spread(old, new, *SPREAD[method], antialias=antialias)
    return PLAIN[method](old, new)


def _nearest(old: int, new: int) -> Floats:
    scale = np.float32(old) / np.float32(new)
    places = np.floor((np.arange(new, dtype=np.float32) + np.float32(0.5)) * scale)
    found: Floats = np.eye(old)[np.minimum(places.astype(np.int64), old - 1)]
    return found


def _bilinear(old: int, new: int) -> Floats:
    found = np.zeros((new, old))
    scale = np.float32(old) / np.float32(new)
    for place in range(new):
        where = (np.float32(place) + np.float32(0.5)) * scale - np.float32(0.5)
        floor = math.floor(where)
        share = float(where) - floor
        found[place, max(floor, 0)] += 1 - share
        found[place, min(floor + 1, old - 1)] += share
    return found


def _bicubic(old: int, new: int) -> Floats:
    found = np.zeros((new, old))
    scale = np.float32(old) / np.float32(new)
    for place in range(new):
        where = (np.float32(place) + np.float32(0.5)) * scale - np.float32(0.5)
        floor = math.floor(where)
        share = round((float(where) - floor) * CUBIC_STEPS) / CUBIC_STEPS
        for step in range(-1, 3):
            if 0 <= floor + step < old:
                found[place, floor + step] += _cubic(step - share)
        found[place] /= found[place].sum()
    return found


def _area(old: int, new: int) -> Floats:
    found = np.zeros((new, old))
    scale = old / new
    for place in range(new):
        start, end = place * scale, (place + 1) * scale
        for one in range(int(start), min(math.ceil(end), old)):
            found[place, one] = (min(one + 1, end) - max(one, start)) / scale
    return found


def _spread(
    old: int, new: int, radius: int, kernel: Callable[[float], float], *, antialias: bool
) -> Floats:
    """Return weights of a kernel around each place, that add up to one."""
    found = np.zeros((new, old))
    step = old / new
    wide = max(step, 1.0) if antialias else 1.0
    for place in range(new):
        where = (place + 0.5) * step
        first = max(math.ceil(where - radius * wide - 0.5), 0)
        last = min(math.floor(where + radius * wide - 0.5), old - 1)
        for one in range(first, last + 1):
            found[place, one] = kernel((one + 0.5 - where) / wide)
        found[place] /= found[place].sum()
    return found


def _triangle(distance: float) -> float:
    return max(0.0, 1 - abs(distance))


def _cubic(distance: float) -> float:
    """Return the weight of Keys' cubic convolution, a = -1/2."""
    size = abs(distance)
    if size >= 2:  # noqa: PLR2004 - the kernel's reach
        return 0.0
    if size >= 1:
        return ((-0.5 * size + 2.5) * size - 4) * size + 2
    return (1.5 * size - 2.5) * size * size + 1


def _lanczos(radius: int) -> Callable[[float], float]:
    def kernel(distance: float) -> float:
        size = abs(distance)
        if size > radius:
            return 0.0
        if size <= 1e-3:  # noqa: PLR2004 - where the quotient loses its digits
            return 1.0
        wave = math.sin(math.pi * size) * math.sin(math.pi * size / radius)
        return radius * wave / (math.pi * size) ** 2

    return kernel


SPREAD: dict[str, tuple[int, Callable[[float], float]]] = {
    "bilinear": (1, _triangle),
    "bicubic": (2, _cubic),
    "lanczos3": (3, _lanczos(3)),
    "lanczos5": (5, _lanczos(5)),
}
"""Method -> reach and kernel, where it is spread over what it makes smaller."""
PLAIN: dict[str, Callable[[int, int], Floats]] = {
    "nearest": _nearest,
    "area": _area,
    "bilinear": _bilinear,
    "bicubic": _bicubic,
}
"""Method -> what it does where nothing is smoothed."""
