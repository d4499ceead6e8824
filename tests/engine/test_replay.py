"""What a broken training is run again from is taken anew as its steps take time, and seldom."""

from types import SimpleNamespace
from typing import Any

import ml_dtypes
import numpy as np
import pytest

from nnspec.engine import replay
from nnspec.engine.replay import SECONDS, Held, is_finite, said_of
from nnspec.engine.snapshot import Snapshot

pytestmark = pytest.mark.keras


def test_a_snapshot_is_taken_at_first_and_then_once_in_so_much_time_of_steps() -> None:
    taken: list[int] = []

    def capture() -> Snapshot:
        taken.append(len(taken))
        return Snapshot(len(taken), 0, {"weights/0": np.ones(2, np.float32)})

    held = Held()
    for spent in (0.0, SECONDS / 2, SECONDS * 0.99, SECONDS * 1.5, SECONDS * 2, SECONDS * 2.6):
        held.update(capture, spent)
    assert len(taken) == 3, "at 0, 1.5 and 2.6"
    assert held.snapshot is not None
    assert held.snapshot.epoch == 3


def test_a_snapshot_with_a_number_that_is_none_leaves_the_one_before() -> None:
    held = Held()
    for epoch, value in ((1, 1.0), (2, np.nan)):
        broken = Snapshot(epoch, 0, {"weights/0": np.array([value], np.float32)})
        held.update(lambda one=broken: one, 10.0 * epoch)  # type: ignore[misc]
    assert held.snapshot is not None
    assert held.snapshot.epoch == 1


def test_snapshots_cost_a_hundredth_of_a_training_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    now, taken = [0.0], list[float]()
    monkeypatch.setattr(replay, "time", SimpleNamespace(perf_counter=lambda: now[0]))

    def capture() -> Snapshot:
        now[0] += 0.05
        return Snapshot(0, 0, {})

    held = Held()
    for spent in (0.0, 1.0, 4.9, 5.1, 10.0, 10.2):
        before = now[0]
        held.update(capture, spent)
        taken += [spent] if now[0] > before else []
    assert taken == [0.0, 5.1, 10.2], "0.05 s every 5 s"


def test_what_takes_more_than_half_a_gibibyte_is_not_held() -> None:
    def sized(number: int) -> Snapshot:
        whole = np.broadcast_to(np.int8(0), (number - 100,))
        return Snapshot(1, 0, {"weights/0": whole, "weights/1": np.zeros(100, np.int8)})

    held, known = Held(), list[bool]()
    for spent, size in ((0.0, 512 << 20), (9.0, (512 << 20) + 1), (99.0, 200)):
        held.update(lambda size=size: sized(size), spent)  # type: ignore[misc]
        known.append(held.snapshot is not None)
    assert known == [True, False, False], "given up for good"
    untold = Held()
    untold.update(lambda: None, 0.0)
    assert untold.given_up


def test_weights_and_what_an_optimizer_holds_are_looked_at_and_figures_are_not() -> None:
    half = np.array([1.0, np.inf]).astype(ml_dtypes.bfloat16)
    cases: tuple[tuple[dict[str, np.ndarray[Any, Any]], bool], ...] = (
        ({"weights/0": np.ones(2), "seeds/0": np.array([1], np.uint32)}, True),
        ({"metrics/0": np.array([np.nan])}, True),
        ({"optimizer/0": np.array([0.0, np.inf])}, False),
        ({"weights/0": half[:1]}, True),
        ({"weights/0": half}, False),
    )
    for arrays, finite in cases:
        assert is_finite(Snapshot(0, 0, arrays)) is finite


@pytest.mark.parametrize(
    ("place", "found", "said", "asked"),
    [
        ((2, 4), {(2, 4): "it broke"}, ". There it broke", [(2, 4)]),
        ((2, 4), {(2, 3): "it broke"}, ". At step 4 of epoch 3 it broke", [(2, 4), (2, 3)]),
        ((2, 0), {(1, 6): "it broke"}, ". At step 7 of epoch 2 it broke", [(2, 0), (1, 6)]),
        ((2, 4), {}, "", [(2, 4), (2, 3)]),
        ((1, 2), {(1, 1): "it broke"}, "", [(1, 2)]),
        ((1, 1), {(1, 1): "it broke"}, "", []),
    ],
)
def test_the_step_that_broke_is_looked_at_and_then_the_one_before(
    place: tuple[int, int],
    found: dict[tuple[int, int], str],
    said: str,
    asked: list[tuple[int, int]],
) -> None:
    seen: list[tuple[int, int]] = []

    def again(snapshot: Snapshot, one: tuple[int, int]) -> str | None:
        assert snapshot.place == (1, 2)
        seen.append(one)
        return found.get(one)

    held = Held(Snapshot(1, 2, {}))
    assert said_of(held, place, 7, again) == said
    assert seen == asked
    assert said_of(Held(), place, 7, again) == ""


def test_a_look_that_fails_hides_nothing() -> None:
    def again(snapshot: Snapshot, place: tuple[int, int]) -> str | None:
        raise MemoryError(snapshot, place)

    assert said_of(Held(Snapshot(0, 0, {})), (0, 3), 7, again) == ""
