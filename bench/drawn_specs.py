"""Draws specs, wise and unwise ones: what enters, what it flows through, heads and training.

Layers are drawn by what flows: a vector, a series, an image or a volume for each row. What does
not fit is refused by the check, and drawn again by whoever asked.
"""

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml
from drawn_trainings import (
    ACTIVATIONS,
    POLICIES,
    draw_callbacks,
    draw_head,
    draw_metrics,
    draw_optimizer,
    parsed,
)

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS = 8
"""Rows of a step."""


@dataclass(frozen=True)
class Given:
    """What an input holds: normal numbers, bytes, whole numbers below `high`, words, or texts."""

    kind: str = "normal"
    high: int = 0


@dataclass
class DrawnSpec:
    """A spec as it grows, and what its inputs are given."""

    layers: list[dict[str, Any]] = field(default_factory=list)
    inputs: dict[str, Given] = field(default_factory=dict)
    spec: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Return the spec as YAML."""
        return yaml.safe_dump(self.spec, sort_keys=False, default_flow_style=None, width=100)

    def add(self, layer: Any, inputs: Any = None, **beside: Any) -> str:  # noqa: ANN401 - plain YAML
        """Append a layer and return its name."""
        name = f"n{len(self.layers)}"
        layer = {layer: {}} if isinstance(layer, str) else layer
        entry = {**layer, "name": name, **beside}
        self.layers.append(entry if inputs is None else entry | {"inputs": inputs})
        return name


ENTRANCES: tuple[tuple[str, Given, tuple[str, ...]], ...] = (
    ("vector", Given(), ("Input: [6]",)),
    ("vector", Given(), ("Input: [6]",)),
    ("series", Given(), ("Input: [7, 3]",)),
    ("series", Given(), ("Input: {shape: [null, 3]}",)),
    ("series", Given(), ("Input: [7, 3]", "Masking")),
    ("image", Given(), ("Input: [8, 8, 3]",)),
    ("image", Given(), ("Input: [8, 8, 1]",)),
    ("image", Given("bytes"), ("Input: [9, 7, 3]", "Rescaling: 0.00392156862745098")),
    ("volume", Given(), ("Input: [6, 5, 4, 2]",)),
    ("series", Given("whole", 20), ("Input: {shape: [5], dtype: int32}",
        "Embedding: {input_dim: 20, output_dim: 4}")),
    ("series", Given("whole", 20), ("Input: {shape: [5], dtype: int32}",
        "Embedding: {input_dim: 20, output_dim: 4, mask_zero: true}")),
    ("series", Given("words"), ("Input: {shape: [5], dtype: string}",
        "StringLookup: [red, green, blue]", "Embedding: {input_dim: ~, output_dim: 3}")),
    ("series", Given("words"), ("Input: {shape: [5], dtype: string}",
        "StringLookup: {vocabulary: [red, green, blue], num_oov_indices: 2, mask_token: ''}",
        "Embedding: {input_dim: ~, output_dim: 3}")),
    ("series", Given("words"), ("Input: {shape: [5], dtype: string}", "Hashing: 9",
        "Embedding: {input_dim: ~, output_dim: 3}")),
    ("series", Given("texts"), ("Input: {shape: [1], dtype: string}",
        "TextVectorization: {vocabulary: [red, blue], output_sequence_length: 4}",
        "Embedding: {input_dim: ~, output_dim: 3, mask_zero: true}")),
    ("series", Given("whole", 9), ("Input: {shape: [4], dtype: int32}",
        "IntegerLookup: [1, 2, 3, 4, 5, 6, 7]", "Embedding: {input_dim: ~, output_dim: 3}")),
    ("vector", Given("words"), ("Input: {shape: [4], dtype: string}",
        "StringLookup: {vocabulary: [red, green, blue], output_mode: multi_hot}")),
    ("vector", Given("words"), ("Input: {shape: [4], dtype: string}",
        "StringLookup: {vocabulary: [red, green], output_mode: tf_idf, idf_weights: [0.3, 0.6]}")),
    ("vector", Given("words"), ("Input: {shape: [1], dtype: string}",
        "Flatten", "StringLookup: {vocabulary: [red, blue], output_mode: count}")),
    ("vector", Given("whole", 4), ("Input: {shape: [1], dtype: int32}",
        "CategoryEncoding: {num_tokens: 4, output_mode: one_hot}")),
    ("vector", Given("whole", 4), ("Input: {shape: [3], dtype: int32}",
        "CategoryEncoding: {num_tokens: #, output_mode: multi_hot}")),
    ("series", Given(), ("Input: [5]", "Discretization: [-1.0, 0.0, 1.0]",
        "Embedding: {input_dim: ~, output_dim: 2}")),
    ("vector", Given(), ("Input: [6]", "Normalization: {mean: 0.5, variance: 2.0}")),
    ("series", Given(), ("Input: [40, 1]", ("STFTSpectrogram: {frame_length: 16, "
        "frame_step: 8, fft_length: 16}"))),
)  # fmt: skip
"""What flows then, what the input holds, the first layers."""

HIDDEN: dict[str, tuple[str, ...]] = {
    "vector": (
        *("Dense: {units: #, activation: @}", "Dense: {units: #, activation: relu}"),
        *("Dense: {units: #, activation: tanh, kernel_regularizer: {L2: 0.001}}", "Dropout: 0.3"),
        *("Dense: {units: #, use_bias: false, kernel_initializer: &}", "BatchNormalization"),
        *("Dense: {units: #, activation: relu, kernel_constraint: ^}", "LayerNormalization"),
        *("GaussianNoise: 0.1", "PReLU", "LeakyReLU", "ReLU: {max_value: 6.0}", "ELU"),
        *("ActivityRegularization: {l2: 0.01}", "UnitNormalization", "Rescaling: 0.5"),
        *("GaussianDropout: 0.2", "AlphaDropout: 0.1", "RMSNormalization", "Identity"),
        *("SpectralNormalization: {layer: {Dense: 4}}", "Softmax", "Activation: @"),
        *("EinsumDense: {equation: 'ab,bc->ac', output_shape: [4], bias_axes: c}",),
        *("GroupNormalization: {groups: -1}", "Dense: {units: #, activation: gelu}"),
        *(
            "Dense: {units: #, activation: relu, trainable: false}",
            "BatchNormalization: {scale: false}",
            "Dense: {units: #, bias_constraint: ^}",
            "Dense: {units: #, lora_rank: 2}",
        ),
        *("Dense: {units: #, activation: relu, dtype: float16}",),
        *("Dense: {units: #, activation: relu, activity_regularizer: {L1: 0.01}}",),
        *(
            (
                "Dense: {units: #, activation: relu, kernel_regularizer: {OrthogonalRegularizer: "
                "{mode: columns}}}"
            ),
            "Dense: {units: 1, activation: relu}",
        ),
    ),
    "series": (
        *("LSTM: {units: #, return_sequences: true}", "Dropout: 0.2", "Softmax: {axis: 1}"),
        *("GRU: {units: #, return_sequences: true, activation: @}", "AveragePooling1D: 2"),
        *("Conv1D: {filters: #, kernel_size: 3, activation: @, padding: same}", "Masking"),
        *("Bidirectional: {layer: {LSTM: {units: 3, return_sequences: true}}, merge_mode: %}",),
        *("Bidirectional: {layer: {GRU: {units: 3, return_sequences: true}}, merge_mode: %}",),
        *("SimpleRNN: {units: #, return_sequences: true, go_backwards: true}", "MaxPooling1D: 2"),
        *("RNN: {cell: {LSTMCell: 3}, return_sequences: true}", "SpatialDropout1D: 0.2"),
        *("RNN: {cell: {StackedRNNCells: [{GRUCell: 3}, {LSTMCell: 4}]}, return_sequences: true}",),
        *("MultiHeadAttention: {num_heads: 2, key_dim: 3}", "TimeDistributed: {layer: {Dense: 4}}"),
        *("LayerNormalization", "BatchNormalization", "Dense: {units: #, activation: @}"),
        *("GRU: {units: #, return_sequences: true, reset_after: false, dropout: 0.1}",),
        *("LSTM: {units: #, return_sequences: true, recurrent_dropout: 0.2, unroll: false}",),
        *("Conv1D: {filters: #, kernel_size: 2, padding: causal, dilation_rate: 2}",),
        *("DepthwiseConv1D: 3", "SeparableConv1D: {filters: #, kernel_size: 2}", "ZeroPadding1D"),
        *("Conv1DTranspose: {filters: #, kernel_size: 3, strides: 2}", "UpSampling1D: 2"),
        *("MultiHeadAttention: {num_heads: 2, key_dim: 2, value_dim: 3}",),
        *("Cropping1D: 1", "AdaptiveAveragePooling1D: 2", "GaussianNoise: 0.1", "PReLU"),
        *("LSTM: {units: #, return_sequences: true, use_cudnn: false}", "Permute: [2, 1]"),
        *("SimpleRNN: {units: #, return_sequences: true, unroll: true, activation: relu}",),
        *("MultiHeadAttention: {num_heads: 1, key_dim: 2, use_bias: false, dropout: 0.1}",),
        *("Dense: {units: #, activation: relu, use_bias: false}",),
        *("RMSNormalization", "UnitNormalization: {axis: 1}", "LayerNormalization: {axis: 1}"),
    ),
    "image": (
        *("Conv2D: {filters: #, kernel_size: 3, activation: @, padding: same}",),
        *("Conv2D: {filters: #, kernel_size: 3, activation: relu}", "RandomBrightness: 0.2"),
        *("DepthwiseConv2D: {kernel_size: 3, padding: same}", "BatchNormalization"),
        *("SeparableConv2D: {filters: #, kernel_size: 3, padding: same}", "Rescaling: 0.1"),
        *("GroupNormalization: {groups: -1}", "UpSampling2D: 2", "ZeroPadding2D: 1"),
        *("Conv2DTranspose: {filters: #, kernel_size: 3, strides: 2, padding: same}",),
        *("MaxPooling2D: 2", "AveragePooling2D: 2", "SpatialDropout2D: 0.2", "LayerNormalization"),
        *(
            "RandomFlip: horizontal",
            "RandomRotation: 0.1",
            "RandomZoom: 0.2",
            "RandomContrast: 0.2",
            "RandomTranslation: {height_factor: 0.1, width_factor: 0.1}",
        ),
        *("RandomCrop: {height: 5, width: 5}", "CenterCrop: {height: 5, width: 5}"),
        *("Resizing: {height: 6, width: 6}", "UpSampling2D: {size: 2, interpolation: bilinear}"),
        *("RandomHue: {factor: 0.2}", "RandomSaturation: {factor: 0.3}", "RandomGrayscale: 0.5"),
        *("RandomErasing: {factor: 1.0}", "AutoContrast", "Solarization", "Equalization"),
        *("RandomSharpness: {factor: 0.5}", "RandomPosterization: {factor: 4}", "RandomInvert"),
        *("RandomGaussianBlur", "AugMix", "RandAugment", "RandomShear: {x_factor: 0.2}"),
        *("RandomColorJitter", "RandomColorDegeneration: {factor: 0.3}", "RandomPerspective"),
        *("RandomElasticTransform", "AdaptiveMaxPooling2D: 3", "Cropping2D: 1"),
        *("Conv2D: {filters: 4, kernel_size: 3, padding: same, groups: 1, dilation_rate: 2}",),
        *(
            "TimeDistributed: {layer: {Dense: 4}}",
            "Permute: [2, 1, 3]",
            "PReLU: {shared_axes: [1, 2]}",
            "Softmax: {axis: [1, 2]}",
            "Dense: {units: #, activation: @}",
        ),
        *("Conv2D: {filters: 4, kernel_size: 3, data_format: channels_first, padding: same}",),
        *("MaxPooling2D: {pool_size: 2, data_format: channels_first}",),
    ),
    "volume": (
        *("Conv3D: {filters: #, kernel_size: 2, activation: relu}", "MaxPooling3D: 2"),
        *("AveragePooling3D: 2", "UpSampling3D: 2", "ZeroPadding3D: 1", "Cropping3D: 1"),
        *("Conv3DTranspose: {filters: #, kernel_size: 2}", "SpatialDropout3D: 0.2"),
        *("BatchNormalization", "Conv3D: {filters: #, kernel_size: 3, padding: same}"),
        *("ConvLSTM2D: {filters: 3, kernel_size: 2, return_sequences: true}", "Dropout: 0.2"),
        *("TimeDistributed: {layer: {Conv2D: {filters: 3, kernel_size: 2}}}",),
        *("AdaptiveAveragePooling3D: 2", "LayerNormalization"),
    ),
}
"""What flows -> layers that leave its rank as it is."""

LAST: dict[str, tuple[str, ...]] = {
    "vector": (
        "",
        "",
        "",
        "Reshape: [-1, 1]+Flatten",
        "Reshape: [1, -1]+GRU: 3",
        "RepeatVector: 3+LSTM: 4",
    ),
    "series": (
        *("Flatten", "GlobalAveragePooling1D", "LSTM: 4", "GlobalMaxPooling1D", "GRU: 3"),
        *("Bidirectional: {layer: {LSTM: 3}, merge_mode: %}", "RNN: {cell: {GRUCell: 3}}"),
        *("Bidirectional: {layer: {SimpleRNN: 3}}", ""),
    ),
    "image": (
        *("Flatten", "GlobalAveragePooling2D", "GlobalMaxPooling2D", ""),
        *("ConvLSTM1D: {filters: 3, kernel_size: 2}+Flatten",),
    ),
    "volume": (
        *("Flatten", "GlobalAveragePooling3D", "GlobalMaxPooling3D"),
        *("ConvLSTM2D: {filters: 3, kernel_size: 2}+Flatten",),
    ),
}
"""What flows -> layers that make a vector of it; with none, each step or pixel has a head."""
MERGES = (
    *("Add", "Multiply", "Average", "Maximum", "Concatenate", "Subtract", "Minimum"),
    *("Concatenate", "Concatenate"),
)
INITIALIZERS = (
    *("he_normal", "orthogonal", "glorot_normal", "lecun_uniform", "identity", "zeros", "ones"),
    *("{RandomNormal: {stddev: 0.1}}", "{Constant: 0.1}", "{VarianceScaling: {scale: 2.0}}"),
    *("random_uniform", "{TruncatedNormal: {stddev: 0.02}}"),
)
CONSTRAINTS = (
    *("{MaxNorm: 2.0}", "UnitNorm", "NonNeg", "{MinMaxNorm: {min_value: 0.1, max_value: 1.5}}"),
)
SIZES = (4, 4, 4, 4, 4, 3, 9)
"""Most alike, so that branches merge."""
MERGE_MODES = ("concat", "sum", "mul", "ave")
HEADS = 2
"""Most outputs of a drawn spec."""


def fill(layer: str, draw: random.Random) -> Any:  # noqa: ANN401 - plain YAML
    """Return a layer with sizes, functions and the like drawn."""
    choices = (
        *(("~", (9, 9, 10, 10, 5)), ("#", SIZES), ("@", ACTIVATIONS), ("&", INITIALIZERS)),
        *(("^", CONSTRAINTS), ("%", MERGE_MODES)),
    )
    for sign, held in choices:
        if sign in layer:
            layer = layer.replace(sign, str(draw.choice(held)))
    return parsed(f"{{{layer}}}" if ": " in layer else layer)


def draw_spec(draw: random.Random) -> DrawnSpec:
    """Return a spec: entrances, some hidden layers, heads, and how they are trained."""
    drawn = DrawnSpec()
    ends = [enter(drawn, draw) for _ in range(draw.choice((1, 1, 1, 2)))]
    for _ in range(draw.randrange(5)):
        at = draw.randrange(len(ends))
        ends[at] = grow(drawn, draw, *ends[at])
    if len(ends) > 1:
        flat = [close(drawn, draw, *end, least=1) for end in ends]
        ends = [(drawn.add("Concatenate", flat), "vector")]
    name, kind = ends[0]
    name = close(drawn, draw, name, kind)
    if draw.random() < 0.3:  # noqa: PLR2004 - some specs go on behind
        name = drawn.add(fill(draw.choice(HIDDEN["vector"][:9]), draw), name)
    train(drawn, draw, name)
    return drawn


def enter(drawn: DrawnSpec, draw: random.Random) -> tuple[str, str]:
    """Append an entrance; return its end and what flows from it."""
    kind, given, layers = draw.choice(ENTRANCES)
    name = drawn.add(fill(layers[0], draw))
    drawn.inputs[name] = given
    for layer in layers[1:]:
        name = drawn.add(fill(layer, draw), name)
    return name, kind


def grow(drawn: DrawnSpec, draw: random.Random, end: str, kind: str) -> tuple[str, str]:
    """Append a layer, or several that belong together."""
    layer = fill(draw.choice(HIDDEN[kind]), draw)
    ways: tuple[Callable[[], str], ...] = (
        *(lambda: drawn.add(layer, end),) * 6,
        lambda: drawn.add(layer, end, repeat=2),
        lambda: branch(drawn, draw, end, kind),
        lambda: drawn.add(draw.choice(MERGES[:4]), [end, drawn.add(layer, end)]),
        lambda: nest(drawn, draw, end, kind),
        lambda: reuse(drawn, end, layer),
    )
    return draw.choice(ways)(), kind


def branch(drawn: DrawnSpec, draw: random.Random, end: str, kind: str) -> str:
    """Append two layers side by side and what merges them."""
    sides = [drawn.add(fill(draw.choice(HIDDEN[kind]), draw), end) for _ in range(2)]
    return drawn.add(draw.choice(MERGES), sides)


def nest(drawn: DrawnSpec, draw: random.Random, end: str, kind: str) -> str:
    """Append a model within the model, now and then a frozen one."""
    layers = [fill(draw.choice(HIDDEN[kind]), draw) for _ in range(draw.choice((1, 2)))]
    model: dict[str, Any] = {"layers": layers}
    if draw.random() < 0.2:  # noqa: PLR2004 - a share
        model["trainable"] = False
    return drawn.add({"Model": model}, end)


def reuse(drawn: DrawnSpec, end: str, layer: Any) -> str:  # noqa: ANN401 - plain YAML
    """Append a layer and apply it once more to what leaves it."""
    first = drawn.add(layer, end)
    return drawn.add({"use": first}, first)


def close(drawn: DrawnSpec, draw: random.Random, end: str, kind: str, *, least: int = 0) -> str:
    """Append what makes a vector of what flows; with `least`, one that does."""
    chosen = draw.choice([one for one in LAST[kind] if one or not least or kind == "vector"])
    for layer in filter(None, chosen.split("+")):
        end = drawn.add(fill(layer, draw), end)
    return end


def train(drawn: DrawnSpec, draw: random.Random, end: str) -> None:
    """Append heads, and write the spec with its training."""
    heads = HEADS if draw.random() < 0.2 else 1  # noqa: PLR2004 - a share
    names, losses, metrics = [], {}, {}
    recipe = None
    for _ in range(heads):
        recipe, activation, units, loss = draw_head(draw)
        name = drawn.add({"Dense": {"units": units, "activation": activation}}, end)
        if recipe.losses == ("Circle",):
            name = drawn.add("UnitNormalization", name)
        names.append(name)
        losses[name], metrics[name] = loss, draw_metrics(draw, recipe)
    training: dict[str, Any] = {"optimizer": draw_optimizer(draw)}
    alone = heads == 1
    training |= {"loss": losses[names[0]] if alone else losses}
    training |= {"metrics": metrics[names[0]] if alone else metrics}
    if not alone and draw.random() < 0.5:  # noqa: PLR2004 - a half
        training["loss_weights"] = {names[0]: 0.5}
    if alone and recipe and recipe.classes and draw.random() < 0.25:  # noqa: PLR2004 - a share
        training["class_weight"] = {"0": 1.0, "1": 3.0}
    training |= {"batch_size": ROWS, "epochs": 12}
    prefixes = [""] if alone else [f"{name}_" for name in names]
    figures = ["loss"] + [f"{one}loss" for one in prefixes if one]
    training["callbacks"] = draw_callbacks(draw, [*figures, *named(metrics, prefixes)], training)
    drawn.spec = {"nnspec": 1, "model": {"layers": drawn.layers, "outputs": names}}
    drawn.spec["training"] = training
    policy = draw.choice(POLICIES)
    if policy != "float32":
        drawn.spec["runtime"] = {"dtype_policy": policy}


def named(metrics: dict[str, list[Any]], prefixes: list[str]) -> list[str]:
    """Return the figures of metrics that are written as words, under the names of the logs."""
    pairs = zip(prefixes, metrics.values(), strict=True)
    words = {"accuracy": "accuracy", "AUC": "auc", "Precision": "precision", "F1Score": "f1_score"}
    return [prefix + words[one] for prefix, some in pairs for one in some if str(one) in words]
