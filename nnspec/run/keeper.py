"""Floor 8, the keeper: writes what a training goes on from, now and then and where it is stopped.

The last two states are kept, in turn, so that one that is damaged leaves the one before. When a
state is written decides nothing about the training: a snapshot only reads.
"""

import math
import time
from collections.abc import Callable
from typing import Any

import keras

from nnspec.diagnostics import Refused
from nnspec.engine.replay import is_finite
from nnspec.engine.snapshot import Snapshot
from nnspec.engine.training import Capture
from nnspec.run.checkpoint import Checkpoints, save_weights
from nnspec.run.folder import RunFolder
from nnspec.run.layout import STATES
from nnspec.run.state_file import decode_snapshot, encode_snapshot

INTERVAL = 10.0
"""Seconds between two states, at the least."""
SHARE = 0.03
"""The share of a training that writing its states may take."""
LONG = 0.25
"""Seconds of a validation from which on the state before it is held in memory."""


class Keeper(keras.callbacks.Callback):  # type: ignore[misc]  # Keras is untyped
    """Writes the states of a training."""

    def __init__(
        self,
        folder: RunFolder,
        checkpoints: Checkpoints,
        *,
        every: float | None = None,
        slot: int = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Write to a run folder.

        Args:
            folder: the run's folder, held for writing.
            checkpoints: hold the best weights, which are written before a state that counts on
                them.
            every: seconds between two states; 0: one after every chunk; None: as many as cost
                little.
            slot: which of the two files is written first.
            clock: the time, in seconds.
        """
        super().__init__()
        self._folder = folder
        self._checkpoints = checkpoints
        self._every = every
        self._slot = slot
        self._clock = clock
        self._due = clock() + (INTERVAL if every is None else every)
        self._capture: Capture | None = None
        self._held: Snapshot | None = None
        self._place: tuple[int, int] | None = None
        self._validated = math.inf

    def on_rest(self, capture: Capture, *, last: bool) -> None:
        """Write the state of this moment, if it is the last one or it is time to."""
        self._capture, self._held = capture, None
        if last or self._clock() >= self._due:
            self.write()

    def on_test_begin(self, logs: Any = None) -> None:  # noqa: ANN401 - Keras' own signature
        """Hold the state before a validation that lasts: within it nothing can be captured."""
        del logs
        if self._validated >= LONG and self._capture is not None:
            self._held = self._capture()
        self._validated = -self._clock()

    def on_test_end(self, logs: Any = None) -> None:  # noqa: ANN401 - as above
        """Learn how long a validation lasts."""
        del logs
        self._validated += self._clock()

    def write(self) -> None:
        """Write the state of the moment, unless a number in it is none; the one before stays.

        Raises:
            RunFailed: A104, A110; the states before are kept.
        """
        begun = self._clock()
        self._checkpoints.keep()
        snapshot = self._capture() if self._capture is not None else None
        self._store(snapshot or self._held)
        spent = self._clock() - begun
        pause = max(INTERVAL, spent / SHARE) if self._every is None else self._every
        self._due = self._clock() + pause

    def finish(self) -> None:
        """Write the last state that can be captured, or is held."""
        self.write()

    def _store(self, snapshot: Snapshot | None) -> None:
        if snapshot is None or snapshot.place == self._place:
            return
        if not (is_finite(snapshot) and math.isfinite(snapshot.logs.get("loss", 0.0))):
            return
        if not self._folder.manifest.weights:  # they say that the run has something to lose
            save_weights(self.model, self._folder, "last")
        self._folder.write(STATES[self._slot], encode_snapshot(snapshot))
        self._slot = 1 - self._slot
        self._place = snapshot.place


def last_state(folder: RunFolder) -> tuple[Snapshot | None, int, list[str]]:
    """Return the last state of a run that is whole.

    Returns:
        The state, None where there is none; the place of the file to write next; the files that
        are damaged, as the run's refusals say.
    """
    found: list[tuple[Snapshot, int]] = []
    damaged: list[str] = []
    for place, name in enumerate(STATES):
        if name not in folder.manifest.artefacts:
            continue
        try:
            found.append((decode_snapshot(folder.read(name)), place))
        except Refused as refusal:
            if refusal.diagnostics[0].code == "A103":
                raise
            damaged.extend(one.message for one in refusal.diagnostics)
    if not found:
        return None, 0, damaged
    snapshot, place = max(found, key=lambda one: one[0].place)
    return snapshot, 1 - place, damaged
