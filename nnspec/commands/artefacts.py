"""Commands about what a run left behind: export, report."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nnspec.commands.gathered import gathered
from nnspec.commands.options import AllowOutside, Overrides, RunFolder
from nnspec.commands.reporting import check_run, explained, show_findings, training_libraries

if TYPE_CHECKING:
    from nnspec.diagnostics import Diagnostic
    from nnspec.pipeline.exchanged import Exported


class ExportFormat(StrEnum):
    """What a finished run can be written as; a spec has no weights: as keras-json or python."""

    SAVED_MODEL = "savedmodel"
    KERAS_JSON = "keras-json"
    PYTHON = "python"
    KERAS = "keras"
    WEIGHTS = "weights"
    CARD = "card"


OF_SPECS = (ExportFormat.KERAS_JSON, ExportFormat.PYTHON)
"""What is written of a spec, too: it needs no weights."""


class ReportFormat(StrEnum):
    """How a report is printed."""

    MARKDOWN = "md"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Export:
    """The options of `nnspec export`."""

    source: Annotated[
        Path,
        typer.Argument(
            metavar="RUN", help="The folder of a finished run; or SPEC: keras-json, python."
        ),
    ]
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="PATH", help="New folder, or file.")
    ]
    form: Annotated[ExportFormat, typer.Option("--format", help="What to write.")] = (
        ExportFormat.SAVED_MODEL
    )
    codes: Annotated[
        list[str] | None,
        typer.Option(
            "--codes",
            metavar="LAYER",
            help="A layer whose output the SavedModel's signature `codes` gives; repeatable.",
        ),
    ] = None
    overrides: Overrides = None
    allow_outside: AllowOutside = False


@gathered(Export)
def export(asked: Export) -> None:
    """Write a trained run, or the network of a spec, for other programs."""
    overrides, source = asked.overrides or (), asked.source
    if asked.form not in OF_SPECS:
        check_run(source)
    if asked.codes and asked.form is not ExportFormat.SAVED_MODEL:
        message = f"codes are a signature of the SavedModel; {asked.form} has none"
        raise typer.BadParameter(message, param_hint="--codes")
    with explained(asked.overrides), training_libraries():
        from nnspec.pipeline import exchanged, finished

        match asked.form:
            case ExportFormat.SAVED_MODEL:
                doubts = finished.export(source, asked.output, codes=asked.codes or ())
            case ExportFormat.KERAS_JSON:
                doubts = exchanged.export_keras_json(
                    source, asked.output, overrides=overrides, allow_outside=asked.allow_outside
                )
            case ExportFormat.PYTHON:
                doubts = exchanged.export_python(
                    source, asked.output, overrides=overrides, allow_outside=asked.allow_outside
                )
            case ExportFormat.CARD:
                doubts = exchanged.export_card(source, asked.output)
            case ExportFormat.KERAS:
                doubts = tell(exchanged.export_archive(source, asked.output, ("keras",)))
            case ExportFormat.WEIGHTS:
                doubts = tell(exchanged.export_archive(source, asked.output, exchanged.WEIGHTS))
        show_findings(doubts)


def tell(exported: "Exported") -> "tuple[Diagnostic, ...]":
    """Print how what was written compares with the run; return what is to be said about it."""
    typer.echo(exported.says)
    return exported.doubts


def report(
    run: RunFolder,
    form: Annotated[
        ReportFormat, typer.Option("--format", help="How to print it.")
    ] = ReportFormat.MARKDOWN,
) -> None:
    """Print the report of a finished run."""
    with explained():
        from nnspec.run.folder import RunFolder as Folder

        typer.echo(Folder.open(run).read(f"report.{form}").decode("utf-8"), nl=False)
