"""Small networks of every kind, the rows to train them on, and Keras as the oracle."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from nnspec.data.arrays import Arrays
from nnspec.engine import Plan, epoch_order
from nnspec.engine.tensorflow.feed import feed
from nnspec.engine.tensorflow.passes import PASSES, Setting, plan_rewrites, rewritten

Floats = npt.NDArray[np.float32]
Network = Callable[[], keras.Model]
L = keras.layers
GRAPH, XLA = Setting(xla=False), Setting(xla=True)


def mlp(dropout: float = 0.0) -> keras.Model:
    x = keras.Input((6,), name="x")
    hidden = L.Dense(12, activation="relu", kernel_regularizer="l2")(x)
    hidden = L.BatchNormalization()(hidden)
    hidden = L.Dropout(dropout, seed=3)(hidden)
    return keras.Model(x, L.Dense(1, name="y")(hidden))


def autoencoder() -> keras.Model:
    x = keras.Input((6,), name="x")
    hidden = L.Dense(4, activation="tanh", activity_regularizer="l1")(x)
    return keras.Model(x, L.Dense(1, name="y")(L.Dense(6, activation="tanh")(hidden)))


def lstm() -> keras.Model:
    x = keras.Input((7, 3), name="x")
    return keras.Model(x, L.Dense(1, name="y")(L.LSTM(5)(L.LSTM(4, return_sequences=True)(x))))


def bidirectional() -> keras.Model:
    x = keras.Input((7, 3), name="x")
    return keras.Model(x, L.Dense(1, name="y")(L.Bidirectional(L.LSTM(4))(x)))


def gru() -> keras.Model:
    x = keras.Input((7, 3), name="x")
    return keras.Model(x, L.Dense(1, name="y")(L.GRU(5)(L.GRU(4, return_sequences=True)(x))))


def simple_rnn() -> keras.Model:
    x = keras.Input((7, 3), name="x")
    return keras.Model(x, L.Dense(1, name="y")(L.SimpleRNN(5)(x)))


def text() -> keras.Model:
    x = keras.Input((7,), name="x", dtype="int32")
    hidden = L.LSTM(5)(L.Embedding(20, 4, mask_zero=True)(x))
    return keras.Model(x, L.Dense(1, name="y")(hidden))


def convolution() -> keras.Model:
    x = keras.Input((8, 8, 1), name="x")
    hidden = L.MaxPooling2D()(L.Conv2D(4, 3, activation="relu")(x))
    return keras.Model(x, L.Dense(1, name="y")(L.Flatten()(hidden)))


def convolution_1d() -> keras.Model:
    x = keras.Input((12, 3), name="x")
    hidden = L.BatchNormalization()(L.Conv1D(4, 3, activation="relu")(x))
    return keras.Model(x, L.Dense(1, name="y")(L.GlobalAveragePooling1D()(hidden)))


def transformer() -> keras.Model:
    x = keras.Input((6, 8), name="x")
    hidden = L.LayerNormalization()(L.Add()([x, L.MultiHeadAttention(2, 4, use_bias=False)(x, x)]))
    return keras.Model(x, L.Dense(1, name="y")(L.GlobalAveragePooling1D()(hidden)))


def masked() -> keras.Model:
    x = keras.Input((7, 3), name="x")
    return keras.Model(x, L.Dense(1, name="y")(L.Bidirectional(L.GRU(4))(L.Masking()(x))))


def convolution_lstm() -> keras.Model:
    x = keras.Input((4, 6, 3), name="x")
    return keras.Model(x, L.Dense(1, name="y")(L.Flatten()(L.ConvLSTM1D(2, 3)(x))))


def stateful() -> keras.Model:
    x = keras.Input(batch_shape=(8, 5, 3), name="x")
    return keras.Model(x, L.Dense(1, name="y")(L.GRU(4, stateful=True)(x)))


def noise() -> keras.Model:
    x = keras.Input((6, 4), name="x")
    hidden = L.GaussianNoise(0.1, seed=2)(L.SpatialDropout1D(0.3, seed=1)(x))
    hidden = L.Dense(5, activation="selu")(L.GaussianDropout(0.2, seed=3)(hidden))
    hidden = L.AlphaDropout(0.2, seed=4)(hidden)
    hidden = L.Dropout(0.3, noise_shape=(None, 1, 5), seed=5)(hidden)
    return keras.Model(x, L.Dense(1, name="y")(L.Flatten()(hidden)))


def augmented() -> keras.Model:
    x = hidden = keras.Input((8, 8, 3), name="x")
    for layer in (
        L.RandomFlip(seed=1),
        L.RandomTranslation(0.2, 0.2, seed=2),
        L.RandomRotation(0.1, seed=3),
        L.RandomZoom(0.1, seed=4),
        L.RandomContrast(0.2, seed=5),
        L.RandomBrightness(0.1, value_range=(-3, 3), seed=6),
    ):
        hidden = layer(hidden)
    return keras.Model(x, L.Dense(1, name="y")(L.Flatten()(L.Conv2D(2, 3)(hidden))))


def dropped_recurrent() -> keras.Model:
    x = keras.Input((5, 3), name="x")
    hidden = L.LSTM(4, dropout=0.3, recurrent_dropout=0.2, seed=4)(x)
    return keras.Model(x, L.Dense(1, name="y")(hidden))


RANDOM: dict[str, Network] = {
    "noise": noise,
    "augmented": augmented,
    "dropped_recurrent": dropped_recurrent,
}
"""Networks that draw while they are trained; XLA gives them other numbers of the same kind."""

NETWORKS: dict[str, Network] = {
    "mlp": mlp,
    "autoencoder": autoencoder,
    "lstm": lstm,
    "bidirectional": bidirectional,
    "gru": gru,
    "simple_rnn": simple_rnn,
    "text": text,
    "convolution": convolution,
    "convolution_1d": convolution_1d,
    "transformer": transformer,
    "masked": masked,
    "convolution_lstm": convolution_lstm,
}


def rows_for(model: keras.Model, rows: int, *, seed: int = 0) -> Arrays:
    """Return rows that fit the model's inputs and outputs; whole numbers for whole inputs."""
    random = np.random.default_rng(seed)

    def values(tensor: Any) -> Any:
        shape = (rows, *tensor.shape[1:])
        if "int" in tensor.dtype:
            return random.integers(0, 20, shape).astype("int32")
        return random.normal(size=shape).astype("float32")

    inputs = {tensor.name: values(tensor) for tensor in model.inputs}
    outputs = zip(model.output_names, model.outputs, strict=True)
    return Arrays(inputs, {name: values(tensor) for name, tensor in outputs})


