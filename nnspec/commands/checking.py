"""Commands that look at a spec and train nothing: render, summary."""

import shutil
import sys

import typer

from nnspec.commands.options import AllowOutside, Overrides, SpecFile
from nnspec.commands.reporting import accept, explained


def render(
    spec: SpecFile, overrides: Overrides = None, allow_outside: AllowOutside = False
) -> None:
    """Print a spec with every default written out."""
    with explained(overrides):
        from nnspec.network.fill import render_spec

        accepted = accept(spec, overrides, allow_outside=allow_outside)
        typer.echo(render_spec(*accepted), nl=False)


def summary(
    spec: SpecFile, overrides: Overrides = None, allow_outside: AllowOutside = False
) -> None:
    """Print the table of layers, shapes and parameters."""
    with explained(overrides):
        from nnspec.network.summary import WIDTH, show_summary, summarize

        _, network = accept(spec, overrides, allow_outside=allow_outside)
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else WIDTH
        typer.echo(show_summary(summarize(network), width))
