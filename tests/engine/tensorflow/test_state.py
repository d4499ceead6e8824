"""A training taken up from a state gives the bits of the one that was not interrupted."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from networks import compiled, mlp, rows_for, stateful, transformer

from nnspec.data.arrays import Arrays
from nnspec.engine.errors import WrongState
from nnspec.engine.executor import Executor, Stretch
from nnspec.engine.order import epoch_order
from nnspec.engine.plan import Plan
from nnspec.engine.snapshot import State
from nnspec.engine.tensorflow.feed import build_variables, feed
from nnspec.engine.tensorflow.fused import Fused
from nnspec.engine.tensorflow.keras_fit import KerasFit
from nnspec.engine.tensorflow.traits import choose_here

pytestmark = pytest.mark.keras

L = keras.layers
BATCH = 8


def noisy() -> keras.Model:
    x = keras.Input((5, 3), name="x")
    hidden = L.GaussianNoise(0.2)(L.LSTM(4, dropout=0.3, return_sequences=True)(x))
    return keras.Model(x, L.Dense(1, name="y")(L.Flatten()(L.Dropout(0.4)(hidden))))


def half() -> keras.Model:
    x = keras.Input((6,), name="x")
    hidden = L.Dropout(0.2)(L.Dense(8, activation="relu", dtype="mixed_float16")(x))
    return keras.Model(x, L.Dense(1, name="y", dtype="float32")(hidden))


NETWORKS: dict[str, tuple[Callable[[], keras.Model], Callable[[], Any]]] = {
    "dropout": (lambda: mlp(0.4), lambda: keras.optimizers.Adam(0.01)),
    "noise in a recurrent network": (noisy, lambda: keras.optimizers.RMSprop(0.01, momentum=0.5)),
    "attention": (
        transformer,
        lambda: keras.optimizers.AdamW(0.01, use_ema=True, gradient_accumulation_steps=2),
    ),
    "states carried on": (stateful, lambda: keras.optimizers.Adam(0.01)),
    "half precision": (
        half,
        lambda: keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(0.01)),
    ),
}


def executor(make: Callable[[], keras.Model], optimizer: Any, how: str) -> tuple[Executor, Arrays]:
    model = compiled(make, optimizer, metrics=["mae"])
    arrays = rows_for(model, 5 * BATCH)
    rows = feed(model, arrays)
    build_variables(model, rows)
    if how == "keras":
        return KerasFit(model, rows, None, BATCH), arrays
    plan = Plan(batch_size=BATCH, epochs=2, xla="off" if how == "graph" else "required")
    return Fused(model, rows, None, BATCH, choose_here(model, plan, rows.rows)), arrays


def run(running: Executor, rows: int, stretches: tuple[tuple[int, int, int], ...]) -> list[Any]:
    """Return the figures of stretches: (epoch, first step, steps)."""
    figures = []
    for epoch, first, steps in stretches:
        running.begin(epoch_order(rows, seed=4, epoch=epoch))
        figures.append(running.run(Stretch(first, steps, fresh=first == 0)).logs)
    return figures


REST = ((0, 3, 2), (1, 0, 5))


CASES = [
    *((kind, "graph") for kind in NETWORKS if kind != "dropout"),
    *(("dropout", how) for how in ("xla", "keras")),
]


@pytest.mark.parametrize(("kind", "how"), CASES)
def test_a_training_taken_up_from_a_state_is_the_uninterrupted_one_bit_for_bit(
    kind: str, how: str
) -> None:
    make, optimizer = NETWORKS[kind]
    whole, arrays = executor(make, optimizer(), how)
    run_half(whole, arrays.rows)
    kept = whole.state()
    expected = run(whole, arrays.rows, REST)
    other, _ = executor(make, optimizer(), how)
    other.restore(kept)
    assert run(other, arrays.rows, REST) == expected
    assert_equal(other.state(), whole.state())
    whole.restore(kept)
    assert run(whole, arrays.rows, REST) == expected


def run_half(running: Executor, rows: int) -> None:
    running.begin(epoch_order(rows, seed=4, epoch=0))
    running.run(Stretch(0, 3, fresh=True))


def assert_equal(left: State, right: State) -> None:
    assert left.keys() == right.keys()
    for name, values in left.items():
        np.testing.assert_array_equal(values, right[name], err_msg=name)


def test_a_state_is_a_copy_that_steps_to_come_leave_alone() -> None:
    running, arrays = executor(lambda: mlp(0.3), "adam", "graph")
    kept = running.state()
    copy = {name: values.copy() for name, values in kept.items()}
    run_half(running, arrays.rows)
    assert_equal(kept, copy)
    parts = {name.split("/")[0] for name in kept}
    assert parts == {"weights", "seeds", "metrics", "optimizer"}


def test_a_state_of_another_network_is_refused_and_changes_nothing() -> None:
    running, _ = executor(mlp, "adam", "graph")
    other, _ = executor(transformer, "adam", "graph")
    before = running.state()
    with pytest.raises(WrongState, match="belongs to another network"):
        running.restore(other.state())
    wide = {name: np.repeat(one[None], 2, axis=0) for name, one in before.items()}
    with pytest.raises(WrongState, match="expected float32 of shape"):
        running.restore({**before, "weights/0/kernel": wide["weights/0/kernel"]})
    assert_equal(running.state(), before)
