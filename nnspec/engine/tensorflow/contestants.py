"""Floor 8, the executors of TensorFlow as contestants of a comparison."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import keras

from nnspec.data.arrays import Arrays
from nnspec.engine.comparison import FIT, FUSED, FUSED_XLA, Bounds, Contestant, Row, measure
from nnspec.engine.plan import Plan, XlaMode
from nnspec.engine.tensorflow.feed import build_variables, feed
from nnspec.engine.tensorflow.fused import Fused
from nnspec.engine.tensorflow.keras_callbacks import KerasCallbacks
from nnspec.engine.tensorflow.obstacles import xla_obstacles
from nnspec.engine.tensorflow.traits import choose_here
from nnspec.engine.training import Training

ModelFactory = Callable[[], keras.Model]

STEPS_PER_EXECUTION = 32
"""What `fit` gains from running several steps per call levels off about here."""


class FitContestant:
    """Trains with `Model.fit`."""

    def __init__(
        self, factory: ModelFactory, arrays: Arrays, plan: Plan, *, steps: int = 1
    ) -> None:
        self.name = FIT if steps == 1 else f"fit, {steps} steps a call"
        self.model = factory()
        self.model.steps_per_execution = steps
        source = feed(self.model, arrays)
        self.x, self.y, self.weights = source.unpack(source.take(slice(None)))
        self.plan = plan

    def epoch(self) -> float:
        """Train one more epoch; the time runs within `fit`, from the epoch's begin to its end."""
        clock = _EpochClock()
        self.model.fit(
            self.x,
            self.y,
            sample_weight=self.weights,
            batch_size=self.plan.batch_size,
            shuffle=self.plan.shuffle,
            verbose=0,
            callbacks=[clock],
        )
        return clock.seconds


class FusedContestant:
    """Trains with the fused engine."""

    def __init__(self, factory: ModelFactory, arrays: Arrays, plan: Plan, *, xla: XlaMode) -> None:
        self.name = FUSED_XLA if xla == "required" else FUSED
        model = factory()
        rows = feed(model, arrays)
        build_variables(model, rows)
        plan = replace(plan, engine="fused", xla=xla)
        choice = choose_here(model, plan, rows.rows)
        executor = Fused(model, rows, None, plan.batch_size, choice)
        listeners = KerasCallbacks(model, (), plan, rows.rows)
        self.training = Training(executor, plan, rows.rows, listeners)
        self.epochs = 0

    def epoch(self) -> float:
        """Train one more epoch, in chunks as a run does."""
        begun = time.perf_counter()
        self.training.chunks(self.epochs, 0)
        self.epochs += 1
        return time.perf_counter() - begun


def compare(
    factory: ModelFactory, arrays: Arrays, plan: Plan, bounds: Bounds | None = None
) -> tuple[Row, ...]:
    """Return the figures of the executors that apply to a network; the first is `Model.fit`.

    Args:
        factory: returns the compiled network, with the same weights at every call.
        arrays: the rows to train on.
        plan: batch size and seed; its engine and XLA are what is compared.
        bounds: how long it may take.
    """
    makers: list[Callable[[], Contestant]] = [
        lambda: FitContestant(factory, arrays, plan),
        lambda: FitContestant(factory, arrays, plan, steps=STEPS_PER_EXECUTION),
        lambda: FusedContestant(factory, arrays, plan, xla="off"),
    ]
    if not xla_obstacles(factory()):
        makers.append(lambda: FusedContestant(factory, arrays, plan, xla="required"))
    return measure(makers, plan.steps(arrays.rows), bounds or Bounds())


class _EpochClock(keras.callbacks.Callback):  # type: ignore[misc] # Keras is untyped
    """Takes the time from the begin of an epoch to its end."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = 0.0
        self.seconds = 0.0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:  # noqa: ANN401 - Keras' own signature
        """Start the clock."""
        del epoch, logs
        self.begun = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # noqa: ANN401 - Keras' own signature
        """Stop the clock."""
        del epoch, logs
        self.seconds = time.perf_counter() - self.begun
