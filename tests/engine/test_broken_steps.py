"""A loss that is no number: the step, and the first thing of it that broke, are named."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from networks import compiled, rows_for

from nnspec.data.arrays import Arrays
from nnspec.diagnostics import RunFailed
from nnspec.engine import Plan, train

pytestmark = pytest.mark.keras

L = keras.layers
STEPS, BATCH = 12, 4


class Planted(keras.layers.Layer):  # type: ignore[misc]  # Keras is untyped
    """Gives what it is given, and NaN where a number is far from all others."""

    def call(self, inputs: Any) -> Any:
        return keras.ops.where(inputs > 1e6, np.nan, inputs)


class PlantedGradient(keras.layers.Layer):  # type: ignore[misc]  # Keras is untyped
    """Gives what it is given, by a root whose slope at 0 is none."""

    def call(self, inputs: Any) -> Any:
        return inputs + keras.ops.sqrt(0.0 * inputs)


def network(planted: Any) -> keras.Model:
    x = keras.Input((3,), name="x")
    hidden = L.Dense(4, name="below")(planted(x))
    return keras.Model(x, L.Dense(1, name="y")(L.Dropout(0.2)(hidden)))


def rows_with(model: keras.Model, row: int) -> Arrays:
    rows = rows_for(model, STEPS * BATCH)
    inputs = {name: np.array(one) for name, one in rows.inputs.items()}
    inputs["x"][row] = 2e6
    return Arrays(inputs, rows.targets, rows.weights)


def refused(make: Callable[[], keras.Model], row: int, **settings: Any) -> str:
    model = compiled(make)
    plan = Plan(batch_size=BATCH, epochs=3, seed=1, shuffle=False, xla="off", **settings)
    with pytest.raises(RunFailed) as failed:
        train(model, rows_with(model, row), None, plan)
    (finding,) = failed.value.diagnostics
    assert finding.code == "R101"
    assert all(np.isfinite(one).all() for one in model.get_weights())
    return finding.message


@pytest.mark.parametrize(
    ("engine", "step"),
    [
        ("fused", 7),
        ("keras", 0),
        *(pytest.param("fused", step, marks=pytest.mark.slow) for step in (0, STEPS - 1)),
        *(pytest.param("keras", step, marks=pytest.mark.slow) for step in (7, STEPS - 1)),
    ],
)
def test_the_first_layer_whose_output_is_no_number_is_named_with_its_step(
    engine: Any, step: int
) -> None:
    told = refused(lambda: network(Planted(name="sick")), step * BATCH + 1, engine=engine)
    assert f"in epoch 1, at step {step + 1} of {STEPS}." in told
    assert 'the output of "sick" (Planted) is the first that is no number: 3 of 12 NaN' in told


def test_a_gradient_that_is_none_behind_a_loss_that_is_a_number_is_named() -> None:
    x = keras.Input((3,), name="x")
    hidden = PlantedGradient(name="root")(L.Dense(4, name="below")(x))
    model = compiled(lambda: keras.Model(x, L.Dense(1, name="y")(hidden)))
    plan = Plan(batch_size=BATCH, epochs=3, seed=1, shuffle=False, xla="off")
    with pytest.raises(RunFailed) as failed:
        train(model, rows_for(model, STEPS * BATCH), None, plan)
    told = str(failed.value)
    assert f"in epoch 1, at step 2 of {STEPS}. At step 1 of epoch 1 the gradient of " in told
    assert 'the gradient of "below" (Dense) by its bias is the first that is no number' in told


def test_weights_that_are_too_large_are_told_by_their_reach() -> None:
    model = compiled(lambda: network(L.Identity()), keras.optimizers.SGD(1e30))
    plan = Plan(batch_size=BATCH, epochs=3, seed=1, shuffle=False, xla="off")
    with pytest.raises(RunFailed, match=r"is the first that is no number: .*its weights reach"):
        train(model, rows_for(model, STEPS * BATCH), None, plan)


def test_a_loss_that_is_none_of_outputs_that_are_numbers_is_told_to_be_the_first() -> None:
    x = keras.Input((3,), name="x")
    model = keras.Model(x, L.Dense(1, name="y", activation=lambda z: 1e30 * z)(x))
    model.compile(keras.optimizers.SGD(0.01), "mse")
    plan = Plan(batch_size=BATCH, epochs=3, seed=1, xla="off", engine="keras")
    with pytest.raises(RunFailed, match=r"all outputs are numbers \(.*\), and the loss of them is"):
        train(model, rows_for(model, STEPS * BATCH), None, plan)
