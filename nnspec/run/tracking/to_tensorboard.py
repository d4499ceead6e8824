"""Floor 8, TensorBoard: event files below RUNS/.tensorboard/NAME, a line for each figure.

`tensorboard --logdir RUNS/.tensorboard` shows them.
"""

from collections.abc import Mapping

from tensorboard.summary import Writer

from nnspec.run.tracking.tracking import Tracked, Tracker

FOLDER = ".tensorboard"


class TensorBoard:
    """Writes event files."""

    def __init__(self) -> None:
        self._writer: Writer | None = None
        self._last = 0

    def begin(self, run: Tracked) -> None:
        """Begin a file; what an earlier process wrote stays beside it."""
        folder = run.runs / FOLDER / run.name
        folder.mkdir(parents=True, exist_ok=True)
        self._writer = Writer(str(folder))

    def epoch(self, epoch: int, figures: Mapping[str, float]) -> None:
        """Write the figures of an epoch, so that they are seen at once."""
        self._last = epoch
        self._write("epoch", epoch, figures)

    def end(self, figures: Mapping[str, float], *, whole: bool) -> None:
        """Write what the run came to at its last epoch."""
        del whole
        self._write("run", self._last, figures)
        if self._writer is not None:
            self._writer.close()

    def _write(self, group: str, step: int, figures: Mapping[str, float]) -> None:
        if self._writer is None:
            return
        for name, value in figures.items():
            self._writer.add_scalar(f"{group}/{name}", value, step)
        self._writer.flush()


def begin_tracker() -> Tracker:
    """Return a tracker that writes for TensorBoard."""
    return TensorBoard()
