"""Floor 8, the training loop: epochs, chunks, callbacks and history over any executor."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import keras
import tensorflow as tf

from nnspec.diagnostics import Diagnostic, RunFailed
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


@dataclass(slots=True)
class Training:
    """One training under way."""

    model: keras.Model
    executor: Executor
    plan: Plan
    rows: int
    callbacks: Sequence[keras.callbacks.Callback] = ()
    history: dict[str, list[float]] = field(default_factory=dict)
    pace: Pace = field(default_factory=Pace)
    epochs: int = 0
    stopped: str | None = None
    timings: dict[str, float] = field(default_factory=dict)
    _watchers: tuple[Watcher, ...] = field(init=False)

    def __post_init__(self) -> None:
        self._watchers = tuple(one for one in self.callbacks if isinstance(one, Watcher))

    def run(self) -> Outcome:
        """Train all epochs of the plan, or until a callback stops it.

        Raises:
            RunFailed: the loss of a step was not a number, memory did not suffice, or an
                operation met values it cannot work on.
        """
        calls = self._callback_list()
        self.model.stop_training = False
        self.epochs = self.plan.first_epoch
        calls.on_train_begin()
        logs: dict[str, Any] | None = None
        for epoch in range(self.plan.first_epoch, self.plan.epochs):
            logs = self._epoch(epoch, calls)
            if self.model.stop_training:
                self.stopped = self.stopped or f"stopped after epoch {epoch + 1} by a callback"
                break
        self._finish()
        calls.on_train_end(logs)
        timings = {**self.executor.timings, **self.timings}
        return Outcome(self.history, self.epochs, self.executor.execution, self.stopped, timings)

    def _epoch(self, epoch: int, calls: keras.callbacks.CallbackList) -> dict[str, Any]:
        calls.on_epoch_begin(epoch)
        first = self.plan.first_step if epoch == self.plan.first_epoch else 0
        logs, whole = self.chunks(epoch, first)
        if not whole:
            self.stopped = f"stopped within epoch {epoch + 1} by a callback"
            return logs
        return self._end_epoch(epoch, logs, calls)

    def _end_epoch(
        self, epoch: int, logs: dict[str, Any], calls: keras.callbacks.CallbackList
    ) -> dict[str, Any]:
        begun = time.perf_counter()
        calls.on_test_begin()
        validation = self.executor.validate()
        calls.on_test_end(validation)
        self._spend("validate", begun)
        logs.update({f"val_{name}": value for name, value in validation.items()})
        self.epochs = epoch + 1
        calls.on_epoch_end(epoch, logs)
        # As in `fit`, what callbacks add to an epoch's figures stands in the history too.
        for name, value in logs.items():
            self.history.setdefault(name, []).append(value)
        return logs

    def chunks(self, epoch: int, first: int) -> tuple[dict[str, Any], bool]:
        """Run an epoch's steps; return its figures and whether all of them ran."""
        begun = time.perf_counter()
        plan = self.plan
        self.executor.begin(
            epoch_order(self.rows, seed=plan.seed, epoch=epoch, shuffle=plan.shuffle)
        )
        step, last = first, plan.steps(self.rows)
        logs: dict[str, Any] = {}
        while step < last:
            report, steps = self._chunk(Stretch(step, self.pace.steps(last - step), step == 0))
            logs = report.logs
            if report.broken is not None:
                self._break_off(_place(epoch, report.broken, last))
                step = last
                break
            step += steps
            self._tell(epoch, step, logs)
            if self.model.stop_training and step < last:
                break
        self._spend("train", begun)
        return logs, step == last

    def _break_off(self, place: str) -> None:
        """End the training after this epoch if the spec asks for that, and at once if not.

        As in `fit`, an epoch that TerminateOnNaN cuts short still ends: its figures, none of
        them a number, are logged, and the callbacks hear of it.

        Raises:
            RunFailed: nothing asks for an early end.
        """
        if not any(_ends_early(one) for one in self.callbacks):
            raise RunFailed([_not_a_number(place)])
        self.model.stop_training = True
        self.stopped = f"ended early by TerminateOnNaN: the loss became NaN or infinite in {place}"

    def _chunk(self, stretch: Stretch) -> tuple[Report, int]:
        begun = time.perf_counter()
        try:
            report = self.executor.run(stretch)
        except tf.errors.ResourceExhaustedError as error:
            raise RunFailed([_failed("R102", "memory did not suffice", error)]) from error
        except tf.errors.InvalidArgumentError as error:
            raise RunFailed([_failed("R106", "a step failed", error)]) from error
        seconds = time.perf_counter() - begun
        if "first_call" in self.timings:
            self.pace.learn(stretch.steps, seconds)
        else:
            self.timings["first_call"] = seconds
        return report, stretch.steps

    def _tell(self, epoch: int, step: int, logs: dict[str, Any]) -> None:
        for one in self._watchers:
            one.on_chunk(epoch, step, logs)

    def _finish(self) -> None:
        """Let the optimizer write its averages over the weights, as `Model.fit` does at its end."""
        if self.plan.epochs > 0 and isinstance(self.model.optimizer, keras.optimizers.Optimizer):
            self.model.optimizer.finalize_variable_values(self.model.trainable_weights)

    def _callback_list(self) -> keras.callbacks.CallbackList:
        return keras.callbacks.CallbackList(
            list(self.callbacks),
            add_history=False,
            add_progbar=False,
            model=self.model,
            verbose=0,
            epochs=self.plan.epochs,
            steps=self.plan.steps(self.rows),
        )

    def _spend(self, part: str, begun: float) -> None:
        self.timings[part] = self.timings.get(part, 0.0) + time.perf_counter() - begun


def _ends_early(callback: keras.callbacks.Callback) -> bool:
    return isinstance(callback, keras.callbacks.TerminateOnNaN) and not callback.raise_error


def _place(epoch: int, step: int, steps: int) -> str:
    return f"epoch {epoch + 1}, at step {step + 1} of {steps}"


def _not_a_number(place: str) -> Diagnostic:
    return Diagnostic(
        "R101",
        f"the loss became NaN or infinite in {place}",
        hint="lower the learning rate, clip gradients, or check the data",
        path=("training",),
    )


def _failed(code: str, what: str, error: tf.errors.OpError) -> Diagnostic:
    """Return a failure in TensorFlow's own words, without the graph they come wrapped in.

    Its message lists where the operation was defined, then says what is wrong, then names the
    operation in double brackets.
    """
    lines = [line.strip() for line in error.message.splitlines() if line.strip()]
    names = [number for number, line in enumerate(lines) if line.startswith("[[")]
    told = lines[max(0, names[0] - 1)] if names else lines[-1]
    return Diagnostic(code, f"{what}: {told[:300]}", path=("training",))
