"""Shares of a batch, one for each core, come to what the whole batch comes to."""

from collections.abc import Callable

import keras
import numpy as np
import pytest
from networks import compiled, difference, fit, rows_for

from nnspec.data.arrays import Arrays
from nnspec.engine import Plan
from nnspec.engine.choice import Choice, shares_of
from nnspec.engine.tensorflow.feed import build_variables, feed
from nnspec.engine.tensorflow.fused import Fused
from nnspec.engine.tensorflow.keras_callbacks import KerasCallbacks
from nnspec.engine.tensorflow.traits import traits_of
from nnspec.engine.training import Training

pytestmark = pytest.mark.keras

L = keras.layers
PLAN = Plan(batch_size=8, epochs=2, seed=5)


def series(*layers: keras.layers.Layer) -> keras.Model:
    x = keras.Input((12, 3), name="x")
    hidden = x
    for layer in layers:
        hidden = layer(hidden)
    return keras.Model(x, L.Dense(1, name="y", kernel_regularizer="l2")(hidden))


def in_shares(model: keras.Model, arrays: Arrays, shares: int) -> dict[str, list[float]]:
    rows = feed(model, arrays)
    build_variables(model, rows)
    executor = Fused(
        model, rows, None, PLAN.batch_size, Choice("fused", xla=True, reasons=(), shares=shares)
    )
    assert "the optimizer's update" in executor.execution.uncompiled
    listeners = KerasCallbacks(model, (), PLAN, rows.rows)
    return dict(Training(executor, PLAN, rows.rows, listeners).run().history)


def weighted(arrays: Arrays) -> Arrays:
    weights = np.random.default_rng(3).uniform(0.5, 2, arrays.rows).astype("float32")
    return Arrays(arrays.inputs, arrays.targets, weights)


@pytest.mark.slow
def test_two_shares_learn_the_weights_of_fit() -> None:
    ours, theirs = (compiled(lambda: series(L.LSTM(5)), metrics=["mae"]) for _ in range(2))
    rows = weighted(rows_for(ours, 43))
    history, expected = in_shares(ours, rows, 2), fit(theirs, rows, PLAN)
    assert difference(theirs, ours) < 1e-5
    for name in ("loss", "mae"):
        np.testing.assert_allclose(history[name], expected[name], rtol=1e-5)


def long(*layers: keras.layers.Layer) -> Callable[[], keras.Model]:
    def make() -> keras.Model:
        x = keras.Input((64, 8), name="x")
        hidden = x
        for layer in layers:
            hidden = layer(hidden)
        return keras.Model(x, L.Dense(1, name="y")(hidden))

    return make


def test_a_recurrent_network_is_shared_among_the_cores() -> None:
    model = compiled(long(L.Bidirectional(L.LSTM(32))))
    assert shares_of(traits_of(model), 32, cores=1) == 1
    assert shares_of(traits_of(model), 32, cores=2) == 2
    assert shares_of(traits_of(model), 96, cores=4) == 4
    assert shares_of(traits_of(model), 33, cores=2) == 1
    assert shares_of(traits_of(model), 16, cores=2) == 1


@pytest.mark.parametrize(
    "make",
    [
        long(L.LSTM(64), L.BatchNormalization()),
        long(L.LSTM(64), L.Dropout(0.5)),
        long(L.LSTM(64, dropout=0.1)),
        long(L.LSTM(64, activity_regularizer="l2")),
        long(L.Masking(), L.LSTM(64)),
        long(L.LSTM(2)),
        long(L.Flatten(), L.Dense(512)),
    ],
)
def test_a_network_whose_rows_depend_on_one_another_or_cost_little_is_not(
    make: Callable[[], keras.Model],
) -> None:
    assert shares_of(traits_of(compiled(make)), 32, cores=2) == 1


class Ranked(L.Dense):  # type: ignore[misc,name-defined] # Keras is untyped
    """Somebody's own layer, which may look at the whole batch."""


def test_a_layer_that_keras_does_not_know_is_not_shared() -> None:
    assert shares_of(traits_of(compiled(long(L.LSTM(64), Ranked(4)))), 32, cores=2) == 1


def test_a_loss_that_is_no_mean_over_rows_is_not_shared() -> None:
    make = long(L.LSTM(64))
    summed = keras.losses.MeanSquaredError(reduction="sum")
    assert shares_of(traits_of(compiled(make, loss={"y": summed})), 32, cores=2) == 1
    for of_the_batch in ("dice", keras.losses.Tversky(), lambda y, out: y - out):
        assert shares_of(traits_of(compiled(make, loss={"y": of_the_batch})), 32, cores=2) == 1
    each = keras.losses.Huber()
    assert shares_of(traits_of(compiled(make, loss={"y": each})), 32, cores=2) == 2
    assert shares_of(traits_of(compiled(make, loss={"y": "mse"})), 32, cores=2) == 2
