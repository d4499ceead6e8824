"""Floor 5: layers and functions by what they do, told by their names.

By name and not by class: a check imports only the families of layers that a spec uses.
"""

from typing import Literal

from nnspec.catalog.activations import Activation
from nnspec.catalog.layer import Layer

DROPOUTS = frozenset(
    {
        "Dropout",
        "AlphaDropout",
        "GaussianDropout",
        "SpatialDropout1D",
        "SpatialDropout2D",
        "SpatialDropout3D",
    }
)
"""Layers that blank values while training."""

TRANSPARENT = DROPOUTS | {
    "ActivityRegularization",
    "Flatten",
    "GaussianNoise",
    "Identity",
    "Permute",
    "Reshape",
}
"""Layers whose values are those that came in, moved or disturbed."""

AVERAGES = frozenset(
    f"{reach}AveragePooling{rank}D" for reach in ("", "Global") for rank in (1, 2, 3)
)
"""Layers that average values."""

AFFINE = frozenset(
    {
        "Conv1D",
        "Conv1DTranspose",
        "Conv2D",
        "Conv2DTranspose",
        "Conv3D",
        "Conv3DTranspose",
        "Dense",
        "DepthwiseConv1D",
        "DepthwiseConv2D",
        "EinsumDense",
        "SeparableConv1D",
        "SeparableConv2D",
    }
)
"""Layers that multiply with a kernel, add a bias and apply an activation."""

CONVOLUTIONS = frozenset(name for name in AFFINE if "Conv" in name)

RECURRENT = frozenset({"SimpleRNN", "LSTM", "GRU"})
"""Recurrent layers with fields of their own."""

SEQUENTIAL = RECURRENT | {"RNN", "Bidirectional", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"}
"""Layers that carry a state along the time axis."""

MERGES = frozenset(
    {"Add", "Average", "Concatenate", "Dot", "Maximum", "Minimum", "Multiply", "Subtract"}
)

FUNCTION_LAYERS = {
    "ELU": "elu",
    "LeakyReLU": "leaky_relu",
    "PReLU": "leaky_relu",
    "ReLU": "relu",
    "Softmax": "softmax",
}
"""Layers that are nothing but one activation."""

SAME_SHAPE = DROPOUTS | set(FUNCTION_LAYERS) | {"Activation", "GaussianNoise", "Identity"}
"""Layers that leave the shape as it is."""

WRAPPERS = frozenset({"SpectralNormalization", "TimeDistributed"})
"""Wrappers behind which the values are those of the layer inside."""

Range = Literal["linear", "probability", "distribution", "logarithm", "positive", "limited", "step"]
"""linear: any number; positive: above 0; limited: some numbers are never reached."""

FUNCTIONS: dict[str, Range] = {
    "exponential": "positive",
    "hard_sigmoid": "probability",
    "linear": "linear",
    "log_sigmoid": "logarithm",
    "log_softmax": "logarithm",
    "sigmoid": "probability",
    "softmax": "distribution",
    "softplus": "positive",
    "sparse_plus": "positive",
    "sparse_sigmoid": "probability",
    "sparsemax": "distribution",
    "squareplus": "positive",
    "step": "step",
    "hard_shrink": "linear",
    "soft_shrink": "linear",
    "tanh_shrink": "linear",
    "leaky_relu": "linear",
}
"""What leaves an activation; of all others some numbers are out of reach."""

SHARING = {"log_softmax": "0", "softmax": "1", "sparsemax": "1"}
"""Activations by which units share a sum of 1 -> what is left of a single unit."""

SATURATING = frozenset({"hard_tanh", "softsign", "tanh"})
"""Activations between -1 and 1, which the hinge losses go with."""


DIPPING = frozenset({"celu", "elu", "gelu", "glu", "hard_silu", "mish", "selu", "silu"})
"""Activations that give some negative numbers, down to -1 or -2, beside all positive ones."""


def range_of(function: str) -> Range:
    """Return what kind of numbers leave an activation."""
    return FUNCTIONS.get(function, "limited")


def inner(layer: Layer) -> Layer:
    """Return the layer that computes: the one inside a wrapper."""
    while layer.keras_name in WRAPPERS:
        wrapped = argument(layer, "layer")
        if not isinstance(wrapped, Layer):
            break
        layer = wrapped
    return layer


def argument(layer: Layer, name: str) -> object:
    """Return an argument of a layer, None where the layer has none of that name."""
    found: object = getattr(layer, name, None)
    return found


def function_of(layer: Layer) -> str | None:
    """Return the name of the function that a layer ends with, None where it is no such layer."""
    layer = inner(layer)
    name = layer.keras_name
    if name == "ReLU" and argument(layer, "negative_slope"):
        return "leaky_relu"
    if name in FUNCTION_LAYERS:
        return FUNCTION_LAYERS[name]
    if name != "Activation" and name not in AFFINE | RECURRENT:
        return None
    function = argument(layer, "activation")
    if not isinstance(function, Activation):
        return "linear"
    if function.keras_name == "relu" and getattr(function, "negative_slope", None):
        return "leaky_relu"
    return function.keras_name


def is_function(layer: Layer) -> bool:
    """Return whether a layer is nothing but an activation."""
    return layer.keras_name in FUNCTION_LAYERS or layer.keras_name == "Activation"


def axis_of(layer: Layer) -> object:
    """Return the axis that a layer's softmax runs along; -1 where there is none to name."""
    layer = inner(layer)
    if layer.keras_name == "Softmax":
        return argument(layer, "axis")
    return getattr(argument(layer, "activation"), "axis", -1)
