"""Commands about the language itself: schema, explain."""

from typing import Annotated

import typer

Name = Annotated[
    str | None,
    typer.Argument(
        metavar="CODE|NAME", help="A finding's code, a Keras name, or a setting: training.epochs."
    ),
]


def schema() -> None:
    """Print the JSON Schema of the language, for editors."""
    from nnspec.schema import generate_schema, write_schema

    typer.echo(write_schema(generate_schema()))


def explain(name: Name = None) -> None:
    """Say what a code or name means; list all without one."""
    from nnspec.reference import explain as explain_name
    from nnspec.reference import list_names, nearest_name

    if name is None:
        typer.echo(list_names())
        return
    text = explain_name(name)
    if text is None:
        hint = nearest_name(name)
        message = f"{name} is neither a code nor a name" + (f"; {hint}" if hint else "")
        raise typer.BadParameter(message, param_hint="CODE|NAME")
    typer.echo(text)
