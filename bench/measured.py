"""The networks that the engine is measured on, and rows for them."""

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np

from nnspec.data.arrays import Arrays

L = keras.layers


@dataclass(frozen=True, slots=True)
class Network:
    """A network, the rows it is trained on, and the batch."""

    name: str
    build: Callable[[], keras.Model]
    rows: int
    goal: float
    """How many times faster than `Model.fit` a step should be."""
    loss: str = "mse"
    batch: int = 32


def mlp() -> keras.Model:
    """8-64-BatchNormalization-Dropout-32-1."""
    x = keras.Input((8,), name="x")
    hidden = L.BatchNormalization()(L.Dense(64, activation="relu")(x))
    hidden = L.Dense(32, activation="relu")(L.Dropout(0.2)(hidden))
    return keras.Model(x, L.Dense(1, name="y")(hidden))


def autoencoder() -> keras.Model:
    """Eight dense layers, 64 to 8 and back."""
    x = keras.Input((64,), name="x")
    hidden = x
    for units in (64, 48, 32, 8, 32, 48, 64):
        hidden = L.Dense(units, activation="relu")(hidden)
    return keras.Model(x, L.Dense(64, name="y")(hidden))


def wide_mlp() -> keras.Model:
    """64-1024-1024-1."""
    x = keras.Input((64,), name="x")
    hidden = L.Dense(1024, activation="relu")(x)
    hidden = L.Dense(1024, activation="relu")(hidden)
    return keras.Model(x, L.Dense(1, name="y")(hidden))


def lstm() -> keras.Model:
    """LSTM(64) on 48 steps of 4 features."""
    x = keras.Input((48, 4), name="x")
    return keras.Model(x, L.Dense(1, name="y")(L.LSTM(64)(x)))


def bidirectional() -> keras.Model:
    """Bidirectional LSTM(32) on 48 steps of 4 features."""
    x = keras.Input((48, 4), name="x")
    return keras.Model(x, L.Dense(1, name="y")(L.Bidirectional(L.LSTM(32))(x)))


def gru() -> keras.Model:
    """GRU(64) on 48 steps of 4 features."""
    x = keras.Input((48, 4), name="x")
    return keras.Model(x, L.Dense(1, name="y")(L.GRU(64)(x)))


def text() -> keras.Model:
    """Embedding(5000, 64), LSTM(64), 100 tokens."""
    x = keras.Input((100,), name="x", dtype="int32")
    hidden = L.LSTM(64)(L.Embedding(5000, 64)(x))
    return keras.Model(x, L.Dense(1, activation="sigmoid", name="y")(hidden))


def transformer() -> keras.Model:
    """One encoder block on 64 steps of 32 features, 4 heads."""
    x = keras.Input((64, 32), name="x")
    hidden = L.LayerNormalization()(L.Add()([x, L.MultiHeadAttention(4, 8)(x, x)]))
    wide = L.Dense(32)(L.Dense(64, activation="relu")(hidden))
    hidden = L.LayerNormalization()(L.Add()([hidden, wide]))
    return keras.Model(x, L.Dense(1, name="y")(L.GlobalAveragePooling1D()(hidden)))


def cnn() -> keras.Model:
    """Two Conv2D with pooling on 28 x 28."""
    x = keras.Input((28, 28, 1), name="x")
    hidden = L.MaxPooling2D()(L.Conv2D(16, 3, activation="relu")(x))
    hidden = L.MaxPooling2D()(L.Conv2D(32, 3, activation="relu")(hidden))
    hidden = L.Flatten()(hidden)
    return keras.Model(x, L.Dense(10, activation="softmax", name="y")(hidden))


def conv1d() -> keras.Model:
    """Two Conv1D with BatchNormalization on 128 steps of 4 features."""
    x = keras.Input((128, 4), name="x")
    hidden = L.BatchNormalization()(L.Conv1D(32, 5, activation="relu")(x))
    hidden = L.BatchNormalization()(L.Conv1D(64, 5, activation="relu")(hidden))
    return keras.Model(x, L.Dense(1, name="y")(L.GlobalAveragePooling1D()(hidden)))


def two_inputs() -> keras.Model:
    """A table and a series joined, two outputs."""
    table, series = keras.Input((8,), name="table"), keras.Input((24, 2), name="series")
    left = L.Dense(32, activation="relu")(table)
    both = L.Concatenate()([left, L.GRU(16)(series)])
    hidden = L.Dense(32, activation="relu")(both)
    return keras.Model(
        [table, series], [L.Dense(1, name="y")(hidden), L.Dense(1, name="z")(hidden)]
    )


NETWORKS = (
    Network("MLP", mlp, 20_480, 30),
    Network("autoencoder", autoencoder, 20_480, 14),
    Network("wide MLP", wide_mlp, 6_400, 3),
    Network("LSTM", lstm, 3_200, 3),
    Network("Bidirectional", bidirectional, 3_200, 3),
    Network("GRU", gru, 3_200, 2.5),
    Network("Embedding-LSTM", text, 1_600, 2, loss="binary_crossentropy"),
    Network("Transformer", transformer, 3_200, 2.4),
    Network("CNN", cnn, 3_840, 1.6, loss="sparse_categorical_crossentropy", batch=64),
    Network("Conv1D", conv1d, 3_200, 1.4),
    Network("two inputs", two_inputs, 6_400, 1),
)


def compiled(network: Network) -> keras.Model:
    """Return the network, ready to train with Adam, with the same first weights at every call."""
    keras.utils.set_random_seed(1)
    model = network.build()
    model.compile(keras.optimizers.Adam(0.001), network.loss)
    return model


def rows_of(network: Network) -> Arrays:
    """Return random rows that fit the network."""
    random = np.random.default_rng(0)
    model = network.build()
    inputs = {}
    for tensor in model.inputs:
        shape = (network.rows, *tensor.shape[1:])
        whole = "int" in tensor.dtype
        values = random.integers(0, 5000, shape) if whole else random.normal(size=shape)
        inputs[tensor.name] = values.astype("int32" if whole else "float32")
    targets = {}
    for name, tensor in zip(model.output_names, model.outputs, strict=True):
        shape = (network.rows, *tensor.shape[1:])
        if network.loss == "sparse_categorical_crossentropy":
            targets[name] = random.integers(0, tensor.shape[-1], network.rows).astype("int32")
        elif network.loss == "binary_crossentropy":
            targets[name] = random.integers(0, 2, shape).astype("float32")
        else:
            targets[name] = random.normal(size=shape).astype("float32")
    return Arrays(inputs, targets)
