"""Commands that compute: train, evaluate, predict."""

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from nnspec.commands.events import Events, told
from nnspec.commands.gates import FailOver, FailUnder, gates_of
from nnspec.commands.gathered import gathered
from nnspec.commands.options import (
    AllowOutside,
    Overrides,
    RunFolder,
    SpecFile,
    command_line,
    file_if_given,
    has_run,
    run_folder,
)
from nnspec.commands.reporting import (
    accept,
    check_run,
    explained,
    libraries_loading,
    show_findings,
)
from nnspec.commands.stages import STAGES, reading
from nnspec.commands.tracking import Track, check_trackers, tracking_of
from nnspec.diagnostics import GateMissed
from nnspec.spec.forms import FORMS, Form

if TYPE_CHECKING:
    from nnspec.pipeline.run import Place, RunResult

Runs = Annotated[Path, typer.Option("--runs", metavar="DIR", help="Folder of all runs.")]
RunName = Annotated[
    str | None,
    typer.Option("--name", metavar="NAME", help="The run's name; the spec's if absent."),
]
DataFiles = Annotated[
    list[Path],
    typer.Argument(
        metavar="DATA...",
        help="A table with the same columns, or several files of one; - for standard input.",
    ),
]
Labelled = Annotated[
    Path | None,
    typer.Option("--data", metavar="DATA", help="A table to judge it on, with targets."),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help=".csv .tsv .jsonl .json or .parquet; standard output if absent.",
    ),
]
Keep = Annotated[
    list[str] | None,
    typer.Option(
        "--keep",
        metavar="COLUMN",
        help="A column to stand beside the predictions: a name, a pattern with *, or several "
        "behind commas. May be repeated.",
    ),
]
OutputOf = Annotated[
    str | None,
    typer.Option(
        "--output-of",
        metavar="LAYER",
        help="Write what leaves this layer, a column for each number, in place of predictions.",
    ),
]
TableForm = Annotated[
    Form | None,
    typer.Option(
        "--format",
        help="Form of the predictions; by the ending of FILE if absent, else csv. json also "
        "compares the rows with the training rows.",
    ),
]
ReportForm = Annotated[
    Literal["text", "json"], typer.Option("--format", help="Figures as a table, or as JSON.")
]


@dataclass(frozen=True, slots=True)
class Training:
    """The options of `nnspec train`."""

    spec: Annotated[
        Path | None,
        typer.Argument(metavar="SPEC", help="A spec: YAML or JSON.", callback=file_if_given),
    ] = None
    runs: Runs = Path("runs")
    name: RunName = None
    resume: Annotated[
        Path | None,
        typer.Option(
            "--resume",
            metavar="RUN",
            help="Go on with a run that was stopped, or let one train for more epochs (--set "
            "training.epochs=N). With SPEC, a run that is not there yet begins.",
        ),
    ] = None
    allow_changes: Annotated[
        bool,
        typer.Option(
            "--allow-changes",
            help="Go on although spec, data, libraries or machine have changed.",
        ),
    ] = False
    checkpoint_every: Annotated[
        float | None,
        typer.Option(
            "--checkpoint-every",
            metavar="SECONDS",
            min=0.0,
            help="Seconds between two states that --resume can go on from; as often as costs "
            "little if absent. It changes no result.",
        ),
    ] = None
    exist_ok: Annotated[
        bool, typer.Option("--exist-ok", help="Replace the run of that name, if there is one.")
    ] = False
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Show no progress and no figures: the run's folder.")
    ] = False
    log_json: Annotated[
        bool, typer.Option("--log-json", help="Print an event a line as JSON, and nothing else.")
    ] = False
    fail_under: FailUnder = None
    fail_over: FailOver = None
    track: Track = None
    overrides: Overrides = None
    allow_outside: AllowOutside = False


