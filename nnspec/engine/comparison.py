"""Floor 8, the executors side by side: what `nnspec bench` measures and prints.

Contestants take turns, epoch by epoch, so that a neighbour on the machine slows all of them
alike; what counts is the median of the ratios within a turn.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import keras

from nnspec.data.arrays import Arrays
from nnspec.engine.choice import choose
from nnspec.engine.device import current_device
from nnspec.engine.feed import build_variables, feed
from nnspec.engine.fused import Fused
from nnspec.engine.obstacles import xla_obstacles
from nnspec.engine.plan import Plan, XlaMode
from nnspec.engine.training import Training

ModelFactory = Callable[[], keras.Model]

STEPS_PER_EXECUTION = 32
"""What `fit` gains from running several steps per call levels off about here."""


class Contestant(Protocol):
    """One way to train the same network on the same rows."""

    name: str

    def epoch(self) -> float:
        """Train one more epoch; return the seconds it took."""


@dataclass(frozen=True, slots=True)
class Row:
    """One contestant's figures."""

    name: str
    prepare_seconds: float
    """From the built model to the end of the first epoch, less a later epoch's length."""
    step_milliseconds: float
    """Median over the turns."""
    spread: float
    """Distance between the quartiles of the steps' times, relative to their median."""
    times_faster: float
    """Median over the turns of the first contestant's time by this one's."""


class FitContestant:
    """Trains with `Model.fit`."""

    def __init__(
        self, factory: ModelFactory, arrays: Arrays, plan: Plan, *, steps: int = 1
    ) -> None:
        self.name = "fit" if steps == 1 else f"fit, steps_per_execution={steps}"
        self.model = factory()
        self.model.steps_per_execution = steps
        source = feed(self.model, arrays)
        self.x, self.y, self.weights = source.unpack(list(source.arrays))
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
        self.name = "nnspec, XLA" if xla == "required" else "nnspec, graph"
        model = factory()
        rows = feed(model, arrays)
        build_variables(model, rows)
        plan = replace(plan, engine="fused", xla=xla)
        choice = choose(model, plan, rows.rows, device=current_device())
        executor = Fused(model, rows, None, plan.batch_size, choice)
        self.training = Training(model, executor, plan, rows.rows)
        self.epochs = 0

    def epoch(self) -> float:
        """Train one more epoch, in chunks as a run does."""
        begun = time.perf_counter()
        self.training.chunks(self.epochs, 0)
        self.epochs += 1
        return time.perf_counter() - begun


def compare(
    factory: ModelFactory, arrays: Arrays, plan: Plan, *, turns: int = 5
) -> tuple[Row, ...]:
    """Return the figures of the executors that apply to a network; the first is `Model.fit`.

    Args:
        factory: returns the compiled network, with the same weights at every call.
        arrays: the rows to train on.
        plan: batch size and seed; its engine and XLA are what is compared.
        turns: epochs each contestant runs after its first.
    """
    makers: list[Callable[[], Contestant]] = [
        lambda: FitContestant(factory, arrays, plan),
        lambda: FitContestant(factory, arrays, plan, steps=STEPS_PER_EXECUTION),
        lambda: FusedContestant(factory, arrays, plan, xla="off"),
    ]
    if not xla_obstacles(factory()):
        makers.append(lambda: FusedContestant(factory, arrays, plan, xla="required"))
    return measure(makers, plan.steps(arrays.rows), turns=turns)


def measure(
    makers: Sequence[Callable[[], Contestant]], steps: int, *, turns: int
) -> tuple[Row, ...]:
    """Return the figures of contestants that take turns.

    Args:
        makers: make one contestant each; the first is what the others are held against.
        steps: steps in an epoch.
        turns: epochs each runs after its first.
    """
    contestants: list[Contestant] = []
    firsts: list[float] = []
    for make in makers:
        begun = time.perf_counter()
        contestants.append(make())
        contestants[-1].epoch()
        firsts.append(time.perf_counter() - begun)
    for one in contestants:
        one.epoch()  # the second epoch still finds its chunk length and its caches
    times = [[one.epoch() for one in contestants] for _ in range(turns)]
    columns = list(zip(*times, strict=True))
    return tuple(
        _row(one.name, first, (columns[0], own), steps)
        for one, first, own in zip(contestants, firsts, columns, strict=True)
    )


def _row(
    name: str, first: float, times: tuple[Sequence[float], Sequence[float]], steps: int
) -> Row:
    base, own = times
    median = statistics.median(own)
    low, _, high = statistics.quantiles(own, n=4)
    ratios = [left / right for left, right in zip(base, own, strict=True)]
    return Row(
        name,
        max(0.0, first - median),
        median / steps * 1e3,
        (high - low) / median,
        statistics.median(ratios),
    )


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
