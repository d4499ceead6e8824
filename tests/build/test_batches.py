"""Any number of rows through a network built for batches of one size, held against Keras."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from networks import mlp

from nnspec.build.batches import apply_core, batch_of, whole_batches
from nnspec.build.keras_graph import carried_states
from nnspec.engine import predict

pytestmark = pytest.mark.keras

L = keras.layers
SIZE = 4


@pytest.fixture(scope="module")
def carrying() -> keras.Model:
    """Return a network of one layer that carries states on, beside two that carry none."""
    keras.utils.set_random_seed(1)
    x = keras.Input(batch_shape=(SIZE, 3, 2), name="x")
    hidden = L.GRU(3, stateful=True, return_sequences=True)(x)
    beside = L.Bidirectional(L.LSTM(2, return_sequences=True))(L.GRU(2, return_sequences=True)(x))
    steps = L.Concatenate(name="steps")([hidden, beside])
    return keras.Model(x, [steps, L.Dense(1, name="y")(L.Flatten()(steps))])


def drawn(rows: int) -> Any:
    return np.random.default_rng(rows).normal(size=(rows, 3, 2)).astype("float32")


def by_keras(model: keras.Model, rows: Any) -> tuple[list[Any], list[Any]]:
    """Return what leaves whole batches, from states of zero, and the states after the last."""
    for state in carried_states(model):
        state.assign(np.zeros(state.shape))
    filled = np.concatenate([rows, np.repeat(rows[-1:], -len(rows) % SIZE, axis=0)])
    left = model.predict(filled, batch_size=SIZE, verbose=0)
    return [one[: len(rows)] for one in left], [one.numpy() for one in carried_states(model)]


@pytest.mark.parametrize("rows", [1, SIZE - 1, SIZE, SIZE + 1, 2 * SIZE, 3 * SIZE - 1])
def test_rows_pass_in_as_many_batches_as_they_fill_each_time_from_states_of_zero(
    carrying: keras.Model, rows: int
) -> None:
    given = drawn(rows)
    expected, states = by_keras(carrying, given)
    assert [one.shape for one in states] == [(SIZE, 3)]
    for _ in range(2):
        found = apply_core(carrying, [tf.constant(given)])
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_allclose(one.numpy(), other, rtol=1e-4, atol=1e-6)
        for state, other in zip(carried_states(carrying), states, strict=True):
            np.testing.assert_allclose(state.numpy(), other, rtol=1e-4, atol=1e-6)


def test_a_compiled_prediction_answers_as_the_one_before(carrying: keras.Model) -> None:
    given = drawn(2 * SIZE + 1)
    expected, _ = by_keras(carrying, given)
    for _ in range(2):
        found = predict(carrying, {"x": given})
        np.testing.assert_allclose(found["steps"], expected[0], rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(found["y"], expected[1], rtol=1e-4, atol=1e-6)


def test_what_leaves_has_its_shape_within_a_graph_too(carrying: keras.Model) -> None:
    given = tf.TensorSpec((None, 3, 2), "float32")
    traced = tf.function(lambda rows: apply_core(carrying, [rows])).get_concrete_function(given)
    assert [one.shape.as_list() for one in traced.outputs] == [[None, 3, 7], [None, 1]]


def test_a_network_of_one_size_trains_on_whole_batches_any_other_on_all_rows(
    carrying: keras.Model,
) -> None:
    free = mlp()
    assert (batch_of(carrying), batch_of(free)) == (SIZE, None)
    rows = (SIZE - 1, SIZE, 3 * SIZE - 1, 3 * SIZE)
    assert [whole_batches(carrying, one) for one in rows] == [0, SIZE, 2 * SIZE, 3 * SIZE]
    assert [whole_batches(free, one) for one in rows] == list(rows)
