"""Draws specs, wise and unwise ones, and trains two steps of each that the check calls fine.

What is called fine must neither raise in Keras, nor give NaN, nor leave a weight without gradient:

    python bench/two_steps.py --count 2000 --seed 0
"""

import argparse
import os
import random
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from nnspec.document import parse_document
from nnspec.pipeline.check import Checked, check_document

ROWS = 8
"""Rows of a step."""
ACTIVATIONS = (
    *("relu", "tanh", "linear", "sigmoid", "softmax", "step", "gelu", "selu", "softplus"),
    *("exponential", "log_softmax", "hard_sigmoid", "relu6", "leaky_relu", "sparsemax"),
)
LOSSES = (
    *("mse", "mae", "huber", "log_cosh", "msle", "mape", "poisson", "kl_divergence", "hinge"),
    *("binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy"),
    *("{binary_crossentropy: {from_logits: true}}", "cosine_similarity", "dice"),
    *("{sparse_categorical_crossentropy: {from_logits: true}}", "binary_focal_crossentropy"),
)
METRICS = (
    *("accuracy", "mae", "rmse", "r2", "AUC", "Precision", "Recall", "F1Score", "BinaryIoU"),
    *("{F1Score: {threshold: 0.5, average: macro}}", "{MeanIoU: 3}", "TopKCategoricalAccuracy"),
    *("{MeanIoU: {num_classes: 3, sparse_y_pred: false}}", "SparseTopKCategoricalAccuracy"),
    *("categorical_accuracy", "sparse_categorical_accuracy", "binary_accuracy", "mape", "Poisson"),
    *("{FBetaScore: {beta: 0.5}}", "{OneHotMeanIoU: 3}", "{PrecisionAtRecall: 0.5}", "Hinge"),
)
OPTIMIZERS = ("adam", "{SGD: {learning_rate: 0.01}}", "RMSprop", "Lion", "Adadelta", "Ftrl")

ENTRANCES = {
    "vector": ["Input: [6]"],
    "series": ["Input: [7, 3]"],
    "image": ["Input: [8, 8, 2]"],
    "tokens": ["Input: {shape: [5], dtype: int32}", "Embedding: {input_dim: 20, output_dim: 4}"],
    "words": [
        "Input: {shape: [5], dtype: string}",
        "StringLookup: [red, green, blue]",
        "Embedding: {input_dim: %d, output_dim: 3}",
    ],
    "hashed": [
        "Input: {shape: [5], dtype: string}",
        "Hashing: 9",
        "Embedding: {input_dim: %d, output_dim: 3}",
    ],
}
"""What enters -> the first layers."""

HIDDEN = {
    "vector": (
        *("Dense: {units: %d, activation: @}", "Dropout: 0.3", "BatchNormalization", "Softmax"),
        *("LayerNormalization", "GaussianNoise: 0.1", "Discretization: [0.0, 1.0]", "PReLU"),
        *("ActivityRegularization: {l2: 0.01}", "UnitNormalization", "Rescaling: 0.5"),
    ),
    "series": (
        *("LSTM: {units: %d, return_sequences: true}", "Dropout: 0.2", "Softmax: {axis: 1}"),
        *("GRU: {units: %d, return_sequences: true, activation: @}", "AveragePooling1D: 2"),
        *("Conv1D: {filters: %d, kernel_size: 3, activation: @, padding: same}", "Masking"),
        *(
            "Bidirectional: {layer: {LSTM: {units: 3, return_sequences: true}}}",
            "SpatialDropout1D: 0.2",
        ),
        *("MultiHeadAttention: {num_heads: 2, key_dim: 3}", "TimeDistributed: {layer: {Dense: 4}}"),
    ),
    "image": (
        *(
            "Conv2D: {filters: %d, kernel_size: 3, activation: @, padding: same}",
            "RandomBrightness: 0.2",
        ),
        *(
            "DepthwiseConv2D: {kernel_size: 3, padding: same}",
            "BatchNormalization",
            "RandomFlip: horizontal",
        ),
        *("SeparableConv2D: {filters: %d, kernel_size: 3, padding: same}", "Rescaling: 0.1"),
        *("GroupNormalization: {groups: -1}", "UpSampling2D: 2", "ZeroPadding2D: 1"),
    ),
}
"""What flows -> layers that leave its rank as it is."""

LAST = {
    "vector": ("",),
    "series": ("Flatten", "GlobalAveragePooling1D", "LSTM: 4", "GlobalMaxPooling1D"),
    "image": ("Flatten", "GlobalAveragePooling2D", "GlobalMaxPooling2D"),
}
KINDS = {"tokens": "series", "words": "series", "hashed": "series"}


