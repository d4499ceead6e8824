"""Rows are predicted in blocks that a cache holds, and come out as Keras predicts them."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from nnspec.engine.tensorflow.prediction import block_rows, predict_fused

pytestmark = pytest.mark.keras

L = keras.layers


def network(*layers: keras.layers.Layer, shape: tuple[int | None, ...] = (2,)) -> keras.Model:
    x = hidden = keras.Input(shape, name="x")
    for layer in layers:
        hidden = layer(hidden)
    return keras.Model(x, hidden)


class Counting(L.Layer):  # type: ignore[misc,name-defined] # Keras is untyped
    """Writes down how many rows go through it at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[int] = []

    def call(self, x: Any) -> Any:
        def look(values: Any) -> Any:
            self.seen.append(len(values))
            return values

        looked = tf.numpy_function(look, [x], x.dtype)
        looked.set_shape(x.shape)
        return looked


def test_rows_go_through_in_blocks_and_come_out_in_order() -> None:
    counting = Counting()
    model = network(counting, L.Dense(8192, activation="relu"), L.Dense(1))
    rows = np.random.default_rng(0).normal(size=(300, 2)).astype("float32")
    (found,) = predict_fused(model, {"x": rows}).values()
    assert counting.seen == [128, 128, 44]
    np.testing.assert_allclose(found, model.predict(rows, verbose=0), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("make", "rows"),
    [
        (lambda: network(L.Dense(4)), 8192),
        (lambda: network(L.Dense(8192), L.Dense(4)), 128),
        (lambda: network(L.Dense(1 << 18)), 32),
        (lambda: network(L.Flatten(), shape=(4, 2048)), 128),
        (lambda: network(L.GlobalMaxPooling1D(), shape=(None, 64)), 512),
    ],
    ids=["narrow", "wide", "very wide", "long", "of unknown length"],
)
def test_the_widest_layer_of_a_block_takes_four_mebibytes(
    make: Callable[[], keras.Model], rows: int
) -> None:
    assert block_rows(make()) == rows


def test_a_stateful_network_goes_on_through_all_rows_however_many() -> None:
    x = keras.Input(batch_shape=(64, 2, 1), name="x")
    model = keras.Model(x, L.GRU(2, stateful=True)(x))
    rows = np.random.default_rng(0).normal(size=(131 * 64, 2, 1)).astype("float32")
    expected = model.predict(rows, batch_size=64, verbose=0)
    (found,) = predict_fused(model, {"x": rows[:-5]}).values()
    np.testing.assert_allclose(found, expected[:-5], rtol=1e-5, atol=1e-6)


def test_several_networks_one_after_the_other_are_no_reason_for_a_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    logger = tf.get_logger()
    propagated, logger.propagate = logger.propagate, True
    try:
        for units in range(1, 9):
            predict_fused(network(L.Dense(units)), {"x": np.ones((3, 2), "float32")})
    finally:
        logger.propagate = propagated
    assert "retracing" not in caplog.text
