"""BatchNormalization of sequences in one operation is that of Keras."""

from collections.abc import Callable

import keras
import pytest
from networks import GRAPH, XLA
from oracle import POLICIES, Make, assert_same, assert_same_under, drawn, network, titles

pytestmark = pytest.mark.keras

L = keras.layers

NORMALIZED: dict[str, tuple[Make, tuple[int, ...]]] = {
    "series": (lambda: network((6, 3), L.BatchNormalization()), (5, 6, 3)),
    "its axis by number": (lambda: network((6, 3), L.BatchNormalization(axis=2)), (5, 6, 3)),
    "other averages": (lambda: network((4, 3), L.BatchNormalization(momentum=0.7)), (5, 4, 3)),
    "neither scale nor offset": (
        lambda: network((6, 3), L.BatchNormalization(scale=False, center=False, epsilon=0.01)),
        (5, 6, 3),
    ),
    "one row of one step": (lambda: network((1, 3), L.BatchNormalization()), (1, 1, 3)),
}


@pytest.mark.parametrize("kind", NORMALIZED)
def test_batch_normalization_in_one_operation_is_that_of_keras(kind: str) -> None:
    make, shape = NORMALIZED[kind]
    assert "batch normalized" in titles(make(), GRAPH)
    assert_same(make, drawn(*shape), GRAPH)


def test_batch_normalization_at_inference_uses_the_averages() -> None:
    make, shape = NORMALIZED["other averages"]
    assert_same(make, drawn(*shape), GRAPH, training=False)


def test_batch_normalization_with_a_mask_counts_only_the_steps_that_are_there() -> None:
    values = drawn(5, 6, 3)
    values[2, 3:] = 0
    assert_same(lambda: network((6, 3), L.Masking(), L.BatchNormalization()), values, GRAPH)


@pytest.mark.parametrize("policy", POLICIES)
def test_batch_normalization_learns_as_in_keras_under_each_policy(policy: str) -> None:
    def make() -> keras.Model:
        return network((6, 5), L.Dense(4), L.BatchNormalization(), L.Dense(2))

    assert_same_under(policy, make, drawn(3, 6, 5), GRAPH)


@pytest.mark.parametrize(
    "layer",
    [
        lambda: L.BatchNormalization(axis=1),
        lambda: L.BatchNormalization(renorm=True),
        lambda: L.BatchNormalization(synchronized=True),
        lambda: L.BatchNormalization(trainable=False),
        lambda: L.BatchNormalization(dtype="float64"),
    ],
)
def test_batch_normalization_out_of_the_ordinary_is_left_alone(
    layer: Callable[[], keras.layers.Layer],
) -> None:
    assert titles(network((6, 3), layer()), GRAPH) == ""


def test_batch_normalization_of_rows_pictures_and_under_xla_is_left_alone() -> None:
    assert titles(network((3,), L.BatchNormalization()), GRAPH) == ""
    assert titles(network((4, 4, 3), L.BatchNormalization()), GRAPH) == ""
    assert titles(network((6, 3), L.BatchNormalization()), XLA) == ""
