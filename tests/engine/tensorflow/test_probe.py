"""The look into a trained network, held against Keras' own layers and a tape of its own."""

from collections.abc import Callable

import keras
import numpy as np
import pytest
import tensorflow as tf
from networks import L

from nnspec.data.arrays import Arrays
from nnspec.engine import probe
from nnspec.engine.tensorflow.probe import has_long_series, idle_share, sampled

pytestmark = pytest.mark.keras
ROWS = 90


def rows(*shape: int) -> Arrays:
    random = np.random.default_rng(0)
    x = random.normal(size=(ROWS, *shape)).astype("float32")
    return Arrays({"x": x}, {"y": x.reshape(ROWS, -1).sum(axis=1, keepdims=True)})


def compiled(x: keras.KerasTensor, y: keras.KerasTensor) -> keras.Model:
    model = keras.Model(x, y)
    model.compile(optimizer="sgd", loss="mse")
    return model


def test_gradients_are_those_of_a_tape_and_lead_where_the_graph_leads() -> None:
    x = keras.Input((5,), name="x")
    penalties = {"kernel_regularizer": "l2", "activity_regularizer": "l1"}
    hidden = L.Dense(7, activation="tanh", name="first", **penalties)(x)
    aside = L.Dense(3, name="aside")(x)
    model = compiled(
        x, L.Dense(1, name="y")(L.Concatenate()([L.Dense(4, name="mid")(hidden), aside]))
    )
    seen = probe(model, rows(5))
    given = rows(5)
    with tf.GradientTape() as tape:
        error = tf.reduce_mean((model(given.inputs["x"]) - given.targets["y"]) ** 2)
        loss = error + tf.add_n(model.losses)
    gradients = tape.gradient(loss, [one.value for one in model.get_layer("first").weights])
    norms = {one.layer: one for one in seen.norms}
    expected = np.sqrt(sum(float(tf.reduce_sum(one**2)) for one in gradients))
    assert norms["first"].gradient == pytest.approx(expected, rel=1e-5)
    assert seen.loss == pytest.approx(float(loss), rel=1e-6)
    assert {"mid", "y"} <= norms["first"].leads_to
    assert "aside" not in norms["first"].leads_to
    assert norms["y"].leads_to == frozenset()


def test_units_that_no_row_moves_are_idle_and_an_output_is_none_of_them() -> None:
    x = keras.Input((5,), name="x")
    dead = keras.initializers.Constant(-50.0)
    hidden = L.Dense(3, activation="relu", bias_initializer=dead, name="dead")(x)
    wide = keras.initializers.RandomNormal(stddev=200.0, seed=1)
    ends = L.Dense(4, activation="tanh", kernel_initializer=wide, name="ends")(x)
    both = L.ReLU(name="apart")(L.Dense(6, name="free")(L.Concatenate()([hidden, ends])))
    model = compiled(x, L.Dense(1, activation="sigmoid", name="y")(both))
    units = {one.layer: one for one in probe(model, rows(5)).units}
    assert list(units) == ["dead", "ends", "apart"]
    assert units["dead"].idle.tolist() == [1.0, 1.0, 1.0]
    assert units["ends"].idle.min() > 0.9
    values = keras.Model(x, both)(rows(5).inputs["x"]).numpy()
    assert units["apart"].idle == pytest.approx((values <= 0).mean(axis=0))


def test_a_recurrent_network_is_looked_at_and_nothing_in_it_is_changed() -> None:
    x = keras.Input((6, 3), name="x")
    model = compiled(x, L.Dense(1, name="y")(L.Dropout(0.5)(L.LSTM(4, name="state")(x))))
    before = [one.numpy().tolist() for one in model.variables]
    seen = probe(model, rows(6, 3))
    assert [one.layer for one in seen.norms] == ["state", "y"]
    assert seen.units == ()
    assert seen.norms[0].gradient > 0
    assert [one.numpy().tolist() for one in model.variables] == before


