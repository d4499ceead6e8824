"""The course of a training over an executor that runs nothing: what is asked, told and kept."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from nnspec.diagnostics import RunFailed
from nnspec.engine import Capture, Plan, Snapshot
from nnspec.engine.executor import Report, Stretch
from nnspec.engine.order import Rows
from nnspec.engine.plan import Execution, Outcome
from nnspec.engine.snapshot import Memory, State
from nnspec.engine.training import Training

pytestmark = pytest.mark.keras
ROWS = 7
"""Four steps of two rows, the last of one."""


class Idle:
    """An executor that writes down what it is asked for."""

    execution = Execution("fused", "CPU")
    timings: Mapping[str, float] = {"trace": 0.5}

    def __init__(self, broken: tuple[int, int] | None = None) -> None:
        self.broken = broken
        self.epoch = -1
        self.ran: list[tuple[int, int, int, bool]] = []
        self.restored: State | None = None
        self.finished = 0

    def begin(self, order: Rows) -> None:
        assert sorted(order) == list(range(ROWS))
        self.epoch += 1

    def run(self, stretch: Stretch) -> Report:
        self.ran.append((self.epoch, stretch.first, stretch.steps, stretch.fresh))
        end = stretch.first + stretch.steps
        hit = self.broken is not None and self.broken[0] == self.epoch
        at = self.broken[1] if hit and self.broken is not None else -1
        return Report(at if stretch.first <= at < end else None, {"loss": float(end)})

    def validate(self) -> dict[str, Any]:
        return {"loss": 10.0 + self.epoch}

    def state(self) -> State:
        return {"weights/0": np.ones(1)}

    def restore(self, state: State) -> None:
        self.restored = state

    def finish(self) -> None:
        self.finished += 1


class Hearing:
    """Listeners that write down what they hear, and ask for the end at a place."""

    def __init__(self, stop: tuple[int, int] | None = None, *, early: bool = False) -> None:
        self.stop, self.ending_early = stop, early
        self.stopping = False
        self.reason = "by a listener"
        self.heard: list[Any] = []
        self.captures: list[Capture] = []
        self.snapshots: list[tuple[tuple[int, int], bool]] = []
        self.recalled: Snapshot | None = None

    def train_begins(self) -> None:
        self.heard.append("begins")

    def train_ends(self, logs: dict[str, Any] | None) -> None:
        self.heard.append(("ends", logs))

    def epoch_begins(self, epoch: int) -> None:
        self.heard.append(("epoch", epoch))

    def epoch_ends(self, epoch: int, logs: dict[str, Any]) -> None:
        logs["lr"] = 0.1
        self.heard.append(("ended", epoch))
        self.stopping |= self.stop == (epoch, -1)

    def test_begins(self) -> None:
        self.heard.append("test")

    def test_ends(self, logs: dict[str, Any]) -> None:
        self.heard.append(("tested", dict(logs)))

    def chunk_ends(self, epoch: int, step: int, logs: dict[str, Any]) -> None:
        self.heard.append(("chunk", epoch, step, logs["loss"]))
        self.stopping |= self.stop == (epoch, step)

    def rests(self, capture: Capture, *, last: bool) -> None:
        found = capture()
        assert found is not None
        self.snapshots.append((found.place, last))
        self.captures.append(capture)

    def memories(self) -> tuple[tuple[str, Memory], ...] | None:
        return (("Kind", {"wait": 1}),)

    def quiet(self) -> "Hearing":
        return Hearing()

    def recall(self, snapshot: Snapshot) -> None:
        self.recalled = snapshot


def course(executor: Idle, listeners: Hearing, **settings: Any) -> tuple[Training, Outcome]:
    training = Training(executor, Plan(2, **settings), ROWS, listeners, route="a route")
    return training, training.run()


def test_a_whole_training_is_run_told_and_kept() -> None:
    executor, listeners = Idle(), Hearing()
    training, outcome = course(executor, listeners, epochs=2)
    # Two steps first; the next chunk was not traced, so that it teaches how long steps take.
    assert executor.ran == [(0, 0, 2, True), (0, 2, 2, False), (1, 0, 4, True)]
    assert listeners.heard == [
        "begins",
        ("epoch", 0),
        ("chunk", 0, 2, 2.0),
        ("chunk", 0, 4, 4.0),
        "test",
        ("tested", {"loss": 10.0}),
        ("ended", 0),
        ("epoch", 1),
        ("chunk", 1, 4, 4.0),
        "test",
        ("tested", {"loss": 11.0}),
        ("ended", 1),
        ("ends", {"loss": 4.0, "val_loss": 11.0, "lr": 0.1}),
    ]
    assert listeners.snapshots == [
        ((0, 2), False),
        ((0, 4), False),
        ((1, 0), False),
        ((1, 4), False),
        ((2, 0), True),
    ]
    assert outcome.history == {"loss": [4.0, 4.0], "val_loss": [10.0, 11.0], "lr": [0.1, 0.1]}
    assert (outcome.epochs, outcome.stopped, executor.finished) == (2, None, 1)
    assert list(outcome.timings) == ["trace", "first_call", "train", "validate"]
    assert all(one() is None for one in listeners.captures), "steps have run since"
    assert training.spent >= 0


def test_a_snapshot_holds_what_was_known_at_its_moment() -> None:
    kept: list[Snapshot] = []

    class Keeping(Hearing):
        def rests(self, capture: Capture, *, last: bool) -> None:
            del last
            found = capture()
            assert found is not None
            kept.append(found)

    course(Idle(), Keeping(), epochs=2)
    first, second = kept[0], kept[2]
    assert (first.place, first.logs, first.history) == ((0, 2), {"loss": 2.0}, {})
    assert second.place == (1, 0)
    assert second.history == {"loss": [4.0], "val_loss": [10.0], "lr": [0.1]}
    assert (second.route, second.memories) == ("a route", (("Kind", {"wait": 1}),))
    assert 0 <= first.seconds <= second.seconds < 60


@pytest.mark.parametrize(
    ("stop", "said", "epochs", "validated"),
    [
        ((0, 2), "stopped within epoch 1 by a listener", 0, 0),
        ((0, 4), "stopped after epoch 1 by a listener", 1, 1),
        ((0, -1), "stopped after epoch 1 by a listener", 1, 1),
        ((1, -1), "stopped after epoch 2 by a listener", 2, 2),
    ],
)
def test_who_asks_for_the_end_is_heard_between_chunks_and_after_epochs(
    stop: tuple[int, int], said: str, epochs: int, validated: int
) -> None:
    executor, listeners = Idle(), Hearing(stop)
    _, outcome = course(executor, listeners, epochs=3)
    assert (outcome.stopped, outcome.epochs) == (said, epochs)
    assert listeners.heard.count("test") == validated
    assert executor.finished == 1
    assert ([last for _, last in listeners.snapshots][-1:] == [True]) is (validated > 0)


def test_a_training_begins_at_the_step_it_is_told() -> None:
    executor, listeners = Idle(), Hearing()
    _, outcome = course(executor, listeners, epochs=3, first_epoch=1, first_step=3)
    assert [one[1:] for one in executor.ran] == [(3, 1, False), (0, 2, True), (2, 2, False)]
    assert [one[1] for one in listeners.heard if one[0] == "epoch"] == [1, 2]
    assert (outcome.epochs, outcome.history["loss"]) == (3, [4.0, 4.0])
    assert course(Idle(), Hearing(), epochs=0)[1].epochs == 0


def test_nothing_is_run_of_a_training_of_no_epochs() -> None:
    executor, listeners = Idle(), Hearing()
    course(executor, listeners, epochs=0)
    assert (executor.ran, executor.finished) == ([], 0)
    assert listeners.heard == ["begins", ("ends", None)]


def test_a_training_is_taken_up_with_what_was_known() -> None:
    state = {"weights/0": np.zeros(1)}
    taken = Snapshot(
        1, 2, state, logs={"loss": 2.0}, history={"loss": [9.0], "lr": [0.5]}, seconds=1000.0
    )
    executor, listeners = Idle(), Hearing()
    _, outcome = course(executor, listeners, epochs=2, first_epoch=1, first_step=2, taken_up=taken)
    assert executor.restored is state
    assert listeners.recalled is taken
    assert outcome.history == {"loss": [9.0, 4.0], "lr": [0.5, 0.1], "val_loss": [10.0]}
    assert taken.history == {"loss": [9.0], "lr": [0.5]}, "the snapshot stays as it was"
    ended = Snapshot(1, 0, state, stopped="stopped after epoch 1")
    executor = Idle()
    _, outcome = course(executor, Hearing(), epochs=5, first_epoch=1, taken_up=ended)
    assert (executor.ran, outcome.stopped) == ([], "stopped after epoch 1")


def test_seconds_of_the_training_before_count() -> None:
    kept: list[float] = []

    class Timing(Hearing):
        def rests(self, capture: Capture, *, last: bool) -> None:
            del last
            found = capture()
            kept.append(found.seconds if found else 0.0)

    taken = Snapshot(0, 0, {}, seconds=1000.0)
    course(Idle(), Timing(), epochs=1, taken_up=taken)
    assert 1000.0 <= kept[0] <= kept[-1] < 1060.0


@pytest.mark.parametrize(("broken", "place"), [((0, 0), "1, at step 1"), ((1, 3), "2, at step 4")])
def test_a_loss_that_is_no_number_fails_the_run_or_ends_it_with_its_epoch(
    broken: tuple[int, int], place: str
) -> None:
    with pytest.raises(RunFailed, match=f"NaN or infinite in epoch {place} of 4"):
        course(Idle(broken), Hearing(), epochs=3)
    executor, listeners = Idle(broken), Hearing(early=True)
    _, outcome = course(executor, listeners, epochs=3)
    assert outcome.stopped is not None
    assert outcome.stopped.startswith("ended early by TerminateOnNaN: the loss became NaN")
    assert f"in epoch {place} of 4" in outcome.stopped
    assert outcome.epochs == broken[0] + 1
    assert len(outcome.history["val_loss"]) == broken[0] + 1
    assert listeners.snapshots[-1] == ((broken[0] + 1, 0), True)


def test_rows_of_each_epoch_are_renewed_before_it_begins() -> None:
    renewed: list[tuple[int, int]] = []
    executor = Idle()
    plan = Plan(2, 2)
    training = Training(
        executor, plan, ROWS, Hearing(), renew=lambda epoch: renewed.append((epoch, executor.epoch))
    )
    training.run()
    assert renewed == [(0, -1), (1, 0)]
