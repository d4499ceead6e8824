"""Layers of Keras 1 with the names and arguments of Keras 2; floor 4.

Source: Keras 2.0, keras/legacy/interfaces.py, read beside Keras 1.2.2, keras/layers.
"""

from nnspec.document import Mapping
from nnspec.frontends.keras.eras.edits import Edit, drop, put, rename, value_of

CLASSES = {
    "Convolution1D": "Conv1D",
    "Convolution2D": "Conv2D",
    "Convolution3D": "Conv3D",
    "AtrousConvolution1D": "Conv1D",
    "AtrousConvolution2D": "Conv2D",
    "Deconvolution2D": "Conv2DTranspose",
    "Deconvolution3D": "Conv3DTranspose",
    "SeparableConvolution2D": "SeparableConv2D",
    "TimeDistributedDense": "Dense",
}
"""Classes of Keras 1 -> those that compute the same."""
RENAMED = {
    "init": "kernel_initializer",
    "W_regularizer": "kernel_regularizer",
    "W_constraint": "kernel_constraint",
    "b_regularizer": "bias_regularizer",
    "b_constraint": "bias_constraint",
    "U_regularizer": "recurrent_regularizer",
    "inner_init": "recurrent_initializer",
    "inner_activation": "recurrent_activation",
    "depthwise_init": "depthwise_initializer",
    "pointwise_init": "pointwise_initializer",
    "beta_init": "beta_initializer",
    "gamma_init": "gamma_initializer",
    "bias": "use_bias",
    "nb_filter": "filters",
    "border_mode": "padding",
    "subsample": "strides",
    "subsample_length": "strides",
    "filter_length": "kernel_size",
    "atrous_rate": "dilation_rate",
    "pool_length": "pool_size",
    "stride": "strides",
    "length": "size",
    "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
    "p": "rate",
    "sigma": "stddev",
}
"""Arguments of Keras 1 -> those of Keras 2, whatever the layer."""
OWN_NAMES: dict[str, dict[str, str]] = {
    "Embedding": {
        "init": "embeddings_initializer",
        "W_regularizer": "embeddings_regularizer",
        "W_constraint": "embeddings_constraint",
    },
    "PReLU": {"init": "alpha_initializer"},
    **{one: {"output_dim": "units"} for one in ("Dense", "LSTM", "GRU", "SimpleRNN")},
}
"""Arguments that have another name in one layer."""
GONE = ("input_dim", "input_dtype", "consume_less", "output_shape_type", "input_shape")
"""Arguments that say nothing beside the others."""
ORDERINGS = {"th": "channels_first", "tf": "channels_last"}
ORDERED = frozenset(
    {
        *("MaxPooling2D", "AveragePooling2D", "UpSampling2D", "ZeroPadding2D", "Cropping2D"),
        *("MaxPooling3D", "AveragePooling3D", "UpSampling3D", "ZeroPadding3D", "Cropping3D"),
        *("GlobalMaxPooling2D", "GlobalAveragePooling2D", "SpatialDropout2D"),
    }
)
"""Layers that the first versions of Keras 1 wrote without saying where the channels are."""
EXTENTS = (("nb_row", "nb_col"), ("kernel_dim1", "kernel_dim2", "kernel_dim3"))


def layer_of_keras_1(kind: str, config: Mapping) -> tuple[str, Mapping]:
    """Return a layer's class and arguments as Keras 2 has them.

    Args:
        kind: its class.
        config: its arguments.
    """
    kind = CLASSES.get(kind, kind)
    if kind == "Lambda":
        return kind, config
    config = drop(config, [one for one in GONE if (kind, one) != ("Embedding", "input_dim")])
    if kind == "Dense":
        config = drop(config, ("input_length",))
    config = rename(rename(config, OWN_NAMES.get(kind, {})), RENAMED)
    for change in (with_extents, with_ordering, with_forget_bias):
        config = change(config)
    return kind, OWN.get(kind, unchanged)(config)


def unchanged(config: Mapping) -> Mapping:
    """Return the arguments as they are."""
    return config


def with_extents(config: Mapping) -> Mapping:
    """Return the extents of a kernel as one argument."""
    for names in EXTENTS:
        extents = [value_of(config, one) for one in names]
        if None not in extents:
            config = put(drop(config, names), "kernel_size", extents)
    return config


def with_ordering(config: Mapping) -> Mapping:
    """Return where the channels are by Keras' later name."""
    found = value_of(config, "dim_ordering")
    config = drop(config, ("dim_ordering",))
    known = ORDERINGS.get(found) if isinstance(found, str) else None
    return put(config, "data_format", known) if known else config


def with_forget_bias(config: Mapping) -> Mapping:
    """Return the first bias of the forget gate: ones, or not."""
    if config.entry("forget_bias_init") is None:
        return config
    ones = value_of(config, "forget_bias_init") in ("one", "ones")
    return put(drop(config, ("forget_bias_init",)), "unit_forget_bias", ones)


def normalized(config: Mapping) -> Mapping:
    """Return the arguments of BatchNormalization: 0 and 2 look at features, as Keras 3 does."""
    features = value_of(config, "mode") in (None, 0, 2)
    return drop(config, ("mode",)) if features else config


def embedded(config: Mapping) -> Mapping:
    """Return the arguments of Embedding; that it dropped whole words has no place now."""
    return drop(config, ("dropout",))


def transposed(config: Mapping) -> Mapping:
    """Return the arguments of a transposed convolution: its extent follows from the others."""
    return drop(config, ("output_shape",))


OWN: dict[str, Edit] = {
    "BatchNormalization": normalized,
    "Embedding": embedded,
    "Conv2DTranspose": transposed,
    "Conv3DTranspose": transposed,
}
"""What else changes in one layer."""
