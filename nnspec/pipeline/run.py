"""The whole run: open, prepare, train, conclude; in that order and nothing else."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from nnspec.data.profile import profile
from nnspec.diagnostics import Diagnostic, GateMissed
from nnspec.document.html import html_text
from nnspec.engine import Snapshot
from nnspec.engine.tensorflow.routes import machine
from nnspec.network.fill import hash_spec, render_spec, written_out
from nnspec.pipeline.begin import records_of
from nnspec.pipeline.check import Source, placing
from nnspec.pipeline.opened import Opened, open_spec
from nnspec.pipeline.origins import describe_origin, write_text
from nnspec.pipeline.prepare import Prepared, prepare
from nnspec.pipeline.room import check_room
from nnspec.pipeline.runs.settings import read_settings, show_setting
from nnspec.pipeline.train import Course, train
from nnspec.run.claim import Claim, writable
from nnspec.run.folder import RunFolder
from nnspec.run.layout import PREPROCESSING, PROFILE, SPEC
from nnspec.run.lock import now
from nnspec.run.log import Log
from nnspec.run.manifest import Manifest, SpecOrigin, git_revision, versions
from nnspec.run.signals import SIGNALS
from nnspec.run.tracking.tracking import Tracked, Tracking
from nnspec.spec.training import Gate

if TYPE_CHECKING:
    from nnspec.report.report import Report


@dataclass(frozen=True, slots=True)
class RunResult:
    """A finished run: where it lies, what it reached, and which gates it missed."""

    folder: Path
    report: "Report"
    warnings: tuple[Diagnostic, ...] = ()
    missed: tuple[Diagnostic, ...] = ()

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the figures, where the run lies, gates that it missed."""
        missed = "".join(f"<p>{html_text(one.message)}</p>" for one in self.missed)
        return f"{self.report._repr_html_()}<p>{html_text(str(self.folder))}</p>{missed}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run is written, and what shows its progress.

    Attributes:
        runs: folder of all runs.
        name: the run's name; the spec's, with a number if that is taken, where it is None.
        exist_ok: whether a run of that name may be replaced.
        console: takes the progress, or a log does; None: nothing is shown.
        stage: is told what is done: compiling, judging; nothing while epochs are shown.
        command: the command line that asked for the run, if one did.
        gates: bounds on figures beside those of the spec.
        every: seconds between two states that a stopped training can go on from; 0: after every
            chunk of steps; None: as often as costs little. It changes no number of the result.
        tracking: trackers that are told what the run reaches; it changes no number either.
    """

    runs: Path = field(default_factory=lambda: Path("runs"))
    name: str | None = None
    exist_ok: bool = False
    console: Console | Log | None = None
    stage: Callable[[str], object] = str
    command: tuple[str, ...] = ()
    gates: Mapping[str, Gate] = field(default_factory=dict)
    every: float | None = None
    tracking: Tracking | None = None

    def claim(self) -> AbstractContextManager[Claim | None]:
        """Return the claim on the name that was asked for; None where a free one will be found."""
        if self.name is None:
            return writable(self.runs)
        return Claim.named(self.runs, self.name, exist_ok=self.exist_ok)


def run(
    source: Source,
    *,
    overrides: Sequence[str] = (),
    allow_outside: bool = False,
    place: Place | None = None,
) -> RunResult:
    """Train a spec, conclude the run and write it.

    Args:
        source: a spec, or its file.
        overrides: settings of the command line, `path=value` each.
        allow_outside: whether the spec may read files outside its folder.
        place: where the run is written.

    Raises:
        Refused: the spec or its data; nothing was written.
        RunFailed: the run had begun; what it reached is kept.
        GateMissed: the run is complete and a metric missed its gate.
    """
    place = place or Place()
    with place.claim() as claim:
        opened = open_spec(source, overrides=overrides, allow_outside=allow_outside)
        result = run_opened(opened, place, claim)
    GateMissed.check(result.missed)
    return result


def run_opened(opened: Opened, place: Place, claim: Claim | None) -> RunResult:
    """Train a spec whose data is open, and conclude the run.

    Args:
        opened: the spec and its data.
        place: where the run is written.
        claim: its folder, where its name was asked for.

    Raises as `run` does, but for gates: those that were missed stand in the result.
    """
    with placing(opened.spec):
        check_room(opened.spec, opened.network, claim.path if claim else place.runs)
        place.stage("compiling")
        prepared = prepare(opened)
        origin = describe_origin(opened, place.command)
        manifest = replace(describe_run(prepared, place), origin=origin)
        with (
            SIGNALS.waiting() as held,
            claim or Claim.numbered(place.runs, manifest.name) as claimed,
            RunFolder.create(claimed, manifest) as folder,
        ):
            folder.tell(held)
            write_beginning(prepared, folder)
            write_text(opened, folder)
            result = carry_out(prepared, folder, place)
    return replace(result, warnings=opened.diagnostics)


def write_beginning(prepared: Prepared, folder: RunFolder) -> None:
    """Write what a training goes on from, however soon it is stopped: spec and preprocessing."""
    folder.write(SPEC, render_spec(prepared.spec, written_out(prepared.network)))
    dataset = prepared.dataset
    folder.write(PREPROCESSING, dataset.fitted.to_json())
    known = profile(dataset.seen.cells(), dataset.fitted.columns)
    folder.write(PROFILE, known.to_json())


def carry_out(
    prepared: Prepared,
    folder: RunFolder,
    place: Place,
    taken_up: Snapshot | None = None,
    slot: int = 0,
) -> RunResult:
    """Train and conclude a run whose folder is held.

    Args:
        prepared: the spec with its rows and its program.
        folder: the run's, held for writing.
        place: what shows the progress, how often states are written, further gates.
        taken_up: the state to go on from; None: the training begins.
        slot: which of the two files of states is written first.
    """
    SIGNALS.check()
    place.stage("")
    with tracked(place, folder, resumed=taken_up is not None) as told:
        course = Course(place.console, place.every, taken_up, slot, place.tracking)
        trained = train(prepared, folder, course)
        place.stage("judging")
        from nnspec.pipeline import conclude  # noqa: PLC0415 - a second, when training has ended

        report = told.report = conclude.conclude(trained)
    from nnspec.pipeline.gates import missed_gates  # noqa: PLC0415 - as above

    return RunResult(folder.path, report, missed=missed_gates(prepared.spec, report, place.gates))


@dataclass(slots=True)
class Told:
    """What trackers are told at the end of a run."""

    report: "Report | None" = None

    def figures(self) -> dict[str, float | None]:
        """Return the figures of a run by output, where there are several, split and name."""
        if self.report is None:
            return {}
        several = len(self.report.outputs) > 1
        return {
            ".".join([*([output.name] if several else []), split, name]): value
            for output in self.report.outputs
            for split, found in output.metrics.items()
            for name, value in found.items()
        }


@contextmanager
def tracked(place: Place, folder: RunFolder, *, resumed: bool) -> Iterator[Told]:
    """Tell trackers of a run within the block, and what it came to after it."""
    told, tracking = Told(), place.tracking
    if tracking is None:
        yield told
        return
    settings = {name: show_setting(one) for name, one in read_settings(folder).items()}
    manifest = folder.manifest
    spec = manifest.origin.spec if manifest.origin else manifest.name
    tracking.begin(Tracked(place.runs, manifest.name, spec, settings, resumed))
    try:
        yield told
    finally:
        tracking.end(told.figures(), whole=told.report is not None)


def describe_run(prepared: Prepared, place: Place) -> Manifest:
    """Return what is known of a run before it begins."""
    spec = prepared.spec
    folder = spec.folder.resolve()
    digest = hash_spec(spec, prepared.network)
    origin = SpecOrigin(Path(spec.file).name, str(folder), digest, git_revision(folder))
    return Manifest(
        place.name or spec.name,
        origin,
        spec.runtime.seed,
        now(),
        data=prepared.dataset.fingerprint,
        device=spec.runtime.device,
        versions=versions(),
        parts=records_of(spec),
        machine=machine(spec.runtime.threads),
    )
