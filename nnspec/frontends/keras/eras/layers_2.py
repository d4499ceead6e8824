"""Layers of Keras 2 and tf.keras with the names and arguments of Keras 3; floor 4.

Sources: Keras 2.3.1, keras/layers; tf_keras 2.21, tf_keras/src/layers, read beside Keras 3.15.
"""

from dataclasses import replace

from nnspec.document import Mapping
from nnspec.frontends.keras.eras.edits import Edit, drop, put, rename, value_of
from nnspec.frontends.keras.eras.objects import as_one, modern_object
from nnspec.frontends.keras.values import as_node

CLASSES = {
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "SyncBatchNormalization": "BatchNormalization",
    "CuDNNLSTM": "LSTM",
    "CuDNNGRU": "GRU",
    "LSTMV1": "LSTM",
    "LSTMV2": "LSTM",
    "GRUV1": "GRU",
    "GRUV2": "GRU",
    "DenseV2": "Dense",
    "ThresholdedReLU": "ReLU",
}
"""Classes of Keras 2 -> those that compute the same."""
GONE = (
    "batch_input_shape",
    "input_length",
    "implementation",
    "time_major",
    "input_spec",
    "fused",
    "renorm",
    "renorm_clipping",
    "renorm_momentum",
    "virtual_batch_size",
    "adjustment",
    "ragged",
    "experimental_run_tf_function",
    "_keras_api_names",
    "_keras_api_names_v1",
)
"""Arguments that say how it is computed, or what follows from the other layers."""
SAID_WHEN_TRUE = ("renorm", "time_major", "ragged", "virtual_batch_size", "adjustment")
"""Arguments of those that change what is computed, where they are set."""
SEPARABLE = ("groups", "kernel_initializer", "kernel_regularizer", "kernel_constraint")


def layer_of_keras_2(kind: str, config: Mapping) -> tuple[str, Mapping]:
    """Return a layer's class and arguments as Keras 3 has them.

    Args:
        kind: its class.
        config: its arguments.
    """
    kept = [one for one in SAID_WHEN_TRUE if value_of(config, one)]
    if kind == "InputLayer":
        config = given(config)
    config = drop(config, [one for one in GONE if one not in kept])
    entries = (replace(one, value=modern_object(one.name, one.value)) for one in config)
    config = OWN.get(kind, unchanged)(replace(config, entries=tuple(entries)))
    return CLASSES.get(kind, kind), config


def unchanged(config: Mapping) -> Mapping:
    """Return the arguments as they are."""
    return config


def leaky(config: Mapping) -> Mapping:
    """Return the arguments of LeakyReLU."""
    return rename(config, {"alpha": "negative_slope"})


def thresholded(config: Mapping) -> Mapping:
    """Return the arguments of ThresholdedReLU as those of ReLU: below the threshold it is 0."""
    return rename(config, {"theta": "threshold"})


def normalized(config: Mapping) -> Mapping:
    """Return the arguments of BatchNormalization: its axis stands in a list in tf.keras."""
    axis = config.get("axis")
    return config if axis is None else put(config, "axis", as_one(axis))


def without_groups(config: Mapping) -> Mapping:
    """Return the arguments of a convolution that has no groups."""
    return drop(config, ("groups",)) if value_of(config, "groups") == 1 else config


def separable(config: Mapping) -> Mapping:
    """Return the arguments of a separable convolution, without those of a plain one."""
    return drop(config, SEPARABLE)


def gated(config: Mapping) -> Mapping:
    """Return the arguments of GRU: without reset_after its gate came before the product."""
    return config if config.entry("reset_after") else put(config, "reset_after", False)


def cudnn_lstm(config: Mapping) -> Mapping:
    """Return the arguments of CuDNNLSTM as those of the LSTM that computes the same."""
    return put(put(config, "activation", "tanh"), "recurrent_activation", "sigmoid")


def cudnn_gru(config: Mapping) -> Mapping:
    """Return the arguments of CuDNNGRU as those of the GRU that computes the same."""
    return put(cudnn_lstm(config), "reset_after", True)


def given(config: Mapping) -> Mapping:
    """Return the arguments of InputLayer."""
    config = rename(config, {"batch_input_shape": "batch_shape", "input_dtype": "dtype"})
    if value_of(config, "sparse") is False:
        config = drop(config, ("sparse",))
    return config


def embedded(config: Mapping) -> Mapping:
    """Return the arguments of Embedding, whose dtype was once that of what comes in."""
    whole = str(value_of(config, "dtype")).startswith(("int", "uint"))
    return drop(config, ("dtype",)) if whole else config


def attending(config: Mapping) -> Mapping:
    """Return the arguments of MultiHeadAttention, without the shapes that it was built with."""
    return drop(config, ("query_shape", "key_shape", "value_shape"))


def exponential(config: Mapping) -> Mapping:
    """Return the arguments of ELU, which one era writes as an array of one number."""
    alpha = config.get("alpha")
    return config if alpha is None else put(config, "alpha", as_one(alpha))


def padded(config: Mapping) -> Mapping:
    """Return the arguments of a padding whose sides one era writes by name."""
    padding = config.get("padding")
    if not isinstance(padding, Mapping):
        return config
    names = (("top_pad", "bottom_pad"), ("left_pad", "right_pad"))
    sides = [[value_of(padding, one) or 0 for one in pair] for pair in names]
    return put(config, "padding", as_node(sides, padding.span))  # type: ignore[arg-type]  # plain


OWN: dict[str, Edit] = {
    "LeakyReLU": leaky,
    "ThresholdedReLU": thresholded,
    "ELU": exponential,
    **dict.fromkeys(
        ("BatchNormalization", "BatchNormalizationV1", "BatchNormalizationV2"), normalized
    ),
    "SyncBatchNormalization": normalized,
    **dict.fromkeys(
        ("DepthwiseConv1D", "DepthwiseConv2D", "Conv1DTranspose", "Conv2DTranspose"),
        without_groups,
    ),
    "Conv3DTranspose": without_groups,
    **dict.fromkeys(("SeparableConv1D", "SeparableConv2D"), separable),
    "GRU": gated,
    "GRUV1": gated,
    "GRUV2": gated,
    "GRUCell": gated,
    "CuDNNLSTM": cudnn_lstm,
    "CuDNNGRU": cudnn_gru,
    "Embedding": embedded,
    "MultiHeadAttention": attending,
    "ZeroPadding2D": padded,
}
"""What else changes in one layer."""
