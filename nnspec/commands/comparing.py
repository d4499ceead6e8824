"""The command that tells two specs, runs or model documents apart: diff."""

import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from nnspec.commands.gathered import gathered
from nnspec.commands.options import AllowOutside, require_file
from nnspec.commands.reporting import explained
from nnspec.diagnostics.render import wants_color


class DifferenceFormat(StrEnum):
    """How a difference is written."""

    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The options of `nnspec diff`."""

    before: Annotated[
        Path,
        typer.Argument(
            metavar="A", help="A spec, a model document or a run's folder.", callback=require_file
        ),
    ]
    after: Annotated[
        Path, typer.Argument(metavar="B", help="What it is compared with.", callback=require_file)
    ]
    form: Annotated[DifferenceFormat, typer.Option("--format", help="How it is written.")] = (
        DifferenceFormat.TEXT
    )
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 1 where anything differs.")
    ] = False
    allow_outside: AllowOutside = False


@gathered(Comparison)
def diff(asked: Comparison) -> None:
    """Tell two specs, runs or models apart, by layer and setting."""
    with explained():
        from nnspec.difference.compare import Side, differ
        from nnspec.pipeline.look import look

        sides: list[Side] = []
        for path in (asked.before, asked.after):
            found = look(path, allow_outside=asked.allow_outside)
            sides.append(Side(str(path), found.spec, found.network))
        difference = differ(*sides)
    if asked.form is DifferenceFormat.JSON:
        from nnspec.difference.encoded import encode_difference

        typer.echo(encode_difference(difference))
    else:
        from nnspec.difference.text import show_difference

        color = wants_color(sys.stdout)
        typer.echo(show_difference(difference, color=color), color=color)
    if asked.exit_code and not difference.equal:
        raise typer.Exit(1)
