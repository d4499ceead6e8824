"""The command that turns a model file into a spec: import."""

from pathlib import Path
from typing import Annotated

import typer

from nnspec.commands.reporting import explained, show_findings


def import_(
    model: Annotated[
        Path, typer.Argument(metavar="MODEL", help="A .json, .yaml, .keras or .h5 of any Keras.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="SPEC", help="New spec.")],
    weights: Annotated[
        Path | None,
        typer.Option("--weights", metavar="FILE", help="Weights; those of MODEL if it has some."),
    ] = None,
    blocks: Annotated[
        bool,
        typer.Option("--blocks", help="Write repeated stretches once; their names are new."),
    ] = False,
) -> None:
    """Write the spec of a model file of Keras, its weights beside it."""
    if output.exists():
        message = f"{output} is there already"
        raise typer.BadParameter(message, param_hint="--output")
    with explained(None):
        from nnspec.pipeline.imported import import_model

        made = import_model(model, output, weights, blocks=blocks)
    show_findings(made.diagnostics)
    for one in made.translated:
        typer.echo(f"translated  {one}", err=True)
    for one in made.left:
        typer.echo(f"left out    {one}", err=True)
    begins = f", which begins with the weights of {made.weights}" if made.weights else ""
    typer.echo(f"{output}: written{begins}", err=True)


import_.__name__ = "import"  # the command's name, which is a word of Python's own
