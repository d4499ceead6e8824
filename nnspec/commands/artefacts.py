"""Commands about what a run left behind: export, report."""

import sys
import webbrowser
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nnspec.commands.gathered import gathered
from nnspec.commands.options import AllowOutside, Overrides, RunFolder
from nnspec.commands.reporting import (
    check_run,
    explained,
    libraries_loading,
    onnx_libraries,
    show_findings,
    training_libraries,
)

if TYPE_CHECKING:
    from nnspec.diagnostics import Diagnostic
    from nnspec.pipeline.exchanged import Exported


class ExportFormat(StrEnum):
    """What a finished run can be written as; a spec has no weights: as keras-json or python."""

    SAVED_MODEL = "savedmodel"
    KERAS_JSON = "keras-json"
    PYTHON = "python"
    ONNX = "onnx"
    KERAS = "keras"
    WEIGHTS = "weights"
    CARD = "card"


OF_SPECS = (ExportFormat.KERAS_JSON, ExportFormat.PYTHON)
"""What is written of a spec, too: it needs no weights."""


class ReportFormat(StrEnum):
    """How a report is printed."""

    MARKDOWN = "md"
    JSON = "json"
    HTML = "html"


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
    check: Annotated[
        bool,
        typer.Option("--check", help="Refuse an ONNX file whose answers cannot be compared."),
    ] = False
    overrides: Overrides = None
    allow_outside: AllowOutside = False


@gathered(Export)
def export(asked: Export) -> None:
    """Write a run, or the network of a spec, for other programs."""
    overrides, source = asked.overrides or (), asked.source
    if asked.form not in OF_SPECS:
        check_run(source)
    if asked.codes and asked.form is not ExportFormat.SAVED_MODEL:
        message = f"codes are a signature of the SavedModel; {asked.form} has none"
        raise typer.BadParameter(message, param_hint="--codes")
    if asked.form is ExportFormat.ONNX:
        export_onnx(asked)
        return
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


def export_onnx(asked: Export) -> None:
    """Write a run as an ONNX file; tell what became of it."""
    check_run(asked.source)
    with explained(), onnx_libraries(checked=asked.check):
        from nnspec.pipeline import onnx_export

        found = onnx_export.export_onnx(asked.source, asked.output, check=asked.check)
        show_findings(found.doubts)
        typer.echo(found.told)


def tell(exported: "Exported") -> "tuple[Diagnostic, ...]":
    """Print how what was written compares with the run; return what is to be said about it."""
    typer.echo(exported.says)
    return exported.doubts


def report(
    run: RunFolder,
    form: Annotated[
        ReportFormat, typer.Option("--format", help="How to print it.")
    ] = ReportFormat.MARKDOWN,
    opened: Annotated[
        bool, typer.Option("--open", help="Open its page, report.html, in the browser instead.")
    ] = False,
) -> None:
    """Print the report of a finished run, or open its page."""
    with explained(), libraries_loading():
        if opened:
            open_page(run)
        elif form is ReportFormat.HTML:
            from nnspec.pipeline.page import page_of

            typer.echo(page_of(run).decode(), nl=False)
        else:
            from nnspec.run.folder import RunFolder as Folder

            typer.echo(Folder.open(run).read(f"report.{form}").decode("utf-8"), nl=False)


def open_page(run: Path) -> None:
    """Open a run's page in the browser, and print where it lies."""
    from nnspec.pipeline.page import written_page

    page = written_page(run).resolve()
    typer.echo(page)
    if not webbrowser.open(page.as_uri()):
        sys.stderr.write("nnspec: there is no browser to open; the page lies where it says above\n")
