"""Commands that compute: train, evaluate, predict."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from nnspec.commands.options import AllowOutside, Overrides, RunFolder, SpecFile
from nnspec.commands.reporting import accept, explained, training_libraries

Runs = Annotated[Path, typer.Option("--runs", metavar="DIR", help="Folder of all runs.")]
RunName = Annotated[
    str | None,
    typer.Option("--name", metavar="NAME", help="The run's name; the spec's if absent."),
]
DataFile = Annotated[Path, typer.Argument(metavar="DATA", help="A table with the same columns.")]
Output = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FILE", help="CSV; standard output if absent."),
]


def train(
    spec: SpecFile,
    runs: Runs = Path("runs"),
    name: RunName = None,
    overrides: Overrides = None,
    allow_outside: AllowOutside = False,
) -> None:
    """Train a spec; write its run, report and SavedModel."""
    with explained(overrides):
        accept(spec, overrides, allow_outside=allow_outside, opened=True)
    with explained(overrides), training_libraries():
        from rich.console import Console

        from nnspec.pipeline.train import Place
        from nnspec.pipeline.train import train as train_spec
        from nnspec.run.display import show_report

        console = Console(highlight=False)
        result = train_spec(
            spec,
            overrides=overrides or (),
            allow_outside=allow_outside,
            place=Place(runs, name, console),
        )
        show_report(result.report, console)
        typer.echo(f"run: {result.folder}")


def evaluate(run: RunFolder) -> None:
    """Compute the figures of a finished run anew."""
    with explained(), training_libraries():
        from rich.console import Console

        from nnspec.pipeline import finished
        from nnspec.run.display import show_report

        judged = replace(finished.report(run), outputs=finished.evaluate(run))
        show_report(judged, Console(highlight=False))


def predict(run: RunFolder, data: DataFile, output: Output = None) -> None:
    """Predict new rows, in the target's own units."""
    with explained(), training_libraries():
        from nnspec.pipeline import finished

        predictions = finished.predict(run, data)
        if output is None:
            sys.stdout.buffer.write(predictions)
        else:
            from nnspec.run.atomic import write_atomic

            write_atomic(output, predictions)
