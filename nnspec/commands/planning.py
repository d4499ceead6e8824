"""Commands around a training: what it would be, and whether it comes out the same again."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from nnspec.commands.gathered import gathered
from nnspec.commands.ledger import Comparison, TwoFormats
from nnspec.commands.options import AllowOutside, Overrides, SpecFile
from nnspec.commands.reporting import explained


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
    """Show what training a spec would be, and what differs from its last run; nothing is read."""
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
