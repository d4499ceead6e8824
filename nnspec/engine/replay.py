"""Floor 8, the replay: a training run again up to a step whose loss was no number, to look at it.

A snapshot is held for it in memory, and taken anew so seldom that it costs next to nothing.
"""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from nnspec.engine.order import Rows
from nnspec.engine.snapshot import Snapshot

SECONDS = 1.0
"""Seconds of steps between two snapshots, at the least."""
SHARE = 0.01
"""The share of a training that taking them may cost."""
MOST_BYTES = 512 << 20
"""What a snapshot may take; a training that needs more is not run again."""


@runtime_checkable
class Examining(Protocol):
    """An executor that can look at a single step."""

    def broken_already(self) -> bool:
        """Return whether a weight is no number before a step."""

    def examine(self, rows: Rows) -> str:
        """Return in words what of the step over these rows is the first that is no number."""


@dataclass(slots=True)
class Held:
    """The last snapshot of finite numbers."""

    snapshot: Snapshot | None = None
    due: float = 0.0
    given_up: bool = False

    def update(self, capture: Callable[[], Snapshot | None], spent: float) -> None:
        """Take a snapshot, if it is time to.

        Args:
            capture: takes one.
            spent: seconds that the training's steps have taken so far.
        """
        if self.given_up or spent < self.due:
            return
        begun = time.perf_counter()
        found = capture()
        if found is None or sum(one.nbytes for one in found.arrays.values()) > MOST_BYTES:
            self.given_up, self.snapshot = True, None
            return
        if is_finite(found):
            self.snapshot = found
        self.due = spent + max(SECONDS, (time.perf_counter() - begun) / SHARE)


def is_finite(snapshot: Snapshot) -> bool:
    """Return whether all weights, and all that the optimizer holds, are numbers."""
    arrays = (one for name, one in snapshot.arrays.items() if not name.startswith("metrics/"))
    floats = (one.astype(np.float32) for one in arrays if one.dtype.kind in "fV")
    return all(bool(np.isfinite(one).all()) for one in floats)


def said_of(
    held: Held,
    place: tuple[int, int],
    steps: int,
    again: Callable[[Snapshot, tuple[int, int]], str | None],
) -> str:
    """Return in words what a step broke at, for the end of a sentence; empty if that is not known.

    Args:
        held: the snapshot to begin with.
        place: epoch and step whose loss was no number.
        steps: steps of an epoch.
        again: trains from a snapshot up to a place, and says what is found there; None where
            weights are no numbers there already: then it was the step before.
    """
    epoch, step = place
    before = (epoch, step - 1) if step else (epoch - 1, steps - 1)
    with contextlib.suppress(Exception):  # it is a service: what went wrong is told in any case
        for one in (place, before):
            if held.snapshot is None or one < held.snapshot.place:
                break
            found = again(held.snapshot, one)
            if found is not None:
                when = "" if one == place else f" At step {one[1] + 1} of epoch {one[0] + 1}"
                return f".{when or ' There'} {found}"
    return ""
