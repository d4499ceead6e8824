"""Small models of every kind that Keras can write down, each with inputs that fit it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers

from nnspec.network.network import Network
from nnspec.pipeline.check import check

Made = Callable[[], Any]


def sequential() -> Any:
    return keras.Sequential(
        [
            keras.Input((12, 12, 3), name="picture"),
            layers.Conv2D(4, 3, activation="relu", kernel_regularizer="l2"),
            layers.BatchNormalization(),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(5, kernel_initializer="he_normal", kernel_constraint="max_norm"),
        ],
        name="chain",
    )


def sequential_without_input() -> Any:
    model = keras.Sequential([layers.Dense(4), layers.Dense(2, activation="softmax")])
    model.build((None, 7))
    return model


def branches() -> Any:
    image = keras.Input((8, 8, 2), name="image")
    numbers = keras.Input((5,), name="numbers")
    seen = layers.GlobalAveragePooling2D()(layers.Conv2D(6, 3, padding="same")(image))
    joined = layers.Concatenate()([seen, layers.Dense(6, activation="tanh")(numbers)])
    score = layers.Dense(1, name="score")(joined)
    kind = layers.Dense(3, activation="softmax", name="kind")(joined)
    return keras.Model([image, numbers], [kind, score])


def shared_layer() -> Any:
    left, right = keras.Input((6,), name="left"), keras.Input((6,), name="right")
    encode = layers.Dense(4, name="encode")
    return keras.Model([left, right], layers.Subtract()([encode(left), encode(right)]))


def shared_layer_called_late_first() -> Any:
    near, far = keras.Input((6,), name="near"), keras.Input((9,), name="far")
    encode = layers.Dense(4, name="encode")
    late = encode(layers.Dense(6, name="bring")(far))
    return keras.Model([near, far], layers.Add()([late, encode(near)]))


def nested() -> Any:
    inner_input = keras.Input((8,), name="inner_input")
    hidden = layers.Dense(6, activation="relu")(inner_input)
    inner = keras.Model(inner_input, [layers.Dense(2)(hidden), layers.Dense(3)(hidden)])
    inner.name = "inner"
    tail = keras.Sequential([keras.Input((2,)), layers.Dense(4)], name="tail")
    first, second = keras.Input((8,), name="first"), keras.Input((8,), name="second")
    one, _ = inner(first)
    _, three = inner(second)
    return keras.Model([first, second], layers.Concatenate()([tail(one), three]))


def nested_of_two_inputs() -> Any:
    left, right = keras.Input((4,), name="left"), keras.Input((3,), name="right")
    inner = keras.Model([right, left], layers.Concatenate()([left, right]), name="inner")
    one, other = keras.Input((3,), name="one"), keras.Input((4,), name="other")
    return keras.Model([one, other], layers.Dense(2)(inner([one, other])))


def inputs_by_name() -> Any:
    left, right = keras.Input((4,), name="left"), keras.Input((3,), name="right")
    joined = layers.Concatenate()([left, right])
    return keras.Model({"left": left, "right": right}, {"out": layers.Dense(2)(joined)})


def attention() -> Any:
    given = keras.Input((9, 8), name="given")
    other = keras.Input((5, 8), name="other")
    both = layers.MultiHeadAttention(2, 4)(query=given, value=other)
    own = layers.MultiHeadAttention(2, 4)(given, given, use_causal_mask=True)
    plain = layers.Attention()([given, other])
    return keras.Model([given, other], layers.Add()([both, own, plain]))


def states() -> Any:
    tokens = keras.Input((7,), dtype="int32", name="tokens")
    words = layers.Embedding(30, 5, mask_zero=True)(tokens)
    _, hidden, carry = layers.LSTM(4, return_state=True)(words)
    again = layers.LSTM(4, return_sequences=True)(words, initial_state=[hidden, carry])
    return keras.Model(tokens, layers.GlobalAveragePooling1D()(again))


def masked() -> Any:
    steps = keras.Input((6, 3), name="steps")
    kept = layers.Masking()(steps)
    both = layers.Bidirectional(layers.GRU(3, return_sequences=True))(kept)
    each = layers.TimeDistributed(layers.Dense(2))(both)
    return keras.Model(steps, layers.LSTM(2)(each))


def cells() -> Any:
    steps = keras.Input((6, 3), name="steps")
    stacked = layers.RNN([layers.LSTMCell(4), layers.GRUCell(3)])(steps)
    return keras.Model(steps, stacked)


def operations() -> Any:
    given = keras.Input((4, 4, 3), name="given")
    hidden = layers.Conv2D(3, 1)(given)
    gated = keras.ops.relu(hidden * 0.5 + 3.0) - 1.0
    return keras.Model(given, keras.ops.sigmoid(given + gated))


def mixed_precision() -> Any:
    given = keras.Input((6,), name="given")
    hidden = layers.Dense(4, dtype="mixed_float16")(given)
    return keras.Model(given, layers.Dense(2, dtype="float32")(hidden))


def frozen() -> Any:
    given = keras.Input((6,), name="given")
    base = keras.Sequential([keras.Input((6,)), layers.Dense(4), layers.BatchNormalization()])
    base.trainable = False
    base.name = "base"
    return keras.Model(given, layers.Dense(2)(base(given, training=False)))


def pictures() -> Any:
    return keras.Sequential(
        [
            keras.Input((6, 6, 3)),
            layers.AutoContrast(),
            layers.RandomBrightness(0.0),
            layers.RandomContrast(0.0),
            layers.Solarization(),
            layers.Discretization(bin_boundaries=[50.0, 100.0]),
        ]
    )


def float_tokens() -> Any:
    tokens = keras.Input((7,), name="tokens")
    return keras.Model(tokens, layers.Flatten()(layers.Embedding(30, 2)(tokens)))


KINDS: Mapping[str, Made] = {
    made.__name__: made
    for made in (
        sequential,
        sequential_without_input,
        branches,
        shared_layer,
        shared_layer_called_late_first,
        nested,
        nested_of_two_inputs,
        inputs_by_name,
        attention,
        states,
        masked,
        cells,
        operations,
        mixed_precision,
        frozen,
        float_tokens,
        pictures,
    )
}


def read_json(text: str, folder: Path) -> Network:
    """Return the network of a Keras document, checked like any spec."""
    file = folder / "model.json"
    file.write_text(text, encoding="utf-8")
    _, network = check(file).accept()
    return network


def rows_for(model: Any, count: int = 3) -> list[np.ndarray]:
    """Return random rows for each input, tokens where whole numbers are due."""
    generator = np.random.default_rng(3)
    whole = {"tokens"}
    return [
        generator.integers(0, 9, (count, *one.shape[1:])).astype(one.dtype)
        if one.name in whole
        else generator.normal(size=(count, *one.shape[1:])).astype("float32")
        for one in model.inputs
    ]