@gathered(Training)
def train(asked: Training) -> None:
    """Train a spec; write its run, report and SavedModel."""
    if asked.resume is not None and (asked.name is not None or asked.exist_ok):
        raise typer.BadParameter("--resume names the run: leave --name and --exist-ok out")
    path = None if asked.resume is None else run_folder(asked.resume, asked.runs)
    if path is not None and (asked.spec is None or has_run(path)):
        take_up(asked, path)
        return
    if path is not None:
        asked = replace(asked, runs=path.parent, name=path.name)
    if asked.spec is None:
        raise typer.BadParameter("give a SPEC to train, or --resume RUN to go on with one")
    begin(asked, asked.spec)


def begin(asked: Training, spec: Path) -> None:
    """Train a spec as a run of its own."""
    from nnspec.run.claim import Claim, writable

    check_trackers(asked.track)
    overrides, outside = asked.overrides, asked.allow_outside
    events = begin_stages(asked)
    gates = gates_of(asked.fail_under, asked.fail_over)
    with explained(overrides, running=True), told(events) as held:
        STAGES.say(f"checking {spec}")
        # Whoever comes second to a name, or has no right to write, is told so at once.
        claim = held.enter_context(
            Claim.named(asked.runs, asked.name, exist_ok=asked.exist_ok)
            if asked.name is not None
            else writable(asked.runs)
        )
        accepted = accept(spec, overrides, allow_outside=outside, opened=True)
        from nnspec.rules.gates import check_bounds

        check_bounds(*accepted, gates)
        loading = held.enter_context(libraries_loading())
        from nnspec.pipeline.opened import open_spec

        STAGES.say(reading(accepted[0]))
        loading.start()
        opened = open_spec(spec, overrides=overrides or (), allow_outside=outside)
        STAGES.say("loading TensorFlow")
        loading.finish()
        show_findings(opened.seen, overrides)
        from nnspec.pipeline.run import run_opened

        show_end(asked, events, run_opened(opened, place_of(asked, events), claim))


def take_up(asked: Training, path: Path) -> None:
    """Go on with a run, or let it train for longer."""
    from nnspec.run.folder import RunFolder as Folder

    check_trackers(asked.track)
    events = begin_stages(asked)
    with explained(asked.overrides, running=True), told(events) as held:
        STAGES.say(f"opening {path}")
        # Whoever comes second to a run is told so before libraries load.
        folder = held.enter_context(Folder.open(path, writing=True))
        loading = held.enter_context(libraries_loading())
        STAGES.say("loading TensorFlow")
        loading.start()
        loading.finish()
        from nnspec.pipeline.resume import Asked, resume

        wanted = Asked(
            asked.spec,
            asked.overrides or (),
            asked.allow_outside,
            asked.allow_changes,
            place_of(asked, events),
            lambda one: show_findings([one]),
        )
        show_end(asked, events, resume(folder, wanted))


def begin_stages(asked: Training) -> Events | None:
    """Say from now on what is done; return what takes events, where a log of them is wanted."""
    events = Events() if asked.log_json else None
    STAGES.begin(shown=not asked.quiet, event=events.stage if events else None)
    return events


def place_of(asked: Training, events: Events | None) -> "Place":
    """Return where a run is written, and what shows its progress."""
    from rich.console import Console

    from nnspec.pipeline.run import Place

    console = None if asked.quiet else Console(highlight=False)
    return Place(
        asked.runs,
        asked.name,
        console=events.log() if events else console,
        stage=STAGES.say,
        command=command_line(),
        gates=gates_of(asked.fail_under, asked.fail_over),
        every=asked.checkpoint_every,
        tracking=tracking_of(asked.track),
    )


def show_end(asked: Training, events: Events | None, result: "RunResult") -> None:
    """Show what a run has reached, and where it lies."""
    STAGES.clear()
    if events:
        events.end(result)
    else:
        from rich.console import Console

        from nnspec.report.terminal import show_checks, show_report, show_stop

        console = Console(highlight=False, quiet=asked.quiet)
        show_stop(result.report, console)
        show_report(result.report, console)
        show_checks(result.report, console)
        typer.echo(f"run: {result.folder}")
    GateMissed.check(result.missed)


