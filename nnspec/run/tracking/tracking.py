"""Floor 8, tracking: tells each tracker of a run; one that fails is left out, and the run goes on.

Trackers write files below the folder of runs, and ask for nothing on the network.
"""

import importlib
import math
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import keras

from nnspec.diagnostics import Diagnostic
from nnspec.run.history import Logs, plain

Name = Literal["tensorboard", "mlflow", "trackio"]
LONGEST = 200
"""Signs of an error that are told."""


@dataclass(frozen=True, slots=True)
class Tracked:
    """The run that is told of.

    Attributes:
        runs: the folder of all runs.
        name: the run's.
        spec: the spec's.
        settings: of the filled spec, by path.
        taken_up: whether the training goes on with what an earlier process began.
    """

    runs: Path
    name: str
    spec: str
    settings: Mapping[str, str]
    taken_up: bool = False


class Tracker(Protocol):
    """Takes what a run reaches; whatever it raises ends it alone."""

    def begin(self, run: Tracked) -> None:
        """Begin to take what a run reaches."""

    def epoch(self, epoch: int, figures: Mapping[str, float]) -> None:
        """Take the figures of an epoch, counted from 1."""

    def end(self, figures: Mapping[str, float], *, whole: bool) -> None:
        """Take what the run came to: figures by split and name; whether it is complete."""


class Tracking(keras.callbacks.Callback):  # type: ignore[misc]  # Keras is untyped
    """Tells trackers what a training reaches."""

    def __init__(self, names: Sequence[Name], warn: Callable[[Diagnostic], object]) -> None:
        """Tell trackers.

        Args:
            names: which.
            warn: takes the finding that one of them failed.

        Raises:
            ModuleNotFoundError: the library of one of them is not installed.
        """
        super().__init__()
        self._warn = warn
        self._trackers: dict[Name, Tracker] = {one: load(one) for one in dict.fromkeys(names)}

    def begin(self, run: Tracked) -> None:
        """Tell that a run begins."""
        self._tell(lambda one: one.begin(run))

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Tell what an epoch reached."""
        figures = {name: one for name, one in plain(logs).items() if math.isfinite(one)}
        self._tell(lambda one: one.epoch(epoch + 1, figures))

    def end(self, figures: Mapping[str, float | None], *, whole: bool) -> None:
        """Tell what a run came to."""
        known = {
            name: one for name, one in figures.items() if one is not None and math.isfinite(one)
        }
        self._tell(lambda one: one.end(known, whole=whole))
        self._trackers.clear()

    def _tell(self, act: Callable[[Tracker], None]) -> None:
        for name, one in list(self._trackers.items()):
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # theirs, for their own authors
                    act(one)
            except Exception as error:  # noqa: BLE001 - another program's; the run is worth more
                del self._trackers[name]
                what = " ".join(f"{type(error).__name__}: {error}".split())[:LONGEST]
                message = f"{name} failed and is told no more: {what}"
                self._warn(Diagnostic("A151", message))


def load(name: Name) -> Tracker:
    """Return a tracker.

    Raises:
        ModuleNotFoundError: its library is not installed.
    """
    module = importlib.import_module(f"nnspec.run.tracking.to_{name}")
    tracker: Tracker = module.begin_tracker()
    return tracker
