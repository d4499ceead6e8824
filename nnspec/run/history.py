"""Floor 8, `history.csv` and the guard: what each epoch reached, and when it must be the last.

Both act between epochs. Metrics are in the target's units; a loss is what is made small, so it is
that of scaled targets where `data.target_scaling` scales them.
"""

import csv
import io
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import keras

from nnspec.diagnostics import Diagnostic, RunFailed
from nnspec.run.atomic import failure
from nnspec.run.folder import RunFolder
from nnspec.run.layout import HISTORY

VALIDATION = "val_"
Logs = Mapping[str, Any]
"""Figure -> value, as Keras hands it to callbacks."""


def plain(logs: Logs | None) -> dict[str, float]:
    """Return an epoch's figures as plain numbers: metrics in the target's units, the loss not."""
    return {name: float(value) for name, value in (logs or {}).items()}


class HistoryFile(keras.callbacks.Callback):  # type: ignore[misc]  # Keras is untyped
    """Appends a line to `history.csv` after each epoch; `finish` seals the file.

    A line is appended rather than the file replaced, since a kill can at worst cut the last line
    short, and replacing costs time that grows with the epochs.
    """

    def __init__(self, folder: RunFolder) -> None:
        """Write to a run folder.

        Args:
            folder: the run's folder, held for writing.
        """
        super().__init__()
        self._folder = folder
        self._rows: list[dict[str, float]] = []
        self._names: tuple[str, ...] = ()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Append the epoch's figures; a figure seen for the first time gives a new header."""
        row = {"epoch": epoch + 1, **plain(logs)}
        self._rows.append(row)
        names = tuple(dict.fromkeys((*self._names, *row)))
        fresh = names != self._names
        self._names = names
        text = encode_history(names, self._rows) if fresh else _lines(names, [row])
        self._write("w" if fresh else "a", text)

    def memory(self) -> dict[str, Any]:
        """Return the figures of all epochs."""
        return {"rows": [dict(row) for row in self._rows], "names": list(self._names)}

    def recall(self, memory: Mapping[str, Any]) -> None:
        """Go on behind the epochs that another process has written; later ones are forgotten."""
        self._rows, self._names = list(memory["rows"]), tuple(memory["names"])
        if self._rows:
            self._write("w", encode_history(self._names, self._rows))

    def _write(self, mode: str, text: str) -> None:
        path = self._folder.path / HISTORY
        self._folder.check_held()
        try:
            with path.open(mode, encoding="utf-8", newline="") as file:
                file.write(text)
        except OSError as error:
            raise failure(path, error, needed=len(text)) from error

    def finish(self) -> None:
        """Write the whole file atomically, with its checksum in the manifest."""
        if self._rows:
            self._folder.write(HISTORY, encode_history(self._names, self._rows))


def encode_history(names: tuple[str, ...], rows: Iterable[Mapping[str, float]]) -> str:
    """Return epochs as CSV: one column per figure, empty where an epoch lacks it."""
    return _lines(names, [dict(zip(names, names, strict=True)), *rows])


class LossGuard(keras.callbacks.Callback):  # type: ignore[misc]  # Keras is untyped
    """Ends the run after an epoch whose loss is NaN or infinite.

    Further steps would only spread it. `keep` is called first, so that the best weights are on
    the disk when the run ends.
    """

    def __init__(self, keep: Callable[[], str | None] | None = None) -> None:
        """Watch the loss.

        Args:
            keep: writes what is good and returns its name, None where nothing is.
        """
        super().__init__()
        self._keep = keep
        self._last: float | None = None

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Raise R101 where the epoch's loss is no finite number."""
        loss = (logs or {}).get("loss")
        if loss is None:
            return
        if not math.isfinite(loss):
            kept = self._keep() if self._keep else None
            raise loss_failure(float(loss), epoch=epoch + 1, last=self._last, kept=kept)
        self._last = float(loss)

    def memory(self) -> dict[str, Any]:
        """Return the last loss."""
        return {"last": self._last}

    def recall(self, memory: Mapping[str, Any]) -> None:
        """Go on behind the epochs that another process has seen."""
        self._last = memory["last"]


def loss_failure(
    loss: float,
    *,
    epoch: int,
    last: float | None,
    step: int | None = None,
    kept: str | None = None,
) -> RunFailed:
    """Return what stops a run whose loss is no number.

    Args:
        loss: NaN or an infinity.
        epoch: the epoch, counted from 1.
        last: the last finite loss of an epoch.
        step: the step within the epoch, counted from 1, where it is known.
        kept: name of the checkpoint that holds the best weights.
    """
    found = "NaN" if math.isnan(loss) else "infinite"
    where = f"epoch {epoch}" if step is None else f"epoch {epoch}, step {step}"
    before = "no earlier epoch was finite" if last is None else f"the last finite loss was {last:g}"
    state = f"; the best weights before are kept in {kept}" if kept else ""
    message = f"the loss became {found} in {where}; {before}{state}"
    hint = "lower the learning rate, clip gradients, or check the data"
    return RunFailed([Diagnostic("R101", message, hint=hint)])


def _lines(names: tuple[str, ...], rows: Iterable[Mapping[str, object]]) -> str:
    text = io.StringIO(newline="")
    csv.DictWriter(text, names, restval="", lineterminator="\n").writerows(rows)
    return text.getvalue()
