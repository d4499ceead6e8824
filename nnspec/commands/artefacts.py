"""Commands about what a run left behind: export, report."""

import sys
import webbrowser
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
    from nnspec.pipeline.parity_rows import Compared


class ExportFormat(StrEnum):
    """What a finished run can be written as; a spec has no weights: as keras-json or python."""

    SAVED_MODEL = "savedmodel"
    KERAS_JSON = "keras-json"
    PYTHON = "python"
    ONNX = "onnx"
    KERAS = "keras"
    WEIGHTS = "weights"
    KERAS_2 = "keras2-h5"
    TFJS = "tfjs"
    LITERT = "litert"
    LITERT_HALF = "litert-float16"
    LITERT_INTEGERS = "litert-int8"
    CARD = "card"


OF_SPECS = (ExportFormat.KERAS_JSON, ExportFormat.PYTHON)
"""What is written of a spec, too: it needs no weights."""
UNCHECKED = (ExportFormat.CARD, ExportFormat.PYTHON)
"""What holds no trained network to compare answers of."""


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
        Path | None,
        typer.Option(
            "-o", "--output", metavar="PATH", help="New folder, or file; may be absent for --check."
        ),
    ] = None
    form: Annotated[
        ExportFormat | None, typer.Option("--format", help="What to write; savedmodel if absent.")
    ] = None
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
        typer.Option(
            "--check",
            help="Print size, time, figures and difference as a table, and refuse what cannot be "
            "compared; without --output nothing is kept, without --format every form is looked at.",
        ),
    ] = False
    overrides: Overrides = None
    allow_outside: AllowOutside = False


@gathered(Export)
def export(asked: Export) -> None:
    """Write a run, or the network of a spec, for other programs."""
    form = asked.form or ExportFormat.SAVED_MODEL
    if form not in OF_SPECS or asked.check:
        check_run(asked.source)
    if asked.codes and form is not ExportFormat.SAVED_MODEL:
        message = f"codes are a signature of the SavedModel; {form} has none"
        raise typer.BadParameter(message, param_hint="--codes")
    if asked.output is None:
        if not asked.check:
            raise typer.BadParameter("say where to write", param_hint="--output")
        check_forms(asked)
    elif form is ExportFormat.ONNX:
        export_onnx(asked, asked.output)
    else:
        export_with_keras(asked, form, asked.output)


def export_with_keras(asked: Export, form: ExportFormat, output: Path) -> None:
    """Write a run, or a spec, in a form that Keras is needed for."""
    of_spec = form in OF_SPECS and not asked.source.is_dir()
    with explained(asked.overrides), training_libraries():
        from nnspec.pipeline import exchanged

        said: dict[str, Any] = {
            "overrides": asked.overrides or (),
            "allow_outside": asked.allow_outside,
        }
        if form is ExportFormat.PYTHON and not asked.source.is_dir():
            show_findings(exchanged.export_python(asked.source, output, **said))
        elif form is ExportFormat.PYTHON:
            from nnspec.pipeline.exported_program import export_program

            tell(export_program(asked.source, output), checked=asked.check)
        elif of_spec:
            exchanged.export_keras_json(asked.source, output, **said)
        elif form is ExportFormat.CARD:
            show_findings(exchanged.export_card(asked.source, output))
        else:
            from nnspec.pipeline.exports import Wanted, export_run

            wanted = Wanted(form.value, output, asked.codes or (), asked.check)
            tell(export_run(asked.source, wanted), checked=asked.check)


def check_forms(asked: Export) -> None:
    """Print how each form of a run compares with it, or one form; nothing is kept."""
    if asked.form in UNCHECKED:
        message = f"{asked.form} holds no trained network to compare"
        raise typer.BadParameter(message, param_hint="--check")
    with explained(), training_libraries():
        from nnspec.pipeline.checked_exports import EVERY, check_exports
        from nnspec.pipeline.parity_rows import table_of

        forms = (asked.form.value,) if asked.form else EVERY
        found = check_exports(asked.source, forms)
        for line in table_of(found):
            typer.echo(line)
    if asked.form and found[0].parity is None:
        raise typer.Exit(1)


def export_onnx(asked: Export, output: Path) -> None:
    """Write a run as an ONNX file; tell what became of it."""
    check_run(asked.source)
    with explained(), onnx_libraries(checked=asked.check):
        from nnspec.pipeline import onnx_export

        found = onnx_export.export_onnx(asked.source, output, check=asked.check)
        show_findings(found.doubts)
        typer.echo(found.told)


def tell(compared: "Compared", *, checked: bool) -> None:
    """Print how what was written compares with the run, and what is to be said about the run."""
    from nnspec.pipeline.parity_rows import table_of

    if checked:
        for line in table_of([compared]):
            typer.echo(line)
        if compared.beside:
            typer.echo(compared.beside)
    else:
        typer.echo(compared.says())
    show_findings(compared.doubts)


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
