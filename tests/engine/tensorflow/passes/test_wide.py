"""Products with wide kernels in pieces are those of Keras."""

from typing import Any

import keras
import pytest
from networks import GRAPH, XLA
from oracle import Make, assert_same, drawn, network, titles

from nnspec.engine.tensorflow.passes import Setting

pytestmark = pytest.mark.keras

L = keras.layers


def wide(units: int = 1024, **settings: Any) -> keras.Model:
    return network((1024,), L.Dense(units, activation="relu", **settings))


@pytest.mark.parametrize("rows", [8, 32, 48])
def test_a_wide_product_in_pieces_is_that_of_keras(rows: int) -> None:
    assert "wide products in pieces" in titles(wide(), XLA)
    assert_same(wide, drawn(rows, 1024) / 32, XLA)


def test_a_wide_product_without_bias_or_activation_is_that_of_keras() -> None:
    assert_same(lambda: network((1024,), L.Dense(1024, use_bias=False)), drawn(32, 1024) / 32, XLA)


@pytest.mark.parametrize(
    ("make", "setting"),
    [
        (wide, GRAPH),
        (lambda: wide(512), XLA),
        (lambda: wide(dtype="float64"), XLA),
        (lambda: wide(lora_rank=2), XLA),
    ],
)
def test_products_that_pieces_do_not_help_are_left_alone(make: Make, setting: Setting) -> None:
    assert "wide products" not in titles(make(), setting)
