"""LayerNormalization with its gradient written out is that of Keras."""

from collections.abc import Callable

import keras
import pytest
from networks import XLA
from oracle import POLICIES, assert_same, assert_same_under, drawn, network, titles

pytestmark = pytest.mark.keras

L = keras.layers


def test_written_layer_normalization_is_that_of_keras() -> None:
    def make() -> keras.Model:
        return network((6, 5), L.LayerNormalization(epsilon=0.01))

    assert "layer normalization" in titles(make(), XLA)
    assert_same(make, drawn(3, 6, 5), XLA)


@pytest.mark.parametrize("policy", POLICIES)
def test_layer_normalization_learns_as_in_keras_under_each_policy(policy: str) -> None:
    def make() -> keras.Model:
        return network((6, 5), L.Dense(4), L.LayerNormalization(), L.Dense(2))

    assert_same_under(policy, make, drawn(3, 6, 5), XLA)


@pytest.mark.filterwarnings("ignore:You passed `rms_scaling:UserWarning")
@pytest.mark.parametrize(
    "layer",
    [
        lambda: L.LayerNormalization(axis=1),
        lambda: L.LayerNormalization(axis=(1, 2)),
        lambda: L.LayerNormalization(scale=False),
        lambda: L.LayerNormalization(center=False),
        lambda: L.LayerNormalization(rms_scaling=True),
        lambda: L.LayerNormalization(dtype="mixed_float16"),
    ],
)
def test_layer_normalization_out_of_the_ordinary_is_left_alone(
    layer: Callable[[], keras.layers.Layer],
) -> None:
    def make() -> keras.Model:
        return network((6, 5), layer())

    assert titles(make(), XLA) == ""
