"""The executors side by side."""

from collections.abc import Callable
from types import SimpleNamespace

import keras
import pytest
from networks import compiled, mlp, rows_for

from nnspec.engine import Plan, comparison
from nnspec.engine.comparison import FIT, FUSED, FUSED_XLA, Bounds, Comparison, Row, measure
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


class Clock:
    """Stands still but for what contestants take."""

    def __init__(self) -> None:
        self.now = 0.0

    def contestant(self, name: str, seconds: list[float], making: float) -> Callable[[], Scripted]:
        clock = self

        class Taking(Scripted):
            def epoch(self) -> float:
                taken = super().epoch()
                clock.now += taken
                return taken

        def make() -> Scripted:
            clock.now += making
            return Taking(name, seconds)

        return make


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(comparison, "time", SimpleNamespace(perf_counter=lambda: found.now))
    return found


def test_preparation_is_the_first_epoch_with_the_making_less_a_later_epoch(clock: Clock) -> None:
    makers = [
        clock.contestant("base", [5.0, 1.0, 1.0, 2.0, 3.0, 4.0, 5.0], making=3.0),
        clock.contestant("quick", [0.5, 1.0, 2.0, 2.0, 2.0, 2.0, 2.0], making=0.0),
    ]
    base, quick = measure(makers, 20, Bounds())
    assert base == Row("base", 5.0, 150.0, 1.0, 1.0), "quartiles of 1 to 5 are 1.5 and 4.5"
    assert quick == Row("quick", 0.0, 100.0, 0.0, 1.5)


@pytest.mark.parametrize(("seconds", "turns"), [(3.9, 2), (4.0, 3), (5.5, 4), (6.0, 5), (99.0, 5)])
def test_turns_begin_until_the_time_is_up_and_never_fewer_than_two_or_more_than_asked(
    clock: Clock, seconds: float, turns: int
) -> None:
    lengths = [1.0] * 7
    measure([clock.contestant("one", lengths, 0.0)], 1, Bounds(5, seconds))
    assert clock.now == 2.0 + turns


def test_two_turns_are_measured_however_long_they_take(clock: Clock) -> None:
    measure([clock.contestant("one", [100.0] * 9, 0.0)], 1, Bounds(seconds=1.0))
    assert clock.now == 400.0


def test_the_best_executor_ends_the_whole_training_soonest_and_can_be_asked_for() -> None:
    rows = (
        Row(FIT, 0.0, 4.0, 0.1, 1.0),
        Row("fit, 32 steps a call", 0.0, 0.1, 0.1, 40.0),
        Row(FUSED, 1.0, 2.0, 0.1, 2.0),
        Row(FUSED_XLA, 5.0, 1.0, 0.1, 4.0),
    )
    best = {}
    for epochs in (1, 10, 100):
        found = Comparison(rows, Plan(epochs=epochs), 100, "CPU", ())
        best[epochs] = found.best.name, found.whole(found.best)
    assert best == {1: (FIT, 0.4), 10: (FUSED, 3.0), 100: (FUSED_XLA, 15.0)}
    assert rows[1].settings == {}
    assert rows[2].settings == {"engine": "fused", "xla": "off"}
