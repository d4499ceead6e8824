"""The whole run: check, read, build, train, judge, write; in that order and nothing else."""

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import tensorflow as tf
from rich.console import Console

from nnspec.build.front import raw_columns
from nnspec.build.program import Program
from nnspec.build.training import build_callbacks
from nnspec.data import Arrays, Dataset, SplitName
from nnspec.diagnostics import Diagnostic, GateMissed, Refused, RunFailed
from nnspec.engine import Outcome, Plan, choose_device, use_threads, weighted_by_class
from nnspec.engine import train as run_engine
from nnspec.fill import hash_spec, render_spec
from nnspec.pipeline.check import check
from nnspec.pipeline.judge import Judged, filled_splits, judge_program
from nnspec.pipeline.opened import fit_network, read_data, refusal_with_data, trainable_sections
from nnspec.pipeline.prepare import build_for_training
from nnspec.pipeline.units import log_factors, logged_metrics
from nnspec.resolve import Network
from nnspec.run.checkpoint import Checkpoints
from nnspec.run.folder import RunFolder
from nnspec.run.history import HistoryFile, LossGuard
from nnspec.run.manifest import Manifest, SpecOrigin, git_revision, now, versions
from nnspec.run.markdown import render_markdown
from nnspec.run.predictions import PREDICTIONS, encode_predictions
from nnspec.run.progress import Progress, Shown
from nnspec.run.report import REPORT, Origins, Report, TrainingFacts
from nnspec.run.savedmodel import export_savedmodel
from nnspec.spec.spec import Spec
from nnspec.spec.training import TrainingSection

SPEC = "spec.yaml"
PREPROCESSING = "preprocessing.json"
MARKDOWN = "report.md"
MODEL = "model"
SAMPLE = 256
"""Rows that the written SavedModel is compared on."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """A finished run: where it lies and what it reached."""

    folder: Path
    report: Report
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
    place = place or Place()
    checked = check(path, overrides=overrides, allow_outside=allow_outside)
    if checked.refused:
        raise refusal_with_data(checked, allow_outside=allow_outside)
    spec, network = checked.accept()
    trainable_sections(spec)
    prepare_device(spec)
    dataset = read_data(spec, network, allow_outside=allow_outside)
    network = fit_network(spec, dataset.fitted)
    rows = len(dataset.splits["train"])
    program = build_for_training(spec, network, dataset.fitted, rows=rows)
    manifest = describe_run(spec, network, dataset, place)
    with RunFolder.create(place.runs, manifest, exact=place.name is not None) as folder:
        folder.write(SPEC, render_spec(spec, network))
        folder.write(PREPROCESSING, dataset.fitted.to_json())
        report = Run(spec, network, dataset, program, folder, place.console).complete()
        folder.finish()
    check_gates(spec, report)
    return RunResult(folder.path, report, checked.diagnostics)


def prepare_device(spec: Spec) -> None:
    """Set threads, device and determinism before anything is computed.

    Raises:
        Refused: R103 where a device is asked for that is not there.
    """
    use_threads(spec.runtime.threads)
    choose_device(spec.runtime.device)
    if spec.runtime.deterministic:
        tf.config.experimental.enable_op_determinism()


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
class Run:
    """One run from the first step to the last file."""

    spec: Spec
    network: Network
    dataset: Dataset
    program: Program
    folder: RunFolder
    console: Console | None

    def complete(self) -> Report:
        """Train, judge and write everything; return the report."""
        training = self.section
        splits = filled_splits(self.program, self.dataset)
        begun = time.monotonic()
        outcome = self.train(self.weighted(splits["train"]), splits.get("validation"))
        seconds = time.monotonic() - begun
        judged = judge_program(
            self.program,
            self.dataset,
            splits,
            batch_size=training.batch_size,
            baselines_seed=self.spec.runtime.seed if self.spec.evaluation.baselines else None,
        )
        report = self.report(judged, outcome, seconds)
        self.write(judged, report)
        return report

    @property
    def section(self) -> TrainingSection:
        """Return the training section."""
        return trainable_sections(self.spec).training

    def train(self, training: Arrays, validation: Arrays | None) -> Outcome:
        """Run the engine; an interrupted training leaves its last state behind."""
        section, runtime = self.section, self.spec.runtime
        plan = Plan(
            batch_size=section.batch_size,
            epochs=section.epochs,
            seed=runtime.seed,
            shuffle=section.shuffle,
            engine=runtime.engine,
            xla=runtime.xla,
        )
        factors = log_factors(self.network, section, self.dataset.fitted)
        history = HistoryFile(self.folder, factors)
        checkpoints = Checkpoints(self.folder)
        callbacks = [
            LossGuard(checkpoints.keep),
            *build_callbacks(section),
            history,
            checkpoints,
        ]
        with contextlib.ExitStack() as ending, memory_errors():
            ending.callback(checkpoints.finish)
            ending.callback(history.finish)
            if self.console is not None:
                shown = Shown(logged_metrics(self.network, section), factors)
                progress = Progress(self.console, section.epochs, shown)
                ending.callback(progress.close)
                callbacks.append(progress)
            return run_engine(self.program.core, training, validation, plan, callbacks)

    def weighted(self, arrays: Arrays) -> Arrays:
        """Return the training rows with the spec's class weights."""
        weights = self.section.class_weight
        if not weights:
            return arrays
        name, target = next(iter(self.dataset.fitted.targets.items()))
        numbers = {str(label): number for number, label in enumerate(target.labels)}
        unknown = [label for label in weights if label not in numbers]
        if unknown:
            message = f"class_weight names {unknown[0]!r}; the classes are {', '.join(numbers)}"
            span = self.spec.positions.find(("training", "class_weight", unknown[0]))
            raise Refused([Diagnostic("M105", message, span, file=self.spec.file)])
        by_number = {numbers[label]: weight for label, weight in weights.items()}
        return weighted_by_class(arrays, self.program.outputs[name], by_number)

    def report(self, judged: Judged, outcome: Outcome, seconds: float) -> Report:
        """Return the report of a training."""
        section, core = self.section, self.program.core
        facts = TrainingFacts(
            section.optimizer.keras_name,
            describe_loss(section),
            section.batch_size,
            outcome.epochs,
            section.epochs,
            round(seconds, 3),
            outcome.stopped,
            outcome.execution.lines(),
        )
        manifest = self.folder.manifest
        origins = Origins(
            self.spec.runtime.seed, manifest.spec.sha256, self.dataset.fingerprint, versions()
        )
        return Report(
            self.spec.name,
            judged.outputs,
            {name: len(split) for name, split in self.dataset.splits.items()},
            core.count_params(),
            sum(int(weight.shape.num_elements()) for weight in core.trainable_weights),
            facts,
            origins,
        )

    def write(self, judged: Judged, report: Report) -> None:
        """Write report, predictions and the SavedModel."""
        self.folder.write(REPORT, report.encoded())
        self.folder.write(MARKDOWN, render_markdown(report))
        tested: SplitName = "test"
        if len(self.dataset.splits[tested]):
            pairs = [(head, judged.answers[head.name][tested]) for head in judged.heads]
            self.folder.write(PREDICTIONS, encode_predictions(pairs))
        if "savedmodel" in self.spec.export.formats:
            sample = raw_columns(self.dataset.splits["train"].features.take(slice(0, SAMPLE)))
            export_savedmodel(self.program, self.folder.path / MODEL, sample)
            self.folder.adopt(MODEL)


