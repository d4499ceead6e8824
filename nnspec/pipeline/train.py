"""The training: a prepared spec to trained weights, in a run folder that keeps what it reaches."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import tensorflow as tf
from rich.console import Console

from nnspec.build.training import build_callbacks
from nnspec.catalog.callbacks import TerminateOnNaN
from nnspec.data import Arrays, RowSource
from nnspec.data.augment.epochs import AugmentedRows
from nnspec.diagnostics import Diagnostic, Refused, RunFailed
from nnspec.engine import Outcome, Snapshot
from nnspec.engine import train as run_engine
from nnspec.engine.errors import WrongState
from nnspec.pipeline.begin import steps_before, told_of
from nnspec.pipeline.opened import trainable_sections
from nnspec.pipeline.prepare import Prepared, augmented, filled_splits, plan_of, weighted
from nnspec.pipeline.trained import Trained
from nnspec.pipeline.units import logged_metrics
from nnspec.run.checkpoint import Checkpoints
from nnspec.run.folder import RunFolder
from nnspec.run.history import HistoryFile, LossGuard
from nnspec.run.keeper import Keeper
from nnspec.run.log import Log, LoggedProgress
from nnspec.run.manifest import TrainingRecord
from nnspec.run.progress import Progress
from nnspec.run.safe_points import SafePoints
from nnspec.run.signals import SIGNALS
from nnspec.run.tracking.tracking import Tracking
from nnspec.spec.training import TrainingSection


@dataclass(frozen=True, slots=True)
class Course:
    """How a training is watched and kept.

    Attributes:
        console: takes the progress, or a log does; None: nothing is shown.
        every: seconds between two states that are written; 0: one after every chunk of steps;
            None: as many as cost little.
        taken_up: the state to go on from; None: the training begins.
        slot: which of the two files of states is written first.
        tracking: trackers that are told what each epoch reached.
    """

    console: Console | Log | None = None
    every: float | None = None
    taken_up: Snapshot | None = None
    slot: int = 0
    tracking: Tracking | None = None


def train(prepared: Prepared, folder: RunFolder, course: Course | None = None) -> Trained:
    """Train, mark the run as trained, and return what the training led to.

    Args:
        prepared: the spec, its rows and its program; the program's weights are trained in place.
        folder: the run's folder, held for writing.
        course: how it is watched, and what it goes on from.

    Raises:
        Refused: the engine cannot run what is asked for; A105 where the state to go on from
            belongs to another network.
        RunFailed: the loss was not a number, or memory did not suffice; the state is kept.
    """
    spec, program, course = prepared.spec, prepared.program, course or Course()
    splits = filled_splits(program, prepared.dataset)
    begun, steps = time.monotonic(), steps_before(program.core)
    training = augmented(spec, prepared.network, program, weighted(spec, program, splits["train"]))
    outcome = Run(prepared, folder, course).train(training, splits.get("validation"))
    before = course.taken_up.seconds if course.taken_up else 0.0
    seconds = before + time.monotonic() - begun
    said = training.lines() if isinstance(training, AugmentedRows) else ()
    execution = (*outcome.execution.lines(), *told_of(spec, steps), *said)
    record = TrainingRecord(outcome.epochs, seconds, outcome.stopped, execution)
    folder.mark_trained(record)
    return Trained(spec, prepared.network, prepared.dataset, program, folder, splits, record)


@dataclass(frozen=True, slots=True)
class Run:
    """One training, and who listens to it."""

    prepared: Prepared
    folder: RunFolder
    course: Course

    def train(self, training: RowSource[Arrays], validation: Arrays | None) -> Outcome:
        """Run the engine; an interrupted training leaves its last state behind."""
        spec, program = self.prepared.spec, self.prepared.program
        section = trainable_sections(spec).training
        plan = replace(plan_of(spec), taken_up=self.course.taken_up)
        history = HistoryFile(self.folder)
        checkpoints = Checkpoints(self.folder)
        checkpoints.set_model(program.core)  # what follows may fail before the engine does
        keeper = Keeper(self.folder, checkpoints, every=self.course.every, slot=self.course.slot)
        keeper.set_model(program.core)
        kept = Kept(history, checkpoints, keeper, self.progress(training.rows))
        with SIGNALS.waiting() as held, kept.whatever_happens(), engine_errors():
            points = SafePoints(held)
            held.last_words = partial(kept.abandon, points)
            callbacks = [
                *([] if ends_early(section) else [LossGuard(checkpoints.keep)]),
                *build_callbacks(section),
                history,
                checkpoints,
                *([] if kept.progress is None else [kept.progress]),
                *([] if self.course.tracking is None else [self.course.tracking]),
                keeper,
                points,
            ]
            outcome = run_engine(program.core, training, validation, plan, callbacks)
        return explained(outcome) if checkpoints.restored else outcome

    def progress(self, rows: int) -> Progress | LoggedProgress | None:
        """Return what shows the progress, None where nothing does."""
        console, taken_up = self.course.console, self.course.taken_up
        if console is None:
            return None
        section = trainable_sections(self.prepared.spec).training
        first = taken_up.epoch if taken_up else 0
        if isinstance(console, Log):
            return LoggedProgress(console, section.epochs, first)
        counted = () if section.rule is None else ("mistakes",)
        shown = (*counted, *logged_metrics(self.prepared.network, section))
        shown_there = Progress(console, section.epochs, shown, first_epoch=first)
        shown_there.tell_rows(rows)
        return shown_there


def ends_early(section: TrainingSection) -> bool:
    """Return whether a loss that is no number ends the training rather than failing the run."""
    return any(isinstance(one, TerminateOnNaN) and not one.raise_error for one in section.callbacks)


def explained(outcome: Outcome) -> Outcome:
    """Return what a training led to whose last weights are not numbers, with what was done."""
    why = outcome.stopped or "the last steps made weights NaN or infinite"
    return replace(outcome, stopped=f"{why}; the best weights before are put back")


@dataclass(frozen=True, slots=True)
class Kept:
    """What a training leaves behind, however it ends."""

    history: HistoryFile
    checkpoints: Checkpoints
    keeper: Keeper
    progress: Progress | LoggedProgress | None

    @contextlib.contextmanager
    def whatever_happens(self) -> Iterator[None]:
        """Keep it after the block; what goes wrong then never hides what went wrong before."""
        try:
            yield
        except BaseException:
            for one in self.steps:
                with contextlib.suppress(Exception):
                    one()
            raise
        for one in self.steps:
            one()

    @property
    def steps(self) -> tuple[Callable[[], None], ...]:
        """Return what closes the display and writes the last state."""
        shown = () if self.progress is None else (self.progress.close,)
        return (*shown, self.history.finish, self.keeper.finish, self.checkpoints.finish)

    def abandon(self, points: SafePoints) -> None:
        """Keep it for a process that is about to end within native code.

        Within a chunk the weights are half of one step and half of the next: what is on the disk
        stays as it is.
        """
        if self.progress is not None:
            self.progress.close()
        if not points.within_chunk:
            self.history.finish()
            self.keeper.finish()
            self.checkpoints.finish()


@contextlib.contextmanager
def engine_errors() -> Iterator[None]:
    """Turn a lack of memory, and what Keras refuses once it trains, into words."""
    try:
        yield
    except WrongState as error:
        message = f"the state to go on from does not fit: {error}"
        raise Refused([Diagnostic("A105", message)]) from error
    except (tf.errors.ResourceExhaustedError, MemoryError) as error:
        message = "the machine's memory did not suffice for a training step"
        hint = "lower training.batch_size, or the sizes of the layers"
        raise RunFailed([Diagnostic("R102", message, hint=hint)]) from error
    except (ValueError, TypeError) as error:
        if not raised_in_keras(error):
            raise
        message = f"Keras refuses the training: {' '.join(str(error).split())[:300]}"
        raise RunFailed([Diagnostic("R106", message, path=("training",))]) from error


def raised_in_keras(error: Exception) -> bool:
    """Return whether an error is the word of Keras, or of TensorFlow when Keras called it."""
    packages: list[str] = []
    trace = error.__traceback__
    while trace is not None:
        name = str(trace.tb_frame.f_globals.get("__name__", ""))
        packages.append(name.partition(".")[0])
        trace = trace.tb_next
    own = max((place for place, name in enumerate(packages) if name == "nnspec"), default=-1)
    return packages[-1:] == ["keras"] or (
        packages[-1:] == ["tensorflow"] and "keras" in packages[own + 1 :]
    )