def compiled(network: Network, optimizer: Any = "adam", **arguments: Any) -> keras.Model:
    """Return the network with the same first weights at every call."""
    keras.utils.set_random_seed(7)
    model = network()
    model.compile(optimizer, arguments.pop("loss", "mse"), **arguments)
    return model


def fit(
    model: keras.Model, training: Arrays, plan: Plan, validation: Arrays | None = None
) -> dict[str, list[float]]:
    """Train with `Model.fit` itself, epoch by epoch in the order that the engine promises."""
    source = feed(model, training)
    history: dict[str, list[float]] = {}
    held_out = None
    if validation is not None:
        checks = feed(model, validation)
        held_out = tuple(one for one in checks.unpack(list(checks.arrays)) if one is not None)
    for epoch in range(plan.first_epoch, plan.epochs):
        order = epoch_order(source.rows, seed=plan.seed, epoch=epoch, shuffle=plan.shuffle)
        x, y, weights = source.unpack([one[order] for one in source.arrays])
        logs = model.fit(
            x,
            y,
            sample_weight=weights,
            batch_size=plan.batch_size,
            shuffle=False,
            verbose=0,
            validation_data=held_out,
        ).history
        for name, values in logs.items():
            history.setdefault(name, []).extend(values)
    return history


def difference(left: keras.Model, right: keras.Model) -> float:
    """Return how far two models' weights are apart, relative to their size."""
    pairs = zip(left.get_weights(), right.get_weights(), strict=True)
    apart = max(float(np.abs(one - other).max()) for one, other in pairs)
    size = max(float(np.abs(one).max()) for one in left.get_weights())
    return apart / size


def outcome(
    model: keras.Model, values: Any, setting: Setting | None, *, training: bool = False
) -> list[Floats]:
    """Return outputs and gradients, by the passes that fit; by Keras if there is no setting."""
    rewrites = () if setting is None else plan_rewrites(model, PASSES, setting)

    @tf.function(jit_compile=setting is not None and setting.xla, autograph=False)  # type: ignore[untyped-decorator,unused-ignore] # TensorFlow is untyped
    def run(values: Any) -> Any:
        with tf.GradientTape() as tape:
            outputs = tf.nest.flatten(model(values, training=training))
            loss = sum(tf.reduce_sum(one * tf.cos(one)) for one in outputs)
        return outputs, tape.gradient(loss, model.trainable_variables)

    with rewritten(rewrites):
        return [one.numpy() for one in tf.nest.flatten(run(values))]
