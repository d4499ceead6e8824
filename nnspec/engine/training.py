"""Floor 8, the training loop: epochs, chunks, callbacks and history over any executor."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from nnspec.diagnostics import Diagnostic, RunFailed
from nnspec.engine.errors import found, not_a_number
from nnspec.engine.executor import Executor, Report, Stretch
from nnspec.engine.order import epoch_order
from nnspec.engine.pace import Pace
from nnspec.engine.plan import Outcome, Plan


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

    def run(self) -> Outcome:
        """Train all epochs of the plan, or until a callback stops it.

        Raises:
            RunFailed: the loss of a step was not a number, memory did not suffice, or an
                operation met values it cannot work on.
        """
        self.epochs = self.plan.first_epoch
        self.listeners.train_begins()
        logs: dict[str, Any] | None = None
        for epoch in range(self.plan.first_epoch, self.plan.epochs):
            logs = self._epoch(epoch)
            if self.listeners.stopping or self.stopped:
                self.stopped = self.stopped or self._asked(f"after epoch {epoch + 1}")
                break
        if self.plan.epochs > 0:
            self.executor.finish()
        self.listeners.train_ends(logs)
        timings = {**self.executor.timings, **self.timings}
        return Outcome(self.history, self.epochs, self.executor.execution, self.stopped, timings)

    def _epoch(self, epoch: int) -> dict[str, Any]:
        self.listeners.epoch_begins(epoch)
        first = self.plan.first_step if epoch == self.plan.first_epoch else 0
        logs, whole = self.chunks(epoch, first)
        if not whole:
            self.stopped = self._asked(f"within epoch {epoch + 1}")
            return logs
        return self._end_epoch(epoch, logs)

    def _asked(self, when: str) -> str:
        return f"stopped {when} {self.listeners.reason}"

    def _end_epoch(self, epoch: int, logs: dict[str, Any]) -> dict[str, Any]:
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
        return logs

    def chunks(self, epoch: int, first: int) -> tuple[dict[str, Any], bool]:
        """Run an epoch's steps; return its figures and whether all of them ran."""
        begun = time.perf_counter()
        plan = self.plan
        if self.renew is not None:
            self.renew(epoch)
        self.executor.begin(
            epoch_order(self.rows, seed=plan.seed, epoch=epoch, shuffle=plan.shuffle)
        )
        step, last = first, plan.steps(self.rows)
        logs: dict[str, Any] = {}
        while step < last:
            report, steps = self._chunk(Stretch(step, self.pace.steps(last - step), step == 0))
            logs = report.logs
            if report.broken is not None:
                self._break_off(not_a_number(epoch, report.broken, last))
                step = last
                break
            step += steps
            self.listeners.chunk_ends(epoch, step, logs)
            if self.listeners.stopping and step < last:
                break
        self._spend("train", begun)
        return logs, step == last

    def _break_off(self, finding: Diagnostic) -> None:
        """End the training after this epoch where that is wanted, and at once where it is not.

        As in `fit`, an epoch that is cut short still ends: its figures, none of them a number,
        are logged, and the listeners hear of it.

        Raises:
            RunFailed: nobody wants an early end.
        """
        if not self.listeners.ending_early:
            raise RunFailed([finding])
        self.stopped = f"ended early by TerminateOnNaN: {finding.message}"

    def _chunk(self, stretch: Stretch) -> tuple[Report, int]:
        begun = time.perf_counter()
        with found():
            report = self.executor.run(stretch)
        seconds = time.perf_counter() - begun
        if "first_call" in self.timings:
            self.pace.learn(stretch.steps, seconds)
        else:
            self.timings["first_call"] = seconds
        return report, stretch.steps

    def _spend(self, part: str, begun: float) -> None:
        self.timings[part] = self.timings.get(part, 0.0) + time.perf_counter() - begun
