"""Floor 8, the log: what happens in a run as one JSON object a line, for programs."""

import json
import math
import time
from collections.abc import Callable, Mapping

import keras

from nnspec.run.history import Logs, plain


class Log:
    """Writes events, each with the seconds since the log was begun."""

    def __init__(self, write: Callable[[str], object], begun: float | None = None) -> None:
        """Write a log.

        Args:
            write: takes a line with its end.
            begun: the monotonic time from which seconds are counted; now if absent.
        """
        self._write = write
        self._begun = time.monotonic() if begun is None else begun

    def event(self, name: str, facts: Mapping[str, object]) -> None:
        """Write an event; a number that is none is null."""
        seconds = round(time.monotonic() - self._begun, 3)
        line = {"event": name, **facts, "seconds": seconds}
        self._write(json.dumps(line, ensure_ascii=True, allow_nan=False) + "\n")


class LoggedProgress(keras.callbacks.Callback):  # type: ignore[misc]  # Keras is untyped
    """Writes an event for each epoch, with its figures."""

    def __init__(self, log: Log, epochs: int, first_epoch: int = 0) -> None:
        """Log a training.

        Args:
            log: takes the events.
            epochs: epochs of the whole training.
            first_epoch: epochs that were completed before this process.
        """
        super().__init__()
        self._log, self._epochs, self._first = log, epochs, first_epoch

    def on_train_begin(self, logs: Logs | None = None) -> None:  # noqa: ARG002  Keras' signature
        """Log that the training begins."""
        self._log.event("training", {"epochs": self._epochs, "completed": self._first})

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Log an epoch, counted from 1."""
        figures = finite(plain(logs))
        self._log.event("epoch", {"epoch": epoch + 1, "epochs": self._epochs, "figures": figures})

    def close(self) -> None:
        """End the log of the training: nothing is open."""


def finite(figures: Mapping[str, float | None]) -> dict[str, float | None]:
    """Return figures as JSON has them: null for one that is no finite number."""
    return {
        name: value if value is not None and math.isfinite(value) else None
        for name, value in figures.items()
    }
