"""Networks of every kind whose training breaks: step and layer that broke first are named."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
import pytest

from nnspec.data.arrays import Arrays
from nnspec.diagnostics import RunFailed
from nnspec.engine import Plan, train

pytestmark = pytest.mark.keras

L = keras.layers
STEPS, BATCH = 9, 4


class Sick(keras.layers.Layer):  # type: ignore[misc]  # Keras is untyped
    """Gives its first input, and NaN for the rows whose second one is marked."""

    def call(self, inputs: Any) -> Any:
        given, marks = inputs
        shape = (-1, *(1 for _ in given.shape[1:]))
        marked = keras.ops.reshape(marks, shape) > 0
        return keras.ops.where(marked, keras.ops.cast(np.nan, given.dtype), given)


Plant = Callable[[Any], Any]
Build = Callable[[Plant], tuple[list[Any], list[Any]]]


def mlp(plant: Plant) -> tuple[list[Any], list[Any]]:
    x = keras.Input((6,), name="x")
    hidden = plant(L.Dense(8, activation="relu")(x))
    return [x], [L.Dense(1, name="y")(L.Dropout(0.2)(L.Dense(4)(hidden)))]


def cnn(plant: Plant) -> tuple[list[Any], list[Any]]:
    x = keras.Input((8, 8, 1), name="x")
    hidden = plant(L.MaxPooling2D()(L.Conv2D(3, 3, activation="tanh")(x)))
    return [x], [L.Dense(1, name="y")(L.Flatten()(L.Conv2D(2, 2)(hidden)))]


def lstm(plant: Plant) -> tuple[list[Any], list[Any]]:
    x = keras.Input((7, 3), name="x")
    return [x], [L.Dense(1, name="y")(plant(L.LSTM(5)(L.LSTM(4, return_sequences=True)(x))))]


def gru(plant: Plant) -> tuple[list[Any], list[Any]]:
    x = keras.Input((7, 3), name="x")
    return [x], [L.Dense(1, name="y")(L.GRU(5)(plant(L.GRU(4, return_sequences=True)(x))))]


def transformer(plant: Plant) -> tuple[list[Any], list[Any]]:
    x = keras.Input((7, 4), name="x")
    seen = L.LayerNormalization()(x + L.MultiHeadAttention(2, 3)(x, x))
    fed = L.LayerNormalization()(seen + L.Dense(4)(plant(L.Dense(8, activation="gelu")(seen))))
    return [x], [L.Dense(1, name="y")(L.GlobalAveragePooling1D()(fed))]


def two_inputs(plant: Plant) -> tuple[list[Any], list[Any]]:
    x, z = keras.Input((6,), name="x"), keras.Input((7, 3), name="z")
    joined = L.Concatenate()([L.Dense(4)(x), plant(L.GRU(4)(z))])
    return [x, z], [L.Dense(1, name="y")(joined)]


def two_outputs(plant: Plant) -> tuple[list[Any], list[Any]]:
    x = keras.Input((6,), name="x")
    trunk = L.Dense(8, activation="tanh")(x)
    return [x], [L.Dense(1, name="y")(trunk), L.Dense(1, name="w")(plant(L.Dense(3)(trunk)))]


def autoencoder(plant: Plant) -> tuple[list[Any], list[Any]]:
    x = keras.Input((6,), name="x")
    code = plant(L.Dense(2, activation="tanh")(x))
    return [x], [L.Dense(1, name="y")(L.Dense(6, activation="tanh")(code))]


def nested(plant: Plant) -> tuple[list[Any], list[Any]]:
    x, inner = keras.Input((6,), name="x"), keras.Input((6,))
    within = keras.Model(inner, L.Dense(4, activation="relu")(L.Dense(5)(inner)), name="within")
    return [x], [L.Dense(1, name="y")(L.Dense(3)(plant(within(x))))]


def half_precision(plant: Plant) -> tuple[list[Any], list[Any]]:
    x = keras.Input((6,), name="x")
    hidden = plant(L.BatchNormalization()(L.Dense(8, activation="relu")(x)))
    return [x], [L.Dense(1, name="y", dtype="float32")(L.Dense(4)(hidden))]


PLANTED: dict[str, tuple[Build, int]] = {
    "MLP": (mlp, 0),
    "CNN": (cnn, 4),
    "LSTM": (lstm, STEPS - 1),
    "GRU": (gru, 2),
    "Transformer": (transformer, 5),
    "two inputs": (two_inputs, 1),
    "two outputs": (two_outputs, 7),
    "autoencoder": (autoencoder, 3),
    "model within": (nested, 6),
    "half precision": (half_precision, 4),
}
"""Network -> how it is built, and the step, counted from 0, at which a layer of it breaks."""
PLAIN = {"two outputs", "model within"}


@contextmanager
def policy(name: str) -> Iterator[None]:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


@pytest.mark.parametrize(
    "kind", [pytest.param(one, marks=[] if one in PLAIN else [pytest.mark.slow]) for one in PLANTED]
)
def test_the_step_and_the_layer_that_broke_are_named(kind: str) -> None:
    build, step = PLANTED[kind]
    keras.utils.set_random_seed(1)
    with policy("mixed_float16" if kind == "half precision" else "float32"):
        marks = keras.Input((1,), name="marks", dtype="float32")
        inputs, outputs = build(lambda given: Sick(name="sick")([given, marks]))
        model = keras.Model([*inputs, marks], outputs)
        model.compile(keras.optimizers.Adam(0.01), dict.fromkeys(model.output_names, "mse"))
        draw = np.random.default_rng(2)
        rows = STEPS * BATCH
        given = {one.name: draw.normal(size=(rows, *one.shape[1:])) for one in inputs}
        given["marks"] = np.zeros((rows, 1))
        given["marks"][step * BATCH + 2] = 1.0
        arrays = {name: one.astype("float32") for name, one in given.items()}
        targets = {
            name: draw.normal(size=(rows, 1)).astype("float32") for name in model.output_names
        }
        plan = Plan(batch_size=BATCH, epochs=2, seed=1, shuffle=False, xla="off")
        with pytest.raises(RunFailed) as failed:
            train(model, Arrays(arrays, targets), None, plan)
    (finding,) = failed.value.diagnostics
    assert finding.code == "R101"
    assert f"in epoch 1, at step {step + 1} of {STEPS}." in finding.message
    assert 'the output of "sick" (Sick) is the first that is no number' in finding.message
    assert all(np.isfinite(one).all() for one in model.get_weights())
