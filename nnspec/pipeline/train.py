"""The training: a prepared spec to trained weights, in a run folder that keeps what it reaches."""

import contextlib
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import tensorflow as tf
from rich.console import Console

from nnspec.build.training import build_callbacks
from nnspec.data import Arrays
from nnspec.diagnostics import Diagnostic, RunFailed
from nnspec.engine import Outcome
from nnspec.engine import train as run_engine
from nnspec.pipeline.opened import trainable_sections
from nnspec.pipeline.prepare import Prepared, filled_splits, plan_of, weighted
from nnspec.pipeline.trained import Trained
from nnspec.pipeline.units import log_factors, logged_metrics
from nnspec.run.checkpoint import Checkpoints
from nnspec.run.folder import RunFolder
from nnspec.run.history import HistoryFile, LossGuard
from nnspec.run.manifest import TrainingRecord
from nnspec.run.progress import Progress, Shown
from nnspec.run.signals import Signals


def train(prepared: Prepared, folder: RunFolder, console: Console | None = None) -> Trained:
    """Train, mark the run as trained, and return what the training led to.

    Args:
        prepared: the spec, its rows and its program; the program's weights are trained in place.
        folder: the run's folder, held for writing.
        console: takes the progress; None: nothing is shown.

    Raises:
        Refused: the engine cannot run what is asked for.
        RunFailed: the loss was not a number, or memory did not suffice; the state is kept.
    """
    spec, program = prepared.spec, prepared.program
    splits = filled_splits(program, prepared.dataset)
    begun = time.monotonic()
    training = weighted(spec, program, splits["train"])
    outcome = Run(prepared, folder, console).train(training, splits.get("validation"))
    seconds = time.monotonic() - begun
    record = TrainingRecord(outcome.epochs, seconds, outcome.stopped, outcome.execution.lines())
    folder.mark_trained(record)
    return Trained(spec, prepared.dataset, program, folder, splits, record)


@dataclass(frozen=True, slots=True)
class Run:
    """One training, and who listens to it."""

    prepared: Prepared
    folder: RunFolder
    console: Console | None

    def train(self, training: Arrays, validation: Arrays | None) -> Outcome:
        """Run the engine; an interrupted training leaves its last state behind."""
        spec, program = self.prepared.spec, self.prepared.program
        section, plan = trainable_sections(spec).training, plan_of(spec)
        factors = log_factors(self.prepared.network, section, program.fitted)
        history = HistoryFile(self.folder, factors)
        checkpoints = Checkpoints(self.folder)
        progress = self.progress(factors)
        kept = Kept(self.folder, history, checkpoints, progress)
        signals = Signals(kept.abandon)
        callbacks = [
            LossGuard(checkpoints.keep),
            *build_callbacks(section),
            history,
            checkpoints,
            *([] if progress is None else [progress]),
            signals,
        ]
        with signals.watching(), contextlib.ExitStack() as ending, memory_errors():
            ending.callback(kept.keep)
            ending.callback(signals.hold)
            return run_engine(program.core, training, validation, plan, callbacks)

    def progress(self, factors: Mapping[str, float]) -> Progress | None:
        """Return what shows the progress, None where nothing does."""
        if self.console is None:
            return None
        section = trainable_sections(self.prepared.spec).training
        shown = Shown(logged_metrics(self.prepared.network, section), factors)
        return Progress(self.console, section.epochs, shown)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a training leaves behind, however it ends."""

    folder: RunFolder
    history: HistoryFile
    checkpoints: Checkpoints
    progress: Progress | None

    def keep(self) -> None:
        """Close the display and write the last state, whatever becomes of either."""
        with contextlib.ExitStack() as ending:
            ending.callback(self.checkpoints.finish)
            ending.callback(self.history.finish)
            if self.progress is not None:
                ending.callback(self.progress.close)

    def abandon(self) -> None:
        """Keep it for a process that is about to end within native code."""
        if self.checkpoints.best is not None:
            self.keep()
        elif self.progress is not None:
            self.progress.close()
        self.folder.stop()
        sys.stderr.write(f"nnspec: stopped; {self.folder.words()}\n")
        sys.stderr.flush()


@contextlib.contextmanager
def memory_errors() -> Iterator[None]:
    """Turn TensorFlow's and Python's lack of memory into words."""
    try:
        yield
    except (tf.errors.ResourceExhaustedError, MemoryError) as error:
        message = "the machine's memory did not suffice for a training step"
        hint = "lower training.batch_size, or the sizes of the layers"
        raise RunFailed([Diagnostic("R102", message, hint=hint)]) from error
