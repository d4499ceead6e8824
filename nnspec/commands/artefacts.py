"""Commands about what a run left behind: export, report."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from nnspec.commands.options import RunFolder
from nnspec.commands.reporting import explained, training_libraries


class ExportFormat(StrEnum):
    """What a finished run can be written as."""

    SAVED_MODEL = "savedmodel"


class ReportFormat(StrEnum):
    """How a report is printed."""

    MARKDOWN = "md"
    JSON = "json"


def export(
    run: RunFolder,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="New folder.")],
    form: Annotated[
        ExportFormat, typer.Option("--format", help="What to write.")
    ] = ExportFormat.SAVED_MODEL,
) -> None:
    """Write a trained run for other programs."""
    with explained(), training_libraries():
        from nnspec.pipeline import finished

        match form:
            case ExportFormat.SAVED_MODEL:
                finished.export(run, output)


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
