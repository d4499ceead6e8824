"""EinsumDense as one product of two matrices is the einsum."""

import keras
import pytest
from networks import XLA
from oracle import POLICIES, assert_same, assert_same_under, drawn, network, titles

from nnspec.engine.tensorflow.passes.einsum import Axes

pytestmark = pytest.mark.keras

L = keras.layers


@pytest.mark.parametrize(
    ("equation", "axes"),
    [
        ("abc,cde->abde", Axes(2, 1)),
        ("abcd,cde->abe", Axes(2, 2)),
        ("ab,bc->ac", Axes(1, 1)),
        ("...x,xy->...y", None),
        ("abc,cd->adb", None),
        ("abc,bd->acd", None),
        ("ab,ac->abc", None),
    ],
)
def test_only_products_of_last_axes_with_first_ones_fold(equation: str, axes: Axes | None) -> None:
    assert Axes.of(equation) == axes


@pytest.mark.parametrize("bias_axes", [None, "de", "e"])
def test_a_folded_product_is_the_einsum(bias_axes: str | None) -> None:
    def make() -> keras.Model:
        layer = L.EinsumDense(
            "abc,cde->abde", output_shape=(None, 4, 5), bias_axes=bias_axes, activation="tanh"
        )
        return network((6, 3), layer)

    assert "folded" in titles(make(), XLA)
    assert_same(make, drawn(2, 6, 3), XLA)


@pytest.mark.parametrize("policy", POLICIES)
def test_an_einsum_learns_as_in_keras_under_each_policy(policy: str) -> None:
    def make() -> keras.Model:
        return network((6, 3), L.EinsumDense("abc,cd->abd", (None, 4), bias_axes="d"), L.Dense(2))

    assert_same_under(policy, make, drawn(5, 6, 3), XLA)
