"""Commands around a training: what it would be, and whether it comes out the same again."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from nnspec.commands.gathered import gathered
from nnspec.commands.ledger import Comparison, TwoFormats
from nnspec.commands.options import AllowOutside, Overrides, RunFolder, SpecFile, command_line
from nnspec.commands.reporting import explained, libraries_loading

DIFFERENT = 4
"""Exit code of a rerun that parts from its run."""


@dataclass(frozen=True, slots=True)
class Planning:
    """The options of `nnspec plan`."""

    spec: SpecFile
    runs: Annotated[Path, typer.Option("--runs", metavar="DIR", help="Folder of all runs.")] = Path(
        "runs"
    )
    overrides: Overrides = None
    allow_outside: AllowOutside = False
    form: Comparison = TwoFormats.TEXT


@gathered(Planning)
def plan(asked: Planning) -> None:
    """Show what a training would be, and what differs from the last.

    Nothing is read but the spec, the size of its data and the runs.
    """
    with explained(asked.overrides):
        from nnspec.pipeline.runs.plan import Asked
        from nnspec.pipeline.runs.plan import plan as plan_spec
        from nnspec.pipeline.runs.planned import encode_plan, show_plan

        wanted = Asked(asked.runs, asked.overrides or (), asked.allow_outside)
        found = plan_spec(asked.spec, wanted)
        if asked.form is TwoFormats.JSON:
            typer.echo(encode_plan(found), nl=False)
        else:
            typer.echo(show_plan(found))


@dataclass(frozen=True, slots=True)
class Repeating:
    """The options of `nnspec rerun`."""

    run: RunFolder
    runs: Annotated[
        Path | None,
        typer.Option("--runs", metavar="DIR", help="Folder of the new run; RUN's own if absent."),
    ] = None
    name: Annotated[
        str | None,
        typer.Option("--name", metavar="NAME", help="The new run's name; numbered if absent."),
    ] = None


@gathered(Repeating)
def rerun(asked: Repeating) -> None:
    """Train a run again, and say whether it is the same to the bit.

    The exit code is 4 where it is not.
    """
    with explained(running=True), libraries_loading() as loading:
        from nnspec.diagnostics.excerpt import visible
        from nnspec.pipeline.runs.repeatable import check_repeatable

        check_repeatable(asked.run)
        loading.start()
        loading.finish()
        from rich.console import Console

        from nnspec.pipeline.run import Place
        from nnspec.pipeline.runs.rerun import rerun as repeat

        runs = asked.runs or asked.run.resolve().parent
        console = Console(highlight=False)
        found = repeat(asked.run, Place(runs, asked.name, console=console, command=command_line()))
        typer.echo(f"run: {found.second}")
        if found.identical:
            typer.echo(f"bit-identical with {asked.run}: history, weights, figures, predictions")
            return
        typer.echo(f"parts from {asked.run}:")
        for line in found.partings:
            typer.echo(f"  {visible(line)}")
        for line in found.reasons:
            typer.echo(f"  differs: {visible(line)}")
        raise typer.Exit(DIFFERENT)