def test_a_frozen_layer_has_no_gradient_and_is_left_out() -> None:
    x = keras.Input((5,), name="x")
    frozen = L.Dense(3, name="frozen", trainable=False)
    model = compiled(x, L.Dense(1, name="y")(frozen(x)))
    assert [one.layer for one in probe(model, rows(5)).norms] == ["y"]


def wide(units: int) -> keras.Model:
    x = keras.Input((2,), name="x")
    return keras.Model(x, L.Dense(units, name="y")(x))


@pytest.mark.parametrize(("units", "rows"), [(4, 256), (2048, 128), (4096, 64), (1 << 16, 32)])
def test_rows_are_taken_evenly_and_fewer_where_a_layer_is_wide(units: int, rows: int) -> None:
    found = sampled(wide(units), 1000)
    assert len(found) == rows
    assert (found[0], found[-1]) == (0, 999)
    assert np.ptp(np.diff(found)) <= 1
    assert sampled(wide(units), 7).tolist() == [0, 1, 2, 3, 4, 5, 6]


def test_of_a_network_that_takes_one_size_of_batch_the_first_batch_is_looked_at() -> None:
    x = keras.Input(batch_shape=(24, 2, 1), name="x")
    model = keras.Model(x, L.GRU(2, stateful=True)(x))
    assert sampled(model, 100).tolist() == list(range(24))


@pytest.mark.parametrize(
    ("steps", "layer", "long"),
    [
        (64, lambda: L.LSTM(2), False),
        (65, lambda: L.LSTM(2), True),
        (65, lambda: L.Bidirectional(L.GRU(2)), True),
        (None, lambda: L.SimpleRNN(2), True),
        (65, L.Flatten, False),
    ],
)
def test_more_than_64_recurrent_steps_are_a_long_series(
    steps: int | None, layer: Callable[[], keras.layers.Layer], *, long: bool
) -> None:
    x = keras.Input((steps, 2), name="x")
    assert has_long_series(keras.Model(x, layer()(x))) is long


def test_the_last_hundredth_of_the_range_of_a_function_is_its_end() -> None:
    ends = np.array([0.0099, 0.0101, 0.5, 0.9899, 0.9901])
    assert idle_share(ends[None, None], "sigmoid").tolist() == [1, 0, 0, 0, 1]
    ends = np.array([-0.981, -0.979, 0.0, 0.979, 0.981])
    assert idle_share(ends[None], "tanh").tolist() == [1, 0, 0, 0, 1]
    values = np.array([[[-1.0, 0.0], [0.5, 1e-9]], [[2.0, -3.0], [1.0, 0.0]]])
    assert idle_share(values, "relu").tolist() == [0.25, 0.75]


def test_a_network_of_one_layer_and_one_of_two_outputs_are_looked_at() -> None:
    x = keras.Input((5,), name="x")
    lone = probe(compiled(x, L.Dense(1, name="y")(x)), rows(5))
    assert ([one.layer for one in lone.norms], lone.units) == (["y"], ())
    hidden = L.Dense(3, activation="relu", name="shared")(x)
    model = compiled(x, [L.Dense(1, name="y")(hidden), L.Dense(1, name="z")(hidden)])
    given = rows(5)
    seen = probe(model, Arrays(given.inputs, {**given.targets, "z": 2 * given.targets["y"]}))
    first, second = (one.numpy() for one in model(given.inputs["x"]))
    errors = (first - given.targets["y"]) ** 2, (second - 2 * given.targets["y"]) ** 2
    assert seen.loss == pytest.approx(sum(float(one.mean()) for one in errors), rel=1e-5)
    values = keras.Model(x, hidden)(given.inputs["x"]).numpy()
    assert seen.units[0].idle == pytest.approx((values <= 0).mean(axis=0))
    weights = [*model.get_layer("shared").get_weights()]
    norms = {one.layer: one.weights for one in seen.norms}
    assert norms["shared"] == pytest.approx(np.sqrt(sum((one**2).sum() for one in weights)))
