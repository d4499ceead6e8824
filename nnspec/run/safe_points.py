"""Floor 8, the safe points of a training: between two chunks of steps, and between epochs.

What a run holds is whole there, and neither within a chunk nor within a validation.
"""

from typing import Any

import keras

from nnspec.engine.training import Capture
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

    def on_rest(self, capture: Capture, *, last: bool) -> None:
        """End where the training is whole, once the callbacks before this one have written."""
        del capture, last
        self._move(within_chunk=True)
        SIGNALS.check()

    def on_test_begin(self, logs: Any = None) -> None:  # noqa: ANN401 - Keras' own signature
        """Let the process end within a validation."""
        del logs
        self._move(within_chunk=False)

    def on_test_end(self, logs: Any = None) -> None:  # noqa: ANN401 - as above
        """Wait for the end of the epoch that was validated."""
        del logs
        self._move(within_chunk=True)

    def _move(self, *, within_chunk: bool) -> None:
        self.within_chunk = within_chunk
        self._held.patience = CHUNK_PATIENCE if within_chunk else PATIENCE
