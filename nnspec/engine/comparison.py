"""Floor 8, the executors side by side: what `nnspec bench` measures and prints.

Contestants take turns, epoch by epoch, so that a neighbour on the machine slows all of them
alike; what counts is the median of the ratios within a turn.
"""

import math
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from nnspec.engine.plan import Plan

FIT, FUSED, FUSED_XLA = "fit", "nnspec, graph", "nnspec, XLA"
SETTINGS: Mapping[str, Mapping[str, str]] = {
    FIT: {"engine": "keras", "xla": "off"},
    FUSED: {"engine": "fused", "xla": "off"},
    FUSED_XLA: {"engine": "fused", "xla": "required"},
}
"""Contestants that a spec can ask for, and how."""

FEWEST_TURNS = 2
"""Without a second turn there is no spread."""


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

    @property
    def settings(self) -> Mapping[str, str]:
        """Return what a spec writes under `runtime` to be trained this way, empty if it cannot."""
        return SETTINGS.get(self.name, {})


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the executors reached on one training.

    Attributes:
        rows: one per executor, `Model.fit` first.
        plan: the training.
        steps: steps of one of its epochs.
        machine: device and cores.
        notes: what was left out and why, and what the engine picks by itself.
    """

    rows: tuple[Row, ...]
    plan: Plan
    steps: int
    machine: str
    notes: tuple[str, ...]

    def whole(self, row: Row) -> float:
        """Return the seconds that all epochs take with an executor."""
        return row.prepare_seconds + self.plan.epochs * self.steps * row.step_milliseconds / 1e3

    @property
    def best(self) -> Row:
        """Return the executor that a spec can ask for and that ends this training soonest."""
        return min((one for one in self.rows if one.settings), key=self.whole)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long a comparison may take."""

    turns: int = 5
    """Epochs each contestant runs after its first two, 2 or more."""
    seconds: float = math.inf
    """When no turn begins any more, once two have ended."""


def measure(
    makers: Sequence[Callable[[], Contestant]], steps: int, bounds: Bounds
) -> tuple[Row, ...]:
    """Return the figures of contestants that take turns.

    Args:
        makers: make one contestant each; the first is what the others are held against.
        steps: steps in an epoch.
        bounds: how long it may take.
    """
    begun = time.perf_counter()
    contestants: list[Contestant] = []
    firsts: list[float] = []
    for make in makers:
        made = time.perf_counter()
        contestants.append(make())
        contestants[-1].epoch()
        firsts.append(time.perf_counter() - made)
    for one in contestants:
        one.epoch()  # the second epoch still finds its chunk length and its caches
    times: list[list[float]] = []
    while len(times) < bounds.turns:
        times.append([one.epoch() for one in contestants])
        if len(times) >= FEWEST_TURNS and time.perf_counter() - begun > bounds.seconds:
            break
    columns = list(zip(*times, strict=True))
    return tuple(
        _row(one.name, first, (columns[0], own), steps)
        for one, first, own in zip(contestants, firsts, columns, strict=True)
    )


def _row(
    name: str,
    first: float,
    times: tuple[Sequence[float], Sequence[float]],
    steps: int,
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