@contextlib.contextmanager
def memory_errors() -> Iterator[None]:
    """Turn TensorFlow's and Python's lack of memory into words."""
    try:
        yield
    except (tf.errors.ResourceExhaustedError, MemoryError) as error:
        message = "the machine's memory did not suffice for a training step"
        hint = "lower training.batch_size, or the sizes of the layers"
        raise RunFailed([Diagnostic("R102", message, hint=hint)]) from error


def describe_loss(section: TrainingSection) -> str:
    """Return the loss, or the losses by output, in words."""
    if not isinstance(section.loss, dict):
        return section.loss.keras_name
    named = ((name, loss.keras_name if loss else "none") for name, loss in section.loss.items())
    return ", ".join(f"{name}: {loss}" for name, loss in named)


def check_gates(spec: Spec, report: Report) -> None:
    """Raise GateMissed where a test metric is outside its bounds."""
    found: Mapping[str, float | None] = report.first.metrics.get("test", {})
    missed: list[Diagnostic] = []
    for metric, gate in spec.evaluation.gates.items():
        value = found.get(metric)
        place = spec.positions.find(("evaluation", "gates", metric))
        if value is None:
            message = f"the gate on {metric} has nothing to judge; measured: {', '.join(found)}"
        elif gate.min is not None and value < gate.min:
            message = (
                f"{metric} is {value:g} on the test rows; its gate asks for at least {gate.min:g}"
            )
        elif gate.max is not None and value > gate.max:
            message = (
                f"{metric} is {value:g} on the test rows; its gate asks for at most {gate.max:g}"
            )
        else:
            continue
        missed.append(Diagnostic("R108", message, place, file=spec.file))
    if missed:
        raise GateMissed(missed)
