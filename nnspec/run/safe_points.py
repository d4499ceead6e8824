"""Floor 8, the safe points of a training: between two chunks, around a validation, between epochs.

What a run holds is whole between two chunks of steps and not within one.
"""

from typing import Any

import keras

from nnspec.run.signals import PATIENCE, SIGNALS, Held

CHUNK_PATIENCE = 10.0
"""Seconds that a chunk has to end once a signal came; chunks are made to last less than one."""


class SafePoints(keras.callbacks.Callback):  # type: ignore[misc]  # Keras is untyped
    """Ends a training that a signal asks to stop, where its state is whole."""

    def __init__(self, held: Held) -> None:
        """Watch a training.

        Args:
            held: what is kept of it; until the first chunk has compiled, and while a validation
                leaves the weights alone, the process may end within native code.
        """
        super().__init__()
        self._held = held
        self.within_chunk = False

    def on_chunk(self, epoch: int, step: int, logs: dict[str, Any]) -> None:
        """End between two chunks."""
        del epoch, step, logs
        self._move(within_chunk=True)

    def on_test_begin(self, logs: Any = None) -> None:  # noqa: ANN401 - Keras' own signature
        """End before a validation."""
        del logs
        self._move(within_chunk=False)

    def on_test_end(self, logs: Any = None) -> None:  # noqa: ANN401 - as above
        """End after a validation."""
        del logs
        self._move(within_chunk=True)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # noqa: ANN401 - as above
        """End between two epochs, once the callbacks before this one have written."""
        del epoch, logs
        SIGNALS.check()

    def _move(self, *, within_chunk: bool) -> None:
        self.within_chunk = within_chunk
        self._held.patience = CHUNK_PATIENCE if within_chunk else PATIENCE
        SIGNALS.check()
