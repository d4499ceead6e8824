"""The command that shows what the data of a spec holds."""

import typer

from nnspec.commands.options import AllowOutside, Overrides, SpecFile
from nnspec.commands.reporting import explained, libraries_loading, show_findings
from nnspec.diagnostics.codes.code import Severity


def data(spec: SpecFile, overrides: Overrides = None, allow_outside: AllowOutside = False) -> None:
    """Show the columns of a spec's data, and what is read of them."""
    with explained(overrides), libraries_loading():
        from nnspec.pipeline.described import describe_data

        text, found = describe_data(spec, overrides=overrides or (), allow_outside=allow_outside)
        typer.echo(text)
        show_findings(found, overrides)
        if any(one.severity == Severity.ERROR for one in found):
            raise typer.Exit(1)
