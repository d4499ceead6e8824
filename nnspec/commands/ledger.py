"""Commands about many runs: runs, compare, clean; they read folders and import nothing heavy."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from nnspec.commands.gathered import gathered
from nnspec.commands.reporting import explained


class ListFormat(StrEnum):
    """How runs are listed."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


class TwoFormats(StrEnum):
    """For people, or for programs."""

    TEXT = "text"
    JSON = "json"


RunsFolder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of all runs.")]
Comparison = Annotated[TwoFormats, typer.Option("--format", help="For people, or for programs.")]


@dataclass(frozen=True, slots=True)
class Listing:
    """The options of `nnspec runs`."""

    folder: RunsFolder = Path("runs")
    order: Annotated[
        str,
        typer.Option(
            "--sort",
            metavar="KEY",
            help="name, status, when, spec, data, figure, baseline, epochs, seconds, seed, or a "
            "figure such as rmse; - before it turns the order around.",
        ),
    ] = "-when"
    filters: Annotated[
        list[str] | None,
        typer.Option(
            "--filter",
            metavar="KEY=VALUE",
            help="Runs of which this holds: status=complete, name='dia*', 'rmse<60'; repeatable.",
        ),
    ] = None
    form: Annotated[ListFormat, typer.Option("--format", help="How to list them.")] = (
        ListFormat.TEXT
    )


@gathered(Listing)
def runs(asked: Listing) -> None:
    """List the runs of a folder beside their best baselines."""
    from nnspec.pipeline.runs import choice, listing
    from nnspec.pipeline.runs.record import find_records

    check_folder(asked.folder)
    with explained():
        found = find_records(asked.folder)
        try:
            kept = choice.filter_records(found, asked.filters or ())
            ordered = choice.sort_records(kept, asked.order)
        except choice.Unchoosable as error:
            raise typer.BadParameter(str(error)) from error
        match asked.form:
            case ListFormat.TEXT:
                none = "no run" if not found else "no run of which the filters hold"
                typer.echo(listing.show_records(ordered) or f"{asked.folder}: {none}")
            case ListFormat.JSON:
                typer.echo(listing.encode_json(ordered), nl=False)
            case ListFormat.CSV:
                typer.echo(listing.encode_csv(ordered), nl=False)


def check_folder(folder: Path) -> None:
    """Refuse what is no folder that can be read: wrong usage.

    Raises:
        typer.BadParameter: with what it is.
    """
    from nnspec.diagnostics.excerpt import visible

    try:
        next(folder.iterdir(), None)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        message = f"the folder {visible(str(folder))} cannot be read: {reason}"
        raise typer.BadParameter(message, param_hint="DIR") from error


def compare(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Two runs or more.")],
    form: Comparison = TwoFormats.TEXT,
) -> None:
    """Show what differs between runs, beside their figures.

    Settings, data, versions and seeds are compared.
    """
    from nnspec.pipeline.runs.compare import compare as compare_runs
    from nnspec.pipeline.runs.differences import encode_compared, show_compared

    if len(runs) < 2:  # noqa: PLR2004 - one run differs from none
        raise typer.BadParameter("expected two runs or more", param_hint="RUN...")
    with explained():
        compared = compare_runs(runs)
        if form is TwoFormats.JSON:
            typer.echo(encode_compared(compared), nl=False)
        else:
            typer.echo(show_compared(compared))


def clean(
    folder: RunsFolder = Path("runs"),
    yes: Annotated[bool, typer.Option("--yes", help="Remove what is listed.")] = False,
    copies: Annotated[
        bool,
        typer.Option("--copies", help="Also complete runs that a later one equals to the bit."),
    ] = False,
) -> None:
    """List what runs left that is of no use; remove it with --yes."""
    from nnspec.network.summary import show_bytes
    from nnspec.pipeline.runs.clean import find_removals, remove, show_cleaning

    check_folder(folder)
    with explained():
        found = find_removals(folder, copies=copies)
        typer.echo(show_cleaning(found) or f"{folder}: nothing to remove")
        if not found.removals:
            return
        count = f"{len(found.removals)} of them, {show_bytes(found.bytes)}"
        if not yes:
            typer.echo(f"\n{count}; --yes removes them")
            return
        for one in found.removals:
            remove(one, copies=copies)
        typer.echo(f"\nremoved {count}")
