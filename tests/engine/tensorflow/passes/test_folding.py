"""BatchNormalization folded into the layer before: the same answers, the same model."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from nnspec.engine import predict
from nnspec.engine.tensorflow.passes.folding import find_folds

pytestmark = pytest.mark.keras

L = keras.layers
LINEAR: dict[str, tuple[tuple[int, ...], Callable[[], Any]]] = {
    "dense": ((6,), lambda: L.Dense(4)),
    "dense over time": ((5, 6), lambda: L.Dense(4, use_bias=False)),
    "conv1d": ((8, 3), lambda: L.Conv1D(4, 3, padding="causal")),
    "conv2d": ((8, 8, 3), lambda: L.Conv2D(4, 3, use_bias=False)),
    "conv3d": ((4, 4, 4, 2), lambda: L.Conv3D(3, 2)),
    "depthwise 1d": ((8, 3), lambda: L.DepthwiseConv1D(3, depth_multiplier=2)),
    "depthwise 2d": ((8, 8, 3), lambda: L.DepthwiseConv2D(3, depth_multiplier=2, use_bias=False)),
    "separable 1d": ((8, 3), lambda: L.SeparableConv1D(4, 3)),
    "separable 2d": ((8, 8, 3), lambda: L.SeparableConv2D(4, 3)),
    "transposed 1d": ((8, 3), lambda: L.Conv1DTranspose(4, 3)),
    "transposed 2d": ((8, 8, 3), lambda: L.Conv2DTranspose(4, 3, use_bias=False)),
}


def drawn(model: keras.Model) -> keras.Model:
    """Give every weight a value of its own, moving averages included; variances positive."""
    random = np.random.default_rng(0)
    model.set_weights([random.uniform(0.2, 1.5, one.shape) for one in model.get_weights()])
    return model


@pytest.mark.parametrize("kind", LINEAR)
def test_a_folded_normalization_answers_as_keras_and_leaves_the_model_alone(kind: str) -> None:
    shape, layer = LINEAR[kind]
    x = keras.Input(shape, name="x")
    hidden = L.Activation("relu")(L.BatchNormalization()(layer()(x)))
    model = drawn(keras.Model(x, L.Dense(2, name="y")(hidden)))
    assert len(find_folds(model)) == 2
    rows = np.random.default_rng(1).normal(size=(9, *shape)).astype("float32")
    names = [set(vars(one)) for one in model.layers]
    found = predict(model, {"x": rows})["y"]
    expected = model.predict(rows, verbose=0)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5 * np.abs(expected).max())
    assert [set(vars(one)) for one in model.layers] == names


def activated(x: Any) -> Any:
    return L.BatchNormalization()(L.Dense(4, activation="relu")(x))


def taken_twice(x: Any) -> Any:
    hidden = L.Dense(4)(x)
    return L.Add()([hidden, L.BatchNormalization()(hidden)])


def shared(x: Any) -> Any:
    layer = L.Dense(6)
    return L.BatchNormalization()(layer(layer(x)))


def other_axis(x: Any) -> Any:
    return L.Flatten()(L.BatchNormalization(axis=1)(L.Dense(3)(L.Reshape((2, 3))(x))))


@pytest.mark.parametrize("body", [activated, taken_twice, shared, other_axis])
def test_a_normalization_that_is_no_part_of_the_layer_before_stays(body: Any) -> None:
    x = keras.Input((6,), name="x")
    model = drawn(keras.Model(x, L.Dense(1, name="y")(body(x))))
    assert find_folds(model) == ()


def test_an_output_before_its_normalization_stays_what_it_is() -> None:
    x = keras.Input((6,), name="x")
    hidden = L.Dense(4, name="raw")(x)
    model = keras.Model(x, [hidden, L.BatchNormalization(name="scaled")(hidden)])
    assert find_folds(model) == ()


def leaving_a_nested_model(x: Any) -> Any:
    given = keras.Input((6,))
    raw = L.Dense(4)(given)
    inner = keras.Model(given, [raw, L.BatchNormalization()(raw)])
    return L.Concatenate()(inner(x))


def read_by_two_nested_models(x: Any) -> Any:
    given = keras.Input((6,))
    raw = L.Dense(4)(given)
    encoder, whole = keras.Model(given, raw), keras.Model(given, L.BatchNormalization()(raw))
    return L.Concatenate()([encoder(x), whole(x)])


def applied_within_and_without(x: Any) -> Any:
    layer, given = L.Dense(4), keras.Input((6,))
    inner = keras.Model(given, layer(given))
    return L.Concatenate()([inner(x), L.BatchNormalization()(layer(x))])


def applied_by_a_wrapper_too(x: Any) -> Any:
    layer = L.Dense(4)
    steps = L.TimeDistributed(layer)(L.Reshape((1, 6))(x))
    return L.Concatenate()([L.Flatten()(steps), L.BatchNormalization()(layer(x))])


def normalized_twice(x: Any) -> Any:
    normalization, layer = L.BatchNormalization(), L.Dense(6)
    return L.Concatenate()([normalization(layer(x)), normalization(x)])


def activated_between(x: Any) -> Any:
    return L.BatchNormalization()(L.Activation("relu")(L.Dense(4)(x)))


def first_axis_of_pictures(x: Any) -> Any:
    pictures = L.Conv2D(3, 1)(L.Reshape((3, 2, 1))(x))
    return L.Flatten()(L.BatchNormalization(axis=1)(pictures))


def half(x: Any) -> Any:
    return L.BatchNormalization()(L.Dense(4, dtype="mixed_float16")(x))


def double(x: Any) -> Any:
    return L.BatchNormalization(dtype="float64")(L.Dense(4, dtype="float64")(x))


def operated(x: Any) -> Any:
    raw = L.Dense(4)(x)
    return raw * 2 + L.BatchNormalization()(raw)


UNFOLDED = [
    leaving_a_nested_model,
    read_by_two_nested_models,
    applied_within_and_without,
    applied_by_a_wrapper_too,
    normalized_twice,
    activated_between,
    first_axis_of_pictures,
    half,
    double,
    operated,
]


@pytest.mark.parametrize("body", UNFOLDED)
def test_what_is_seen_elsewhere_or_rounds_otherwise_is_answered_as_by_keras(body: Any) -> None:
    x = keras.Input((6,), name="x")
    model = drawn(keras.Model(x, L.Dense(1, name="y")(body(x))))
    assert find_folds(model) == ()
    rows = np.random.default_rng(1).normal(size=(9, 6)).astype("float32")
    found = predict(model, {"x": rows})["y"]
    expected = model.predict(rows, verbose=0)
    np.testing.assert_allclose(found, expected, rtol=1e-3 if body is half else 1e-5)


def test_a_normalization_that_a_model_always_trains_stays() -> None:
    x = keras.Input((6,), name="x")
    inner = keras.Sequential([keras.Input((6,)), L.Dense(4), L.BatchNormalization()])
    for hidden in (L.BatchNormalization()(L.Dense(4)(x), training=True), inner(x, training=True)):
        assert find_folds(keras.Model(x, hidden)) == ()
    assert find_folds(keras.Model(x, inner(x, training=False))) != ()


@pytest.mark.parametrize("times", [1, 2])
def test_a_normalization_within_a_nested_model_folds_and_answers_as_keras(times: int) -> None:
    x = hidden = keras.Input((6,), name="x")
    layers = [L.Dense(6), L.BatchNormalization(), L.ReLU()]
    inner = keras.Sequential([keras.Input((6,)), *layers])
    inner.trainable = False
    for _ in range(times):
        hidden = inner(hidden)
    model = drawn(keras.Model(x, L.Dense(1, name="y")(hidden)))
    assert len(find_folds(model)) == 2
    rows = np.random.default_rng(1).normal(size=(9, 6)).astype("float32")
    expected = model.predict(rows, verbose=0)
    np.testing.assert_allclose(predict(model, {"x": rows})["y"], expected, rtol=1e-5)


def test_a_layer_that_a_model_outside_reads_too_folds_within_this_one() -> None:
    x = keras.Input((6,), name="x")
    raw = L.Dense(4)(x)
    beside = keras.Model(x, L.Dense(2)(raw))
    model = drawn(keras.Model(x, L.BatchNormalization(name="y")(raw)))
    assert len(find_folds(model)) == 2
    rows = np.random.default_rng(1).normal(size=(9, 6)).astype("float32")
    before = beside.predict(rows, verbose=0)
    expected = model.predict(rows, verbose=0)
    np.testing.assert_allclose(predict(model, {"x": rows})["y"], expected, rtol=1e-5)
    np.testing.assert_array_equal(beside.predict(rows, verbose=0), before)
