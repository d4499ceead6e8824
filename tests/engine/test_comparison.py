"""The executors side by side."""

import keras
import pytest
from networks import compiled, mlp, rows_for

from nnspec.engine import Plan
from nnspec.engine.comparison import Bounds, measure
from nnspec.engine.tensorflow.contestants import compare

pytestmark = pytest.mark.keras


def test_every_executor_that_applies_is_measured_against_fit() -> None:
    rows = rows_for(compiled(mlp), 24)
    table = compare(lambda: compiled(mlp), rows, Plan(batch_size=8), Bounds(2))
    names = ["fit", "fit, 32 steps a call", "nnspec, graph", "nnspec, XLA"]
    assert [row.name for row in table] == names
    assert table[0].times_faster == 1.0
    assert all(row.step_milliseconds > 0 for row in table)


def test_xla_is_left_out_where_a_layer_cannot_be_compiled() -> None:
    def network() -> keras.Model:
        x = keras.Input((4, 4, 1), name="x")
        hidden = keras.layers.Resizing(8, 8, interpolation="nearest")(x)
        return keras.Model(x, keras.layers.Dense(1, name="y")(keras.layers.Flatten()(hidden)))

    rows = rows_for(compiled(network), 8)
    table = compare(lambda: compiled(network), rows, Plan(batch_size=4), Bounds(2))
    assert [row.name for row in table][-1] == "nnspec, graph"


class Scripted:
    """A contestant whose epochs last what they are told to."""

    def __init__(self, name: str, seconds: list[float]) -> None:
        self.name = name
        self.seconds = iter(seconds)

    def epoch(self) -> float:
        return next(self.seconds)


def test_the_ratio_is_the_median_over_turns_and_the_first_epochs_do_not_count() -> None:
    base = Scripted("base", [9.0, 9.0, 4.0, 8.0, 4.0])
    fast = Scripted("fast", [99.0, 9.0, 2.0, 2.0, 1.0])
    rows = measure([lambda: base, lambda: fast], 10, Bounds(3))
    assert rows[1].times_faster == 4.0
    assert rows[1].step_milliseconds == 200.0
    assert rows[0].times_faster == 1.0


def test_no_turn_begins_after_the_time_is_up() -> None:
    one = Scripted("one", [1.0] * 4)
    (row,) = measure([lambda: one], 10, Bounds(5, seconds=0.0))
    assert row.step_milliseconds == 100.0
    assert next(one.seconds, None) is None
