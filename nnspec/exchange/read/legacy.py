"""Arrays that older Keras wrote, as the weights of the layers of today.

Source: Keras 2.3.1, keras/engine/saving.py, preprocess_weights_for_loading and
_convert_rnn_weights; Keras 1.2.2, keras/layers/recurrent.py.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

Array = np.ndarray[Any, Any]
Arrays = list[Array]
GATES = {"LSTM": 4, "GRU": 3}
CONVOLUTIONS = ("Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose", "Conv3DTranspose", "ConvLSTM2D")
STEEPER = 1.2
"""Slope of the former hard_sigmoid, 1/5, over that of the present one, 1/6."""
PARTED = {"LSTM": (0, 6, 3, 9), "GRU": (0, 3, 6)}
"""Places of the kernels of single gates in Keras 1, in the order of the present kernel."""


@dataclass(frozen=True, slots=True)
class Era:
    """What wrote a file.

    Attributes:
        major: version of Keras; 1 where it does not say.
        theano: whether its convolutions turned the kernels around.
    """

    major: int
    theano: bool = False


def modern(layer: keras.layers.Layer, arrays: Arrays, era: Era) -> Arrays:
    """Return the arrays of a layer as the layer of today holds them.

    Args:
        layer: the layer that takes them.
        arrays: as they stand in the file.
        era: what wrote the file.
    """
    if era.major > 2:  # noqa: PLR2004 - Keras 3 is the present
        return arrays
    match layer:
        case keras.layers.Bidirectional():
            half = len(arrays) // 2
            ahead = modern(layer.forward_layer, arrays[:half], era)
            return ahead + modern(layer.backward_layer, arrays[half:], era)
        case keras.layers.TimeDistributed():
            return modern(layer.layer, arrays, era)
    kind = type(layer).__name__
    if kind in GATES:
        arrays = gated(layer, kind, arrays)
    if kind in CONVOLUTIONS and arrays:
        arrays = convolved(layer, kind, arrays, era)
    if kind == "Normalization" and len(arrays) == len(("mean", "variance", "count")):
        arrays = arrays[:2]
    return softened(layer, kind, arrays)


def gated(layer: Any, kind: str, arrays: Arrays) -> Arrays:  # noqa: ANN401 - LSTM or GRU
    """Return the arrays of a layer with gates: one kernel for all, in the order of today."""
    count, order = GATES[kind], PARTED[kind]
    if len(arrays) == 3 * count:
        kernel, recurrent, bias = (
            np.concatenate([arrays[place + part] for place in order], axis=-1) for part in range(3)
        )
        return [kernel, recurrent, bias]
    if len(arrays) == 3 and arrays[2].shape == (2 * count * layer.units,):  # noqa: PLR2004
        return of_cudnn(kind, count, arrays)
    return arrays


def of_cudnn(kind: str, count: int, arrays: Arrays) -> Arrays:
    """Return the arrays of a layer that cuDNN computed: its kernels were laid otherwise."""
    kernel = np.hstack([one.T.reshape(one.shape, order="F") for one in np.hsplit(arrays[0], count)])
    recurrent = np.hstack([one.T for one in np.hsplit(arrays[1], count)])
    pair = arrays[2].reshape(2, -1)
    return [kernel, recurrent, pair.sum(axis=0) if kind == "LSTM" else pair]


def convolved(layer: Any, kind: str, arrays: Arrays, era: Era) -> Arrays:  # noqa: ANN401
    """Return the arrays of a convolution: (extents ..., channels in, filters)."""
    kernel, *others = arrays
    if era.major == 1:
        kernel = of_keras_1(layer, kind, kernel)
    if era.theano:
        axes = tuple(range(kernel.ndim - 2))
        kernel = np.flip(kernel, axes)
        if kind == "ConvLSTM2D":
            others[0] = np.flip(others[0], axes)
    return [kernel, *others]


def of_keras_1(layer: Any, kind: str, kernel: Array) -> Array:  # noqa: ANN401
    """Return a kernel of Keras 1, which stood in the order of its backend."""
    extents, filters = tuple(layer.kernel_size), layer.filters
    if kind == "Conv1D" and kernel.ndim == 4:  # noqa: PLR2004
        if kernel.shape[:2] != (*extents, 1) or kernel.shape[3] != filters:
            kernel = kernel.transpose(2, 3, 1, 0)
        return kernel[:, 0]
    first = layer.data_format == "channels_first"
    if kind == "Conv2D" and first:
        return kernel.transpose(2, 3, 1, 0)
    if kind == "Conv3D" and first:
        return kernel.transpose(2, 3, 4, 1, 0)
    if kind == "Conv2DTranspose":
        return kernel.transpose(2, 3, 0, 1) if first else kernel.transpose(0, 1, 3, 2)
    return kernel


def softened(layer: Any, kind: str, arrays: Arrays) -> Arrays:  # noqa: ANN401
    """Return arrays such that the hard_sigmoid of today answers as the former one did.

    That was max(0, min(1, x / 5 + 1/2)), and is max(0, min(1, x / 6 + 1/2)): what enters it is
    made larger by 6 / 5.
    """
    if kind in GATES and is_hard(layer.recurrent_activation):
        plain = {"LSTM": 2, "GRU": 2}[kind]
        count = GATES[kind]
        return [by_gate(one, count, lambda gate: gate != plain) for one in arrays]
    own = getattr(layer, "activation", None)
    if kind not in GATES and is_hard(own) and hasattr(layer, "kernel"):
        return [one * STEEPER for one in arrays]
    return arrays


def by_gate(array: Array, count: int, steeper: Callable[[int], bool]) -> Array:
    """Return weights of several gates, those of some of them made larger."""
    gates = np.split(array, count, axis=-1)
    made = [one * STEEPER if steeper(place) else one for place, one in enumerate(gates)]
    return np.concatenate(made, axis=-1)


def is_hard(function: object) -> bool:
    """Return whether an activation is hard_sigmoid."""
    return function is keras.activations.hard_sigmoid
