"""Products with wide kernels in pieces are those of Keras."""

from typing import Any

import keras
import pytest
import tensorflow as tf
from networks import GRAPH, XLA
from oracle import Make, assert_same, drawn, network, titles

from nnspec.engine.tensorflow.passes import PASSES, Setting, plan_rewrites, rewritten

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
    ("inputs", "units", "pieces"),
    [
        (1024, 1024, True),
        (1020, 1024, False),
        (1024, 1023, False),
        (2048, 2048, True),
        (2052, 2048, False),
        (2048, 2049, False),
        (1026, 1024, False),
        (1028, 1025, True),
    ],
)
def test_pieces_are_taken_between_1024_and_2048_inputs_and_units_in_fours(
    inputs: int, units: int, *, pieces: bool
) -> None:
    made = titles(network((inputs,), L.Dense(units)), XLA)
    assert ("wide products in pieces" in made) is pieces


@pytest.mark.parametrize(
    ("rows", "kernel"),
    [
        (15, [1024, 1024]),
        (16, [4, 256, 1024]),
        (48, [4, 256, 1024]),
        (49, [1024, 1024]),
        (None, [1024, 1024]),
    ],
)
def test_batches_of_16_to_48_rows_are_multiplied_with_a_quarter_of_the_kernel_at_a_time(
    rows: int | None, kernel: list[int]
) -> None:
    model = wide()
    with rewritten(plan_rewrites(model, PASSES, XLA)):
        traced = tf.function(model, autograph=False).get_concrete_function(
            tf.TensorSpec([rows, 1024])
        )
    (found,) = [one for one in traced.graph.get_operations() if "MatMul" in one.type]
    assert found.inputs[1].shape.as_list() == kernel


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
