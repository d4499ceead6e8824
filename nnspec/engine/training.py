"""Floor 8, the training loop: epochs, chunks, callbacks and history over any executor."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, runtime_checkable

from nnspec.diagnostics import RunFailed
from nnspec.engine.errors import found, not_a_number
from nnspec.engine.executor import Executor, Report, Stretch
from nnspec.engine.order import epoch_order
from nnspec.engine.pace import Pace
from nnspec.engine.plan import Outcome, Plan
from nnspec.engine.replay import Examining, Held, said_of
from nnspec.engine.snapshot import Memory, Snapshot

Capture = Callable[[], Snapshot | None]
"""Takes a snapshot of the moment it is handed out for; None once steps have run since."""


@runtime_checkable
class Watcher(Protocol):
    """A callback that wants to hear from a training between two chunks of an epoch."""

    def on_chunk(self, epoch: int, step: int, logs: dict[str, Any]) -> None:
        """Hear that `step` steps of the epoch (counted from 0) have run.

        Setting `model.stop_training` here ends the training before the next chunk.

        Args:
            epoch: the epoch at hand, counted from 0.
            step: the steps of this epoch that have run.
            logs: the epoch's figures so far, by name.
        """


@runtime_checkable
class Resting(Protocol):
    """A callback that wants to hear of every moment at which a training is whole."""

    def on_rest(self, capture: Capture, *, last: bool) -> None:
        """Hear that a chunk, or an epoch with all that belongs to it, has ended.

        Args:
            capture: takes a snapshot of this moment.
            last: whether no epoch follows.
        """


class Listeners(Protocol):
    """Those who are told how a training goes, and may ask for its end."""

    @property
    def stopping(self) -> bool:
        """Return whether one of them asked for the end."""

    @property
    def reason(self) -> str:
        """Return who asked for the end and why, to be read after "stopped after epoch 7"."""

    @property
    def ending_early(self) -> bool:
        """Return whether a loss that is no number ends the training, rather than failing it."""

    def train_begins(self) -> None:
        """Hear that the training begins."""

    def train_ends(self, logs: dict[str, Any] | None) -> None:
        """Hear that the training has ended, with the last epoch's figures."""

    def epoch_begins(self, epoch: int) -> None:
        """Hear that an epoch begins, counted from 0."""

    def epoch_ends(self, epoch: int, logs: dict[str, Any]) -> None:
        """Hear that an epoch has ended, with its figures, which may be added to."""

    def test_begins(self) -> None:
        """Hear that the validation rows are measured."""

    def test_ends(self, logs: dict[str, Any]) -> None:
        """Hear what the validation rows came to."""

    def chunk_ends(self, epoch: int, step: int, logs: dict[str, Any]) -> None:
        """Hear how far an epoch has come; the training stops here if one of them wants it."""

    def rests(self, capture: Capture, *, last: bool) -> None:
        """Hear that the training is whole at this moment, and may be taken up from it."""

    def memories(self) -> tuple[tuple[str, Memory], ...] | None:
        """Return what each of them remembers; None where one of them does not tell."""

    def quiet(self) -> "Listeners":
        """Return those of them that change the training, for one that is run again."""

    def recall(self, snapshot: Snapshot) -> None:
        """Remember what a snapshot says.

        Raises:
            WrongState: it belongs to other listeners.
        """


