"""What readers of Keras 2's documents know: their layers, and which arguments mean the same there.

Sources: tf_keras 2.21, tf_keras/src/layers; tfjs-layers 4.22, src/layers.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

ANY = object()
"""An argument that computes nothing differently: it is left out."""
PLAIN = (None, "channels_last")
Allowed = Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Dialect:
    """What one reader takes.

    Attributes:
        name: the reader's.
        layers: the classes that it has.
        activations: functions by Keras 3's names -> its own.
        left_out: class -> argument that it does not have -> the value, or values, that mean
            nothing.
        bound: class -> argument that it has -> the values that it computes.
        regularizers: the classes that it has.
        model: the class of a model that is a graph.
    """

    name: str
    layers: Collection[str]
    activations: Mapping[str, str]
    left_out: Allowed
    bound: Allowed
    regularizers: Collection[str]
    model: str
    single: bool = False
    """Whether it computes in float32 alone."""


EVERYWHERE: Mapping[str, object] = {
    "lora_rank": None,
    "lora_alpha": None,
    "quantization_config": None,
    "gptq_unpacked_column_size": None,
    "use_cudnn": ANY,
    "autocast": ANY,
    "flash_attention": ANY,
    "use_gate": False,
    "sliding_window": None,
    "optional": False,
    "salt": None,
    "rms_scaling": False,
}
"""Arguments of Keras 3 that no layer of Keras 2 has."""
SEEDED = {"seed": ANY}
FLAT = {"data_format": PLAIN}
LEFT_OUT: Allowed = {
    "*": EVERYWHERE,
    **dict.fromkeys(("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"), SEEDED),
    **dict.fromkeys(("SimpleRNN", "MultiHeadAttention"), SEEDED),
    **dict.fromkeys(("CenterCrop", "RandomCrop", "RandomFlip", "RandomRotation"), FLAT),
    **dict.fromkeys(("RandomTranslation", "RandomZoom", "ZeroPadding1D"), FLAT),
    "Resizing": {
        "pad_to_aspect_ratio": False,
        "fill_mode": ANY,
        "fill_value": ANY,
        "antialias": False,
        **FLAT,
    },
    "RandomContrast": {"value_range": ANY},
    "RNN": {"zero_output_for_mask": False},
}
SIMPLE = ("elu", "gelu", "linear", "mish", "relu", "selu", "sigmoid", "softmax", "softplus")
SHARED = {**{one: one for one in (*SIMPLE, "softsign", "tanh")}, "silu": "swish"}
"""Functions that are computed alike in all of them; `hard_sigmoid` is another one in Keras 2."""
PICTURES = ("CenterCrop", "RandomContrast", "RandomCrop", "RandomFlip", "RandomRotation")
KERAS_2 = Dialect(
    "Keras 2",
    frozenset(
        {
            *("Activation", "ActivityRegularization", "Add", "AdditiveAttention", "AlphaDropout"),
            *("Attention", "Average", "AveragePooling1D", "AveragePooling2D", "AveragePooling3D"),
            *("BatchNormalization", "Bidirectional", "Concatenate", "Conv1D", "Conv1DTranspose"),
            *("Conv2D", "Conv2DTranspose", "Conv3D", "Conv3DTranspose", "ConvLSTM1D"),
            *("ConvLSTM2D", "ConvLSTM3D", "Cropping1D", "Cropping2D", "Cropping3D", "Dense"),
            *("DepthwiseConv1D", "DepthwiseConv2D", "Dot", "Dropout", "ELU", "EinsumDense"),
            *("Embedding", "Flatten", "GRU", "GaussianDropout", "GaussianNoise"),
            *("GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalAveragePooling3D"),
            *("GlobalMaxPooling1D", "GlobalMaxPooling2D", "GlobalMaxPooling3D"),
            *("GroupNormalization", "Identity", "InputLayer", "LSTM", "LayerNormalization"),
            *("LeakyReLU", "Masking", "MaxPooling1D", "MaxPooling2D", "MaxPooling3D", "Maximum"),
            *("Minimum", "MultiHeadAttention", "Multiply", "PReLU", "Permute", "ReLU"),
            *("RepeatVector", "Rescaling", "Reshape", "Resizing", "SeparableConv1D"),
            *("SeparableConv2D", "SimpleRNN", "Softmax", "SpatialDropout1D", "SpatialDropout2D"),
            *("SpatialDropout3D", "Subtract", "TimeDistributed", "UnitNormalization"),
            *("UpSampling1D", "UpSampling2D", "UpSampling3D", "ZeroPadding1D", "ZeroPadding2D"),
            *("ZeroPadding3D", "RandomTranslation", "RandomZoom", *PICTURES),
        }
    ),
    {**SHARED, "exponential": "exponential"},
    LEFT_OUT,
    {},
    frozenset({"L1", "L2", "L1L2", "OrthogonalRegularizer"}),
    "Functional",
)
ONES: tuple[object, ...] = (1, [1, 1], [1], [1, 1, 1], None)
UNGROUPED = {"groups": (1, None)}
FLATTENED = {"keepdims": (False, None)}
TFJS = Dialect(
    "TensorFlow.js",
    frozenset(
        {
            *("Activation", "Add", "AlphaDropout", "Average", "AveragePooling1D"),
            *("AveragePooling2D", "AveragePooling3D", "BatchNormalization", "Bidirectional"),
            *("Concatenate", "Conv1D", "Conv2D", "Conv2DTranspose", "Conv3D", "Conv3DTranspose"),
            *("ConvLSTM2D", "Cropping2D", "Dense", "DepthwiseConv2D", "Dot", "Dropout", "ELU"),
            *("Embedding", "Flatten", "GRU", "GaussianDropout", "GaussianNoise"),
            *("GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalMaxPooling1D"),
            *("GlobalMaxPooling2D", "InputLayer", "LSTM", "LayerNormalization"),
            *("LeakyReLU", "Masking", "MaxPooling1D", "MaxPooling2D", "MaxPooling3D", "Maximum"),
            *("Minimum", "Multiply", "PReLU", "Permute", "ReLU", "RepeatVector", "Rescaling"),
            *("Reshape", "SeparableConv2D", "SimpleRNN", "Softmax"),
            *("SpatialDropout1D", "TimeDistributed", "UpSampling2D", "ZeroPadding2D"),
        }
    ),
    {**SHARED, "relu6": "relu6", "log_softmax": "logSoftmax"},
    LEFT_OUT,
    {
        "Conv1D": {**UNGROUPED, "padding": ("valid", "same")},
        "Conv2D": UNGROUPED,
        "Conv3D": UNGROUPED,
        "Conv2DTranspose": {"dilation_rate": ONES, "output_padding": (None,)},
        "Conv3DTranspose": {"dilation_rate": ONES, "output_padding": (None,)},
        "GRU": {"reset_after": (False,)},
        "GlobalAveragePooling1D": FLATTENED,
        "GlobalAveragePooling2D": FLATTENED,
        "GlobalMaxPooling1D": FLATTENED,
        "GlobalMaxPooling2D": FLATTENED,
        "UpSampling2D": {"interpolation": ("nearest", "bilinear")},
    },
    frozenset({"L1", "L2", "L1L2"}),
    "Model",
    single=True,
)
"""Its Resizing and CenterCrop (4.22) are left out: they lose the batch in their output's shape."""
