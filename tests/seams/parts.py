"""What a network is made of: frozen, nested and shared parts, masks, states, several ends."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import keras
import numpy as np
from family import COLUMNS, Case, L


def plain(model: Any, network: Any, x: str, *, loss: str = "mse", **more: Any) -> Case:
    """Return the training of a network with one end by Adam; its target is "y" if none is named."""
    target = more.pop("target", "y")
    return Case(
        model=model,
        network=network,
        compile=lambda: {"optimizer": "adam", "loss": loss},
        training={"optimizer": "adam", "loss": loss},
        data={"features": [x], "target": target},
        x=x,
        y=target,
        **more,
    )


def frozen() -> keras.Model:
    x = keras.Input((4,))
    hidden = L.Dense(6, "relu", trainable=False)(x)
    hidden = L.BatchNormalization(trainable=False)(hidden)
    return keras.Model(x, L.Dense(1)(hidden))


def nested() -> keras.Model:
    x = keras.Input((4,))
    inner = keras.Input((4,))
    half = L.Dense(6, "tanh", kernel_regularizer="l2")(inner)
    encoder = keras.Model(inner, L.BatchNormalization()(half))
    return keras.Model(x, L.Dense(1)(encoder(x)))


def nested_frozen() -> keras.Model:
    x = keras.Input((4,))
    inner = keras.Input((4,))
    encoder = keras.Model(inner, L.Dense(6, "tanh")(inner))
    encoder.trainable = False
    return keras.Model(x, L.Dense(1)(encoder(x)))


def shared() -> keras.Model:
    x = keras.Input((4,))
    twice = L.Dense(4, "tanh")
    return keras.Model(x, L.Dense(1)(twice(twice(x))))


def embedded() -> keras.Model:
    x = keras.Input((6,), dtype="int32")
    vectors = L.Embedding(9, 4, mask_zero=True)(x)
    steps = L.LSTM(5, return_sequences=True)(vectors)
    return keras.Model(x, L.Dense(1)(L.GlobalAveragePooling1D()(steps)))


def masked() -> keras.Model:
    x = keras.Input((5, 3))
    both = L.Bidirectional(L.GRU(4))(L.Masking()(x))
    return keras.Model(x, L.Dense(1)(both))


def convolved() -> keras.Model:
    x = keras.Input((6, 6, 1))
    hidden = L.Conv2D(3, 3, use_bias=False)(x)
    hidden = L.ReLU()(L.BatchNormalization(momentum=0.6)(hidden))
    hidden = L.Flatten()(L.MaxPooling2D()(hidden))
    return keras.Model(x, L.Dense(1, kernel_constraint="non_neg")(hidden))


def attending() -> keras.Model:
    x = keras.Input((5, 3))
    seen = L.MultiHeadAttention(2, 4, use_bias=False)(x, x)
    hidden = L.LayerNormalization()(seen)
    return keras.Model(x, L.Dense(1)(L.Flatten()(hidden)))


def dropped() -> keras.Model:
    x = keras.Input((4,))
    hidden = L.Dense(8, "relu")(x)
    hidden = L.Dropout(0.4)(hidden)
    hidden = L.GaussianNoise(0.1)(hidden)
    return keras.Model(x, L.Dense(1)(hidden))


def stateful() -> keras.Model:
    x = keras.Input(batch_shape=(5, 5, 3))
    hidden = L.LSTM(4, stateful=True)(x)
    return keras.Model(x, L.Dense(1)(hidden))


def joined() -> keras.Model:
    left, right = keras.Input((2,), name="left"), keras.Input((2,), name="right")
    trunk = L.Dense(6, "relu")(L.Concatenate()([left, right]))
    price = L.Dense(1, name="price")(trunk)
    sort = L.Dense(3, "softmax", name="sort")(trunk)
    free = L.Dense(2, name="free")(trunk)
    return keras.Model([left, right], [price, sort, free])


JOINED = Case(
    model={
        "layers": [
            {"Input": [2], "name": "left"},
            {"Input": [2], "name": "right"},
            {"Concatenate": {}, "inputs": ["left", "right"]},
            {"Dense": {"units": 6, "activation": "relu"}, "name": "trunk"},
            {"Dense": 1, "name": "price", "inputs": "trunk"},
            {"Dense": {"units": 3, "activation": "softmax"}, "name": "sort", "inputs": "trunk"},
            {"Dense": 2, "name": "free", "inputs": "trunk"},
        ],
        "outputs": ["price", "sort", "free"],
    },
    network=joined,
    compile=lambda: {
        "optimizer": "adam",
        "loss": {"price": "mse", "sort": "sparse_categorical_crossentropy", "free": None},
        "loss_weights": {"price": 0.2, "sort": 3.0, "free": 1.0},
        "metrics": {"price": ["mae"], "sort": ["accuracy"]},
    },
    training={
        "optimizer": "adam",
        "loss": {"price": "mse", "sort": "sparse_categorical_crossentropy", "free": None},
        "loss_weights": {"price": 0.2, "sort": 3.0},
        "metrics": {"price": ["mae"], "sort": ["accuracy"]},
    },
    data={
        "inputs": {"left": ["left"], "right": ["right"]},
        "target": {"price": "y", "sort": "kind"},
    },
    x=["left", "right"],
    y=[COLUMNS["y"], COLUMNS["kind"], np.zeros((len(COLUMNS["y"]), 1), "float32")],
)
PARTS: Mapping[str, Case] = {
    "frozen": plain(
        [
            {"Dense": {"units": 6, "activation": "relu", "trainable": False}},
            {"BatchNormalization": {"trainable": False}},
            {"Dense": 1},
        ],
        frozen,
        "x",
    ),
    "nested": plain(
        [
            {
                "Model": {
                    "layers": [
                        {"Input": [4]},
                        {"Dense": {"units": 6, "activation": "tanh", "kernel_regularizer": "l2"}},
                        "BatchNormalization",
                    ]
                }
            },
            {"Dense": 1},
        ],
        nested,
        "x",
    ),
    "nested_frozen": plain(
        [
            {
                "Model": {
                    "layers": [{"Input": [4]}, {"Dense": {"units": 6, "activation": "tanh"}}],
                    "trainable": False,
                }
            },
            {"Dense": 1},
        ],
        nested_frozen,
        "x",
    ),
    "shared": plain(
        [
            {"Dense": {"units": 4, "activation": "tanh"}, "name": "twice"},
            {"use": "twice"},
            {"Dense": 1},
        ],
        shared,
        "x",
    ),
    "embedded": replace(
        plain(
            [
                {"Embedding": {"input_dim": 9, "output_dim": 4, "mask_zero": True}},
                {"LSTM": {"units": 5, "return_sequences": True}},
                "GlobalAveragePooling1D",
                {"Dense": 1},
            ],
            embedded,
            "tokens",
        ),
        data={"features": ["tokens"], "target": "y", "columns": {"tokens": "integer"}},
    ),
    "masked": plain(
        ["Masking", {"Bidirectional": {"layer": {"GRU": 4}}}, {"Dense": 1}], masked, "steps"
    ),
    "convolved": plain(
        [
            {"Conv2D": {"filters": 3, "kernel_size": 3, "use_bias": False}},
            {"BatchNormalization": {"momentum": 0.6}},
            "ReLU",
            "MaxPooling2D",
            "Flatten",
            {"Dense": {"units": 1, "kernel_constraint": "non_neg"}},
        ],
        convolved,
        "image",
    ),
    "attending": plain(
        [
            # The bias of the keys has no gradient but rounding, of which Adam makes whole steps.
            {"MultiHeadAttention": {"num_heads": 2, "key_dim": 4, "use_bias": False}},
            "LayerNormalization",
            "Flatten",
            {"Dense": 1},
        ],
        attending,
        "steps",
    ),
    "dropped": plain(
        [
            {"Dense": {"units": 8, "activation": "relu"}},
            {"Dropout": 0.4},
            {"GaussianNoise": 0.1},
            {"Dense": 1},
        ],
        dropped,
        "x",
    ),
    "stateful": plain(
        [
            {"Input": {"shape": [5, 3], "batch_size": 5}},
            {"LSTM": {"units": 4, "stateful": True}},
            {"Dense": 1},
        ],
        stateful,
        "steps",
        batch=5,
    ),
    "joined": JOINED,
    "joined_and_weighted": replace(JOINED, weights="weight"),
}
COUNTS = {0: 0.2, 1: 1.0, 2: 4.0}
CLASSES: Mapping[str, Case] = {
    "three_classes": replace(
        plain(
            [{"Dense": {"units": 3, "activation": "softmax"}}],
            lambda: keras.Sequential([keras.Input((4,)), L.Dense(3, "softmax")]),
            "x",
            target="kind",
            loss="sparse_categorical_crossentropy",
        ),
        training={
            "optimizer": "adam",
            "loss": "sparse_categorical_crossentropy",
            "class_weight": {str(one): weight for one, weight in COUNTS.items()},
        },
        fit=lambda: {"class_weight": COUNTS},
    ),
    "two_classes": replace(
        plain(
            [{"Dense": {"units": 1, "activation": "sigmoid"}}],
            lambda: keras.Sequential([keras.Input((4,)), L.Dense(1, "sigmoid")]),
            "x",
            target="two",
            loss="binary_crossentropy",
        ),
        training={
            "optimizer": "adam",
            "loss": "binary_crossentropy",
            "class_weight": {"1": 7.0},
        },
        fit=lambda: {"class_weight": {1: 7.0}},
    ),
}
POLICIES = {
    "float32": 1e-5,
    "float64": 1e-5,
    "float16": 2e-2,
    "bfloat16": 6e-2,
    "mixed_float16": 1e-2,
    "mixed_bfloat16": 4e-2,
}
"""Policy -> how far weights may differ where XLA or joined sums round otherwise."""


def mixed() -> keras.Model:
    x = keras.Input((4,))
    hidden = L.Dense(8, "tanh")(x)
    hidden = L.BatchNormalization()(hidden)
    return keras.Model(x, L.Dense(1, dtype=FINE.get(keras.config.dtype_policy().name))(hidden))


FINE = {"mixed_float16": "float32", "mixed_bfloat16": "float32"}
"""Policies under which the last layer computes in a finer type."""


def under(policy: str) -> Case:
    """Return a training under a policy, long enough to learn."""
    last = {"dtype": FINE[policy]} if policy in FINE else {}
    descent = {"learning_rate": 0.02, "momentum": 0.5}
    return replace(
        plain(
            [
                {"Dense": {"units": 8, "activation": "tanh"}},
                "BatchNormalization",
                {"Dense": {"units": 1, **last}},
            ],
            mixed,
            "x",
        ),
        compile=lambda: {"optimizer": keras.optimizers.SGD(**descent), "loss": "mse"},
        training={"optimizer": {"SGD": descent}, "loss": "mse"},
        policy=policy,
        epochs=5,
    )