@dataclass(slots=True)
class Training:
    """One training under way."""

    executor: Executor
    plan: Plan
    rows: int
    listeners: Listeners
    history: dict[str, list[float]] = field(default_factory=dict)
    pace: Pace = field(default_factory=Pace)
    epochs: int = 0
    stopped: str | None = None
    timings: dict[str, float] = field(default_factory=dict)
    renew: Callable[[int], None] | None = None
    """Gives the executor the rows of an epoch, where epochs have rows of their own."""
    route: str = ""
    """Which program computes the steps."""
    logs: dict[str, Any] = field(default_factory=dict)
    """Figures since the last epoch began."""
    begun: float = field(default_factory=time.perf_counter)
    held: Held = field(default_factory=Held)
    """What it would be run again from, should it break."""
    spent: float = 0.0
    """Seconds that steps have taken."""
    resting: bool = False
    """Whether no step has run since the listeners were told that the training is whole."""

    def run(self) -> Outcome:
        """Train all epochs of the plan, or until a callback stops it.

        Raises:
            RunFailed: the loss of a step was not a number, memory did not suffice, or an
                operation met values it cannot work on.
            WrongState: what it is to go on from belongs to another training.
        """
        self.epochs = self.plan.first_epoch
        self.listeners.train_begins()
        if self.plan.taken_up is not None:
            self._take_up(self.plan.taken_up)
        self.resting = True
        self._hold(self.plan.first_epoch, self.plan.first_step)
        self.resting = False
        for epoch in range(self.plan.first_epoch, self.plan.epochs):
            if self.stopped:
                break
            self._epoch(epoch)
        if self.plan.epochs > 0:
            self.executor.finish()
        self.listeners.train_ends(self.logs or None)
        timings = {**self.executor.timings, **self.timings}
        return Outcome(self.history, self.epochs, self.executor.execution, self.stopped, timings)

    def _take_up(self, snapshot: Snapshot) -> None:
        """Stand where a snapshot was taken."""
        self.executor.restore(snapshot.arrays)
        self.listeners.recall(snapshot)
        self.history.update({name: list(values) for name, values in snapshot.history.items()})
        self.logs, self.stopped = dict(snapshot.logs), snapshot.stopped
        self.begun -= snapshot.seconds

    def _epoch(self, epoch: int) -> None:
        self.listeners.epoch_begins(epoch)
        first = self.plan.first_step if epoch == self.plan.first_epoch else 0
        if not first:
            self.logs = {}
        if not self.chunks(epoch, first):
            self.stopped = self._asked(f"within epoch {epoch + 1}")
            return
        self._end_epoch(epoch, self.logs)
        if self.listeners.stopping:
            self.stopped = self.stopped or self._asked(f"after epoch {epoch + 1}")
        self._rest(epoch + 1, 0)

    def _rest(self, epoch: int, step: int) -> None:
        """Tell that the training is whole: of an epoch that goes on, so many steps have run."""
        self.resting = True
        last = self.stopped is not None or epoch >= self.plan.epochs
        self.listeners.rests(lambda: self._captured(epoch, step), last=last)
        self._hold(epoch, step)
        self.resting = False

    def _hold(self, epoch: int, step: int) -> None:
        """Hold a snapshot to run the training again from, should it break."""
        if isinstance(self.executor, Examining):
            self.held.update(lambda: self._captured(epoch, step), self.spent)

    def _again(self, snapshot: Snapshot, place: tuple[int, int]) -> str | None:
        """Train from a snapshot up to a step; say what of that is no number.

        Returns:
            None where weights are none already.
        """
        executor, (epoch, step) = self.executor, place
        assert isinstance(executor, Examining)
        plan = replace(
            self.plan, taken_up=snapshot, first_epoch=snapshot.epoch, first_step=snapshot.step
        )
        again = Training(executor, plan, self.rows, self.listeners.quiet(), renew=self.renew)
        again.held.given_up = True
        again.repeat(place)
        if executor.broken_already():
            return None
        order = epoch_order(self.rows, seed=plan.seed, epoch=epoch, shuffle=plan.shuffle)
        return executor.examine(order[step * plan.batch_size : (step + 1) * plan.batch_size])

    def repeat(self, until: tuple[int, int]) -> None:
        """Run from the plan's snapshot up to a step, without that."""
        assert self.plan.taken_up is not None
        self._take_up(self.plan.taken_up)
        epoch, step = until
        for one in range(self.plan.first_epoch, epoch):
            self._epoch(one)
        first = self.plan.first_step if epoch == self.plan.first_epoch else 0
        self.chunks(epoch, first, step)

    def _captured(self, epoch: int, step: int) -> Snapshot | None:
        memories = self.listeners.memories()
        if not self.resting or memories is None:
            return None
        return Snapshot(
            epoch,
            step,
            self.executor.state(),
            memories,
            dict(self.logs),
            {name: list(values) for name, values in self.history.items()},
            self.stopped,
            time.perf_counter() - self.begun,
            self.route,
        )

    def _asked(self, when: str) -> str:
        return f"stopped {when} {self.listeners.reason}"

    def _end_epoch(self, epoch: int, logs: dict[str, Any]) -> None:
        begun = time.perf_counter()
        self.listeners.test_begins()
        with found():
            validation = self.executor.validate()
        self.listeners.test_ends(validation)
        self._spend("validate", begun)
        logs.update({f"val_{name}": value for name, value in validation.items()})
        self.epochs = epoch + 1
        self.listeners.epoch_ends(epoch, logs)
        # As in `fit`, what callbacks add to an epoch's figures stands in the history too.
        for name, value in logs.items():
            self.history.setdefault(name, []).append(value)

    def chunks(self, epoch: int, first: int, until: int | None = None) -> bool:
        """Run an epoch's steps, or those before one; return whether all of them ran."""
        begun = time.perf_counter()
        plan = self.plan
        if self.renew is not None:
            self.renew(epoch)
        self.executor.begin(
            epoch_order(self.rows, seed=plan.seed, epoch=epoch, shuffle=plan.shuffle)
        )
        step, last = first, plan.steps(self.rows) if until is None else until
        while step < last:
            report, steps = self._chunk(Stretch(step, self.pace.steps(last - step), step == 0))
            self.logs = report.logs
            if report.broken is not None:
                self._break_off(epoch, report.broken, last)
                step = last
                break
            step += steps
            self.listeners.chunk_ends(epoch, step, self.logs)
            if self.listeners.stopping and step < last:
                break
            self._rest(epoch, step)
        self._spend("train", begun)
        return step == last

    def _break_off(self, epoch: int, step: int, steps: int) -> None:
        """End the training after this epoch where that is wanted, and at once where it is not.

        As in `fit`, an epoch that is cut short still ends: its figures, none of them a number,
        are logged, and the listeners hear of it.

        Raises:
            RunFailed: nobody wants an early end.
        """
        if not self.listeners.ending_early:
            said = said_of(self.held, (epoch, step), steps, self._again)
            raise RunFailed([not_a_number(epoch, step, steps, said)])
        finding = not_a_number(epoch, step, steps)
        self.stopped = f"ended early by TerminateOnNaN: {finding.message}"

    def _chunk(self, stretch: Stretch) -> tuple[Report, int]:
        begun = time.perf_counter()
        with found():
            report = self.executor.run(stretch)
        seconds = time.perf_counter() - begun
        self.spent += seconds
        if "first_call" in self.timings:
            self.pace.learn(stretch.steps, seconds)
        else:
            self.timings["first_call"] = seconds
        return report, stretch.steps

    def _spend(self, part: str, begun: float) -> None:
        self.timings[part] = self.timings.get(part, 0.0) + time.perf_counter() - begun
