"""A rectifier behind a maximum is one before it, where nothing else sees the difference."""

import keras
import pytest
from networks import GRAPH
from oracle import POLICIES, Make, assert_same, assert_same_under, drawn, network, titles

pytestmark = pytest.mark.keras

L = keras.layers

RECTIFIED: dict[str, Make] = {
    "convolution": lambda: network((8, 8, 2), L.Conv2D(4, 3, activation="relu"), L.MaxPooling2D()),
    "same border": lambda: network(
        (7, 2), L.Conv1D(4, 3, activation="relu"), L.MaxPooling1D(3, padding="same")
    ),
    "activation": lambda: network((8, 8, 2), L.Activation("relu"), L.MaxPooling2D(3, strides=2)),
    "layer": lambda: network((8, 8, 2), L.Conv2D(4, 3), L.ReLU(), L.MaxPooling2D()),
}


@pytest.mark.parametrize("kind", RECTIFIED)
def test_a_rectifier_behind_a_maximum_is_one_before_it(kind: str) -> None:
    model = RECTIFIED[kind]()
    assert "rectified after pooling" in titles(model, GRAPH)
    assert_same(RECTIFIED[kind], drawn(3, *model.input.shape[1:]), GRAPH)


def read_twice() -> keras.Model:
    x = keras.Input((8, 2))
    hidden = L.Conv1D(4, 3, activation="relu")(x)
    return keras.Model(x, [L.MaxPooling1D(2)(hidden), L.Flatten()(hidden)])


def read_outside() -> keras.Model:
    x = keras.Input((8, 2))
    hidden = L.Conv1D(4, 3, activation="relu")(x)
    return keras.Model(x, [L.MaxPooling1D(2)(hidden), hidden])


@pytest.mark.parametrize(
    "make",
    [
        read_twice,
        read_outside,
        lambda: network((8, 2), L.ReLU(max_value=1.0), L.MaxPooling1D(2)),
        lambda: network((8, 2), L.Conv1D(4, 3, activation="relu"), L.AveragePooling1D(2)),
        lambda: network(
            (8, 2), L.Conv1D(4, 3, activation="relu", activity_regularizer="l2"), L.MaxPooling1D(2)
        ),
    ],
)
def test_a_rectifier_that_something_else_reads_stays(make: Make) -> None:
    assert titles(make(), GRAPH) == ""


@pytest.mark.parametrize("policy", POLICIES)
def test_a_moved_rectifier_learns_as_in_keras_under_each_policy(policy: str) -> None:
    assert_same_under(policy, RECTIFIED["convolution"], drawn(3, 8, 8, 2), GRAPH)


def leaving_within() -> keras.Model:
    """Return a network whose inner model hands on what the rectifier gave, beside the maximum."""
    x = keras.Input((8, 2))
    hidden = L.Conv1D(4, 3, activation="relu")(x)
    inner = keras.Model(x, [L.MaxPooling1D(2)(hidden), hidden])
    outer = keras.Input((8, 2))
    small, large = inner(outer)
    return keras.Model(outer, [L.Flatten()(small), L.Flatten()(large)])


def within_a_wrapper_too() -> keras.Model:
    """Return a network that applies one layer by itself, and within a wrapper at each step."""
    layer = L.Activation("relu")
    x, steps = keras.Input((8, 2)), keras.Input((3, 4))
    outputs = [L.MaxPooling1D(2)(layer(x)), L.TimeDistributed(layer)(steps)]
    return keras.Model([x, steps], outputs)


def applied_twice() -> keras.Model:
    layer, x = L.Conv1D(2, 3, activation="relu", padding="same"), keras.Input((8, 2))
    return keras.Model(x, L.MaxPooling1D(2)(layer(layer(x))))


def shared_maximum() -> keras.Model:
    maximum, x = L.MaxPooling1D(2), keras.Input((8, 2))
    return keras.Model(x, [maximum(L.ReLU()(x)), maximum(x)])


@pytest.mark.parametrize("make", [leaving_within, applied_twice, shared_maximum])
def test_a_rectifier_that_is_seen_elsewhere_in_the_network_stays(make: Make) -> None:
    assert titles(make(), GRAPH) == ""
    assert_same(make, drawn(3, 8, 2), GRAPH)


def test_a_rectifier_that_a_wrapper_applies_as_well_stays() -> None:
    assert titles(within_a_wrapper_too(), GRAPH) == ""
    assert_same(within_a_wrapper_too, [drawn(3, 8, 2), drawn(3, 3, 4)], GRAPH)


def test_a_rectifier_moves_within_a_nested_model_that_is_applied_twice() -> None:
    def make() -> keras.Model:
        inner = network((8, 2), L.Conv1D(2, 3, activation="relu"), L.MaxPooling1D(2), L.Flatten())
        left, right = keras.Input((8, 2)), keras.Input((8, 2))
        return keras.Model([left, right], L.Add()([inner(left), inner(right)]))

    assert "rectified after pooling" in titles(make(), GRAPH)
    assert_same(make, [drawn(3, 8, 2), -drawn(3, 8, 2)], GRAPH)
