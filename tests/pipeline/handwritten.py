"""The shipped specs' networks as a person writes them in Keras: what the compiler must equal."""

from collections.abc import Callable
from functools import partial
from typing import Any

import keras
from keras import layers
from keras.regularizers import L1, L1L2, L2

Tensor = Any


def model(name: str, shape: tuple[int, ...], body: Callable[[Tensor], Tensor]) -> keras.Model:
    inputs = keras.Input(shape, name="input")
    return keras.Model(inputs, body(inputs), name=name)


def of_diabetes(name: str) -> keras.Model:
    def body(x: Tensor) -> Tensor:
        x = layers.Dense(64, use_bias=False, kernel_regularizer=L2(1e-3))(x)
        x = layers.BatchNormalization()(x)
        x = layers.Activation("relu")(x)
        x = layers.Dropout(0.3)(x)
        return layers.Dense(1)(x)

    return model(name, (10,), body)


def digits() -> keras.Model:
    def body(x: Tensor) -> Tensor:
        x = layers.Reshape((8, 8, 1))(x)
        x = layers.RandomTranslation(0.1, 0.1, fill_mode="constant")(x)
        x = layers.Conv2D(32, 3, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        x = layers.Activation("relu")(x)
        x = layers.Conv2D(64, 3, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        x = layers.Activation("relu")(x)
        x = layers.MaxPooling2D(2)(x)
        x = layers.Dropout(0.25)(x)
        x = layers.Conv2D(64, 3, padding="same", activation="relu")(x)
        x = layers.Flatten()(x)
        x = layers.Dropout(0.4)(x)
        return layers.Dense(10, activation="softmax")(x)

    return model("digits", (8, 8), body)


def breast_cancer() -> keras.Model:
    def body(x: Tensor) -> Tensor:
        x = layers.Dense(32, activation="relu", kernel_regularizer=L2(1e-3))(x)
        x = layers.Dropout(0.3)(x)
        x = layers.Dense(16, activation="relu", kernel_regularizer=L2(1e-3))(x)
        return layers.Dense(1, activation="sigmoid")(x)

    return model("breast_cancer", (30,), body)


def wine() -> keras.Model:
    def body(x: Tensor) -> Tensor:
        x = layers.Dense(32, activation="relu", kernel_regularizer=L2(1e-3))(x)
        x = layers.Dropout(0.3)(x)
        return layers.Dense(3, activation="softmax")(x)

    return model("wine", (13,), body)


def of_sunspots(name: str) -> keras.Model:
    def body(x: Tensor) -> Tensor:
        return layers.Dense(1)(layers.LSTM(32)(x))

    return model(name, (24, 1), body)


def sunspots_bidirectional() -> keras.Model:
    def body(x: Tensor) -> Tensor:
        return layers.Dense(1)(layers.Bidirectional(layers.LSTM(16))(x))

    return model("sunspots_bidirectional", (24, 1), body)


def auto_mpg() -> keras.Model:
    measures = keras.Input((6,), name="measures")
    origin = keras.Input((1,), name="origin", dtype="int32")
    measured = layers.Dense(64, activation="relu", name="measured")(measures)
    vector = layers.Embedding(4, 3, name="origin_vector")(origin)
    flat = layers.Flatten(name="origin_flat")(vector)
    x = layers.Concatenate()([measured, flat])
    x = layers.Dense(32, activation="relu", kernel_regularizer=L2(1e-3))(x)
    return keras.Model([measures, origin], layers.Dense(1)(x), name="auto_mpg")


def digits_autoencoder() -> keras.Model:
    def body(x: Tensor) -> Tensor:
        x = layers.Flatten()(x)
        x = layers.Dense(64, activation="relu")(x)
        x = layers.Dense(16, activation="relu", name="code")(x)
        x = layers.Dense(64, activation="relu")(x)
        x = layers.Dense(64, activation="sigmoid")(x)
        return layers.Reshape((8, 8))(x)

    return model("digits_autoencoder", (8, 8), body)


def digits_denoising() -> keras.Model:
    def body(x: Tensor) -> Tensor:
        x = layers.GaussianNoise(0.3)(x)
        x = layers.Reshape((8, 8, 1))(x)
        x = layers.Conv2D(32, 3, padding="same", activation="relu")(x)
        x = layers.Conv2D(32, 3, strides=2, padding="same", activation="relu")(x)
        x = layers.Conv2D(32, 3, padding="same", activation="relu", name="code")(x)
        x = layers.Conv2DTranspose(32, 3, strides=2, padding="same", activation="relu")(x)
        x = layers.Conv2D(1, 3, padding="same", activation="sigmoid")(x)
        return layers.Reshape((8, 8))(x)

    return model("digits_denoising", (8, 8), body)


def sunspots_autoencoder() -> keras.Model:
    def body(x: Tensor) -> Tensor:
        x = layers.LSTM(16, name="code")(x)
        x = layers.RepeatVector(24)(x)
        x = layers.LSTM(32, return_sequences=True)(x)
        return layers.Dense(1)(x)

    return model("sunspots_autoencoder", (24, 1), body)


def breast_cancer_calibrated() -> keras.Model:
    def body(x: Tensor) -> Tensor:
        x = layers.Dense(64, activation="relu")(x)
        x = layers.Dense(64, activation="relu")(x)
        return layers.Dense(1, activation="sigmoid")(x)

    return model("breast_cancer_calibrated", (30,), body)


def digits_augmented() -> keras.Model:
    def body(x: Tensor) -> Tensor:
        x = layers.Reshape((8, 8, 1))(x)
        x = layers.RandomRotation(0.03, fill_mode="constant")(x)
        x = layers.RandomTranslation(0.1, 0.1, fill_mode="constant")(x)
        x = layers.RandomZoom(0.1, fill_mode="constant")(x)
        x = layers.Conv2D(32, 3, padding="same", activation="relu")(x)
        x = layers.Conv2D(64, 3, padding="same", activation="relu")(x)
        x = layers.MaxPooling2D(2)(x)
        x = layers.Dropout(0.25)(x)
        x = layers.Conv2D(64, 3, padding="same", activation="relu")(x)
        x = layers.Flatten()(x)
        x = layers.Dropout(0.4)(x)
        return layers.Dense(10, activation="softmax")(x)

    return model("digits_augmented", (8, 8), body)


def digits_resized() -> keras.Model:
    def body(x: Tensor) -> Tensor:
        x = layers.Reshape((8, 8, 1))(x)
        x = layers.Resizing(12, 12, name="resize")(x)
        x = layers.Conv2D(16, 3, activation="relu")(x)
        x = layers.MaxPooling2D(name="max_pooling")(x)
        x = layers.Conv2D(32, 3, activation="relu")(x)
        x = layers.Flatten()(x)
        x = layers.Dropout(0.3)(x)
        return layers.Dense(10, activation="softmax")(x)

    return model("digits_resized", (8, 8), body)


def auto_mpg_origin() -> keras.Model:
    def body(x: Tensor) -> Tensor:
        x = layers.Dense(32, activation="relu")(x)
        x = layers.Dense(32, activation="relu")(x)
        return layers.Dense(3, activation="softmax")(x)

    return model("auto_mpg_origin", (7,), body)


def of_fuel(name: str, units: int) -> keras.Model:
    def body(x: Tensor) -> Tensor:
        x = layers.Dense(64, activation="relu", kernel_regularizer=L2(1e-3))(x)
        x = layers.Dense(32, activation="relu", kernel_regularizer=L2(1e-3))(x)
        return layers.Dense(units)(x)

    return model(name, (9,), body)


def ink() -> keras.Model:
    def body(x: Tensor) -> Tensor:
        fine = layers.Conv2D(16, 3, padding="same", activation="relu", name="fine")(x)
        x = layers.MaxPooling2D(2)(fine)
        middle = layers.Conv2D(32, 3, padding="same", activation="relu", name="middle")(x)
        x = layers.MaxPooling2D(2)(middle)
        x = layers.Conv2D(32, 3, padding="same", activation="relu")(x)
        x = layers.Conv2DTranspose(32, 2, strides=2, activation="relu", name="raised")(x)
        x = layers.Concatenate()([x, middle])
        x = layers.Conv2D(16, 3, padding="same", activation="relu")(x)
        x = layers.UpSampling2D(2, name="whole")(x)
        x = layers.Concatenate()([x, fine])
        x = layers.Conv2D(16, 3, padding="same", activation="relu")(x)
        return layers.Conv2D(1, 1, activation="sigmoid")(x)

    return model("ink", (16, 16, 1), body)


def sunspots_merges() -> keras.Model:
    def both(x: Tensor, merge: str, name: str) -> Tensor:
        return layers.Bidirectional(
            layers.GRU(8, return_sequences=True, name="gru"), merge_mode=merge, name=name
        )(x)

    def body(x: Tensor) -> Tensor:
        x = layers.Conv1D(16, 3, activation="relu")(x)
        seen = layers.SpatialDropout1D(0.1, name="seen")(x)
        merges = [("sum", "sums"), ("ave", "means"), ("mul", "products")]
        merged = [both(seen, merge, name) for merge, name in merges]
        steps = layers.Concatenate(name="all")(merged)
        largest = layers.GlobalMaxPooling1D(name="largest")(steps)
        average = layers.GlobalAveragePooling1D(name="average")(steps)
        last = layers.GRU(8, name="last")(steps)
        return layers.Dense(1)(layers.Concatenate()([largest, average, last]))

    return model("sunspots_merges", (24, 1), body)


def wine_gated() -> keras.Model:
    x = keras.Input((13,), name="columns")
    regularizers = {"kernel_regularizer": L1(1e-4), "bias_regularizer": L1L2(1e-4, 1e-4)}
    hidden = layers.Dense(16, activation="tanh", name="hidden", **regularizers)(x)
    gate = layers.Dense(16, activation="sigmoid", activity_regularizer=L2(1e-4), name="gate")(x)
    gated = layers.Multiply(name="gated")([hidden, gate])
    added = layers.Add()([hidden, gated])
    return keras.Model(x, layers.Dense(3, activation="softmax")(added), name="wine_gated")


SHARED: dict[str, Callable[[], keras.Model]] = {
    name: partial(network, name, *settings)
    for name, network, *settings in (
        ("diabetes", of_diabetes),
        ("diabetes_intervals", of_diabetes),
        ("sunspots", of_sunspots),
        ("sunspots_noise", of_sunspots),
        ("auto_mpg_quantiles", of_fuel, 3),
        ("auto_mpg_normal", of_fuel, 2),
    )
}
"""Networks of several specs, which differ in what they learn and how."""
HANDWRITTEN: dict[str, Callable[[], keras.Model]] = SHARED | {
    one.__name__: one
    for one in (
        digits,
        breast_cancer,
        wine,
        sunspots_bidirectional,
        auto_mpg,
        digits_autoencoder,
        digits_denoising,
        breast_cancer_calibrated,
        digits_augmented,
        digits_resized,
        auto_mpg_origin,
        ink,
        sunspots_merges,
        wine_gated,
        sunspots_autoencoder,
    )
}