def bench(
    spec: SpecFile,
    write: Annotated[
        bool, typer.Option("--write", help="Write the fastest executor into the spec.")
    ] = False,
    seconds: Annotated[
        float, typer.Option("--seconds", min=0.0, help="When no further turn begins.")
    ] = 30.0,
    overrides: Overrides = None,
    allow_outside: AllowOutside = False,
) -> None:
    """Measure the executors side by side on a spec.

    Nothing is kept but what --write says.
    """
    with explained(overrides):
        accept(spec, overrides, allow_outside=allow_outside, opened=True)
    with explained(overrides), libraries_loading() as loading:
        from nnspec.pipeline.opened import open_spec

        loading.start()
        opened = open_spec(spec, overrides=overrides or (), allow_outside=allow_outside)
        loading.finish()
        from rich.console import Console

        from nnspec.pipeline.bench import measure_executors, write_choice
        from nnspec.report.terminal import show_comparison

        measured = measure_executors(opened, seconds=seconds)
        show_comparison(measured, Console(highlight=False))
        chosen = ", ".join(f"{key}: {value}" for key, value in measured.best.settings.items())
        if write:
            write_choice(spec, measured.best)
            typer.echo(f"{spec}: runtime: {{{chosen}}}")
        else:
            typer.echo(f"soonest done: runtime: {{{chosen}}}; --write puts it into the spec")


def evaluate(
    run: RunFolder,
    data: Labelled = None,
    fail_under: FailUnder = None,
    fail_over: FailOver = None,
    form: ReportForm = "text",
) -> None:
    """Compute the figures of a run anew, or of a labelled table.

    A trained run that was not judged is completed.
    """
    gates = gates_of(fail_under, fail_over)
    check_run(run)
    with explained(running=data is None), libraries_loading() as loading:
        rows = None
        if data is not None:
            from nnspec.pipeline.new_rows import read_new_rows

            rows = read_new_rows(run, data, with_targets=True)
        loading.start()
        loading.finish()
        from rich.console import Console

        from nnspec.pipeline import finished
        from nnspec.report.new_rows import show_new_rows
        from nnspec.report.terminal import show_checks, show_report

        if rows is None:
            evaluated = finished.evaluate(run)
        else:
            evaluated = finished.evaluate_rows(finished.open_run(run), rows)
        show_findings(evaluated.doubts)
        if rows is not None:
            show_new_rows(rows.drift, Console(stderr=True, highlight=False))
        if form == "json":
            typer.echo(finished.encode_evaluated(evaluated, rows), nl=False)
        else:
            console = Console(highlight=False)
            show_report(evaluated.report, console)
            show_checks(evaluated.report, console)
        GateMissed.check(evaluated.missing(gates, own=rows is None))


@dataclass(frozen=True, slots=True)
class Prediction:
    """The options of `nnspec predict`."""

    run: RunFolder
    data: DataFiles
    output: Output = None
    keep: Keep = None
    output_of: OutputOf = None
    form: TableForm = None


@gathered(Prediction)
def predict(asked: Prediction) -> None:
    """Predict new rows, in the target's own units."""
    form = asked.form or form_of(asked.output)
    with explained(), libraries_loading() as loading:
        from nnspec.pipeline.new_rows import read_new_rows

        # What is no run or no table is told at once.
        rows = read_new_rows(asked.run, asked.data, keep=asked.keep or ())
        loading.start()
        loading.finish()
        from rich.console import Console

        from nnspec.pipeline import finished
        from nnspec.report.new_rows import show_new_rows

        run = finished.open_run(asked.run)
        predicted = finished.predict_rows(run, rows, output_of=asked.output_of)
        show_findings(predicted.doubts)
        show_new_rows(rows.drift, Console(stderr=True, highlight=False))
        content = finished.encode_predicted(predicted, rows, form)
        if asked.output is None:
            sys.stdout.buffer.write(content)
        else:
            from nnspec.run.atomic import write_atomic

            write_atomic(asked.output, content)


def form_of(output: Path | None) -> Form:
    """Return the form in which predictions are written to a file; wrong usage if it is none."""
    from nnspec.spec.formats import written_form

    form = written_form(output.name) if output else "csv"
    if form is None:
        message = f"predictions are not written as {output}; expected one of {', '.join(FORMS)}"
        raise typer.BadParameter(message, param_hint="--output")
    return form