def draw_spec(draw: random.Random) -> str:
    """Return the text of a spec: entrance, some hidden layers, a head, a loss, some metrics."""
    entrance = draw.choice(list(ENTRANCES))
    kind = KINDS.get(entrance, entrance)
    layers = [fill(layer, draw) for layer in ENTRANCES[entrance]]
    layers += [fill(draw.choice(HIDDEN[kind]), draw) for _ in range(draw.randrange(4))]
    layers += [one for one in (draw.choice(LAST[kind]),) if one]
    if draw.random() < 0.3:  # noqa: PLR2004 - some specs go on behind
        layers += [fill(draw.choice(HIDDEN["vector"]), draw)]
    units = draw.choice((1, 1, 3, 3, 2))
    layers.append(f"Dense: {{units: {units}, activation: {draw.choice(ACTIVATIONS)}}}")
    metrics = draw.sample(METRICS, draw.randrange(3))
    return "\n".join(
        (
            *("nnspec: 1", "model:", *(f"  - {layer}" for layer in layers), "training:"),
            f"  optimizer: {draw.choice(OPTIMIZERS)}",
            f"  loss: {draw.choice(LOSSES)}",
            f"  metrics: [{', '.join(metrics)}]",
            f"  batch_size: {ROWS}",
            "",
        )
    )


def fill(layer: str, draw: random.Random) -> str:
    """Return a layer with sizes and activations drawn."""
    size = draw.choice((3, 4, 9, 10))
    text = layer % size if "%d" in layer else layer
    return text.replace("@", draw.choice(ACTIVATIONS))


def draw_inputs(model: Any, element: str, draw: np.random.Generator) -> Any:  # noqa: ANN401 - Keras
    """Return ROWS rows of what a model takes."""
    import tensorflow as tf  # noqa: PLC0415 - a check needs none

    shape = (ROWS, *model.input_shape[1:])
    if element == "text":
        words = np.array(["red", "green", "blue", "grey", "pink", "teal"])
        return tf.constant(draw.choice(words, shape))
    if element == "integer":
        return tf.constant(draw.integers(0, 20, shape), tf.int32)
    return tf.constant(draw.normal(0, 1, shape), tf.float32)


def draw_targets(targets: str, shape: tuple[int, ...], draw: np.random.Generator) -> Any:  # noqa: ANN401 - NumPy
    """Return targets of the kind that a loss takes, for outputs of a shape."""
    match targets:
        case "indices":
            return draw.integers(0, shape[-1], shape[:-1])
        case "one_hot":
            return np.eye(shape[-1])[draw.integers(0, shape[-1], shape[:-1])]
        case "zero_one":
            return draw.integers(0, 2, shape).astype(float)
        case "signed":
            return draw.choice([-1.0, 1.0], shape)
        case "non_negative":
            return draw.integers(0, 9, shape).astype(float)
    return draw.normal(0, 1, shape)


def train_twice(checked: Checked, path: Path, seed: int) -> Iterator[str]:
    """Give what goes wrong in two steps of a spec."""
    import keras  # noqa: PLC0415 - a check needs none
    import tensorflow as tf  # noqa: PLC0415 - as above

    import nnspec  # noqa: PLC0415 - as above

    spec, network = checked.accept()
    assert spec.training
    model = nnspec.compile(path)
    draw = np.random.default_rng(seed)
    inputs = draw_inputs(model, (network.inputs[0].outputs or ())[0].element, draw)
    loss: Any = spec.training.loss
    targets = draw_targets(loss.targets, (ROWS, *model.output_shape[1:]), draw)
    with tf.GradientTape() as tape:
        value = model.compute_loss(inputs, targets, model(inputs, training=True))
    weights = [one for one in model.trainable_variables if one.value is not None]
    gradients = tape.gradient(value, [one.value for one in weights])
    without = [one.path for one, found in zip(weights, gradients, strict=True) if found is None]
    if without:
        yield f"no gradient for {without}"
    for _ in range(2):
        logs = model.train_on_batch(inputs, targets, return_dict=True)
    bad = [name for name, figure in logs.items() if not np.all(np.isfinite(figure))]
    if bad:
        yield f"not finite: {bad}"
    keras.utils.clear_session()


def examine(text: str, seed: int, folder: Path) -> tuple[str, list[str]]:
    """Return whether the check refuses a spec, and what goes wrong if it does not."""
    path = folder / "spec.yaml"
    path.write_text(text, encoding="utf-8")
    checked = check_document(parse_document(text, "spec.yaml"), folder=folder)
    if checked.refused:
        return "refused", []
    kind = "warned" if checked.diagnostics else "fine"
    try:
        return kind, list(train_twice(checked, path, seed))
    except Exception as error:  # noqa: BLE001 - whatever Keras raises is what is looked for
        return kind, [f"raised {type(error).__name__}: {str(error)[:300]}"]


def main() -> int:
    """Draw and train; print what the check called fine and should not have."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    kinds: Counter[str] = Counter()
    missed = 0
    with tempfile.TemporaryDirectory() as name:
        for number in range(arguments.seed, arguments.seed + arguments.count):
            text = draw_spec(random.Random(number))  # noqa: S311 - drawn specs, no secret
            kind, wrong = examine(text, number, Path(name))
            kinds[kind] += 1
            missed += kind == "fine" and bool(wrong)
            if wrong:
                sys.stdout.write(f"--- {number} ({kind}): {'; '.join(wrong)}\n{text}\n")
    sys.stdout.write(f"{dict(kinds)}; of those called fine {missed} went wrong\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
