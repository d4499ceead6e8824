"""The whole run: check, read, build, train, judge, write; in that order and nothing else."""

import contextlib
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import tensorflow as tf
from rich.console import Console

from nnspec.build.program import Program
from nnspec.build.training import build_callbacks
from nnspec.catalog.callbacks import TerminateOnNaN
from nnspec.data import Arrays, Dataset, SplitName
from nnspec.diagnostics import Diagnostic, RunFailed
from nnspec.engine import Outcome
from nnspec.engine import train as run_engine
from nnspec.network.fill import hash_spec, render_spec
from nnspec.network.network import Network
from nnspec.pipeline.check import placing
from nnspec.pipeline.opened import Opened, open_spec, trainable_sections
from nnspec.pipeline.prepare import (
    build_for_training,
    filled_splits,
    plan_of,
    prepare_device,
    weighted,
)
from nnspec.pipeline.units import log_factors, logged_metrics
from nnspec.run.checkpoint import Checkpoints
from nnspec.run.folder import RunFolder
from nnspec.run.history import HistoryFile, LossGuard
from nnspec.run.manifest import Manifest, SpecOrigin, git_revision, now, versions
from nnspec.run.progress import Progress, Shown
from nnspec.run.signals import Signals
from nnspec.spec.spec import Spec
from nnspec.spec.training import TrainingSection

if TYPE_CHECKING:
    from nnspec.report.report import Report

SPEC = "spec.yaml"
PREPROCESSING = "preprocessing.json"


@dataclass(frozen=True, slots=True)
class RunResult:
    """A finished run: where it lies and what it reached."""

    folder: Path
    report: "Report"
    warnings: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run is written, and what shows its progress.

    Attributes:
        runs: folder of all runs.
        name: the run's name; the spec's, with a number if that is taken, where it is None.
        console: takes the progress; None: nothing is shown.
    """

    runs: Path = field(default_factory=lambda: Path("runs"))
    name: str | None = None
    console: Console | None = None


def train(
    path: Path,
    *,
    overrides: Sequence[str] = (),
    allow_outside: bool = False,
    place: Place | None = None,
) -> RunResult:
    """Train a spec and write the run.

    Args:
        path: the spec's file.
        overrides: settings of the command line, `path=value` each.
        allow_outside: whether the spec may read files outside its folder.
        place: where the run is written.

    Raises:
        Refused: the spec or its data; nothing was written.
        RunFailed: the run had begun; what it reached is kept.
        GateMissed: the run is complete and a metric missed its gate.
    """
    opened = open_spec(path, overrides=overrides, allow_outside=allow_outside)
    return train_opened(opened, place or Place())


def train_opened(opened: Opened, place: Place) -> RunResult:
    """Train a spec whose data is open, and write the run; raises as `train` does."""
    with placing(opened.spec):
        return _train(opened, place)


def _train(opened: Opened, place: Place) -> RunResult:
    spec, network, dataset = opened.spec, opened.network, opened.dataset
    prepare_device(spec)
    rows = len(dataset.splits["train"])
    program = build_for_training(spec, network, dataset.fitted, rows=rows)
    manifest = describe_run(spec, network, dataset, place)
    with (
        RunFolder.create(place.runs, manifest, exact=place.name is not None) as folder,
        told(folder),
    ):
        folder.write(SPEC, render_spec(spec, network))
        folder.write(PREPROCESSING, dataset.fitted.to_json())
        trained = Run(spec, network, dataset, program, folder, place.console).complete()
        from nnspec.pipeline import conclude  # noqa: PLC0415 - a second, when training has ended

        report = conclude.conclude(trained)
        folder.finish()
    conclude.check_gates(spec, report)
    return RunResult(folder.path, report, opened.diagnostics)


def describe_run(spec: Spec, network: Network, dataset: Dataset, place: Place) -> Manifest:
    """Return what is known of a run before it begins."""
    folder = spec.folder.resolve()
    file = Path(spec.file).name
    origin = SpecOrigin(file, str(folder), hash_spec(spec, network), git_revision(folder))
    return Manifest(
        place.name or spec.name,
        origin,
        spec.runtime.seed,
        now(),
        data=dataset.fingerprint,
        device=spec.runtime.device,
        versions=versions(),
    )


@dataclass(frozen=True, slots=True)
class Trained:
    """A run whose training has ended, and what the training led to."""

    spec: Spec
    dataset: Dataset
    program: Program
    folder: RunFolder
    splits: Mapping[SplitName, Arrays]
    """Every split that has rows, as the core takes it."""
    outcome: Outcome
    seconds: float
    """Duration of the training."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run from its first step to its last."""

    spec: Spec
    network: Network
    dataset: Dataset
    program: Program
    folder: RunFolder
    console: Console | None

    def complete(self) -> Trained:
        """Train, and return what it led to."""
        splits = filled_splits(self.program, self.dataset)
        begun = time.monotonic()
        training = weighted(self.spec, self.program, splits["train"])
        outcome = self.train(training, splits.get("validation"))
        seconds = time.monotonic() - begun
        return Trained(self.spec, self.dataset, self.program, self.folder, splits, outcome, seconds)

    @property
    def section(self) -> TrainingSection:
        """Return the training section."""
        return trainable_sections(self.spec).training

    def train(self, training: Arrays, validation: Arrays | None) -> Outcome:
        """Run the engine; an interrupted training leaves its last state behind."""
        section, plan = self.section, plan_of(self.spec)
        factors = log_factors(self.network, section, self.dataset.fitted)
        history = HistoryFile(self.folder, factors)
        checkpoints = Checkpoints(self.folder)
        progress = self.progress(factors)
        kept = Kept(self.folder, history, checkpoints, progress)
        signals = Signals(kept.abandon)
        callbacks = [
            *([] if ends_early(section) else [LossGuard(checkpoints.keep)]),
            *build_callbacks(section),
            history,
            checkpoints,
            *([] if progress is None else [progress]),
            signals,
        ]
        with signals.watching(), contextlib.ExitStack() as ending, memory_errors():
            ending.callback(kept.keep)
            ending.callback(signals.hold)
            outcome = run_engine(self.program.core, training, validation, plan, callbacks)
        return explained(outcome) if checkpoints.restored else outcome

    def progress(self, factors: Mapping[str, float]) -> Progress | None:
        """Return what shows the progress, None where nothing does."""
        if self.console is None:
            return None
        shown = Shown(logged_metrics(self.network, self.section), factors)
        return Progress(self.console, self.section.epochs, shown)


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
        sys.stderr.write(f"nnspec: stopped; {kept_in(self.folder)}\n")
        sys.stderr.flush()


@contextlib.contextmanager
def told(folder: RunFolder) -> Iterator[None]:
    """Have whoever stops a run told where it lies."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit) as stop:
        stop.add_note(kept_in(folder))
        raise


def kept_in(folder: RunFolder) -> str:
    """Return where an ended run lies, in words."""
    return f"the run so far is kept in {folder.path}"


@contextlib.contextmanager
def memory_errors() -> Iterator[None]:
    """Turn TensorFlow's and Python's lack of memory into words."""
    try:
        yield
    except (tf.errors.ResourceExhaustedError, MemoryError) as error:
        message = "the machine's memory did not suffice for a training step"
        hint = "lower training.batch_size, or the sizes of the layers"
        raise RunFailed([Diagnostic("R102", message, hint=hint)]) from error
