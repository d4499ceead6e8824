"""The command that writes a first spec."""

from os.path import relpath
from pathlib import Path
from typing import Annotated

import typer

from nnspec.commands.reporting import explained, naming_absent

TABLES = {"numpy", "polars", "sklearn"}
"""Packages that reading a table takes and the light core leaves out."""


def init(
    table: Annotated[
        str | None,
        typer.Option("--from", metavar="TABLE", help="A table, a folder, or sklearn:NAME."),
    ] = None,
    target: Annotated[
        str | None, typer.Option("--target", metavar="COLUMN", help="The column to predict.")
    ] = None,
    window: Annotated[
        int | None,
        typer.Option(
            "--window", min=2, metavar="ROWS", help="Rows are a series, seen so many at once."
        ),
    ] = None,
    template: Annotated[
        str | None, typer.Option("--template", metavar="NAME", help="A template; ? lists them.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="New file; printed if absent."),
    ] = None,
) -> None:
    """Write a first spec for a table, or from a template."""
    if (table is None) == (template is None):
        message = "give --from TABLE --target COLUMN, or --template NAME"
        raise typer.BadParameter(message)
    if template is not None:
        refuse_beside_template(target, window)
        text = chosen_template(template)
    else:
        text = draft(str(table), target, output.parent if output else Path(), window)
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        with output.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        message = f"{output} cannot be written: {error.strerror}"
        raise typer.BadParameter(message, param_hint="--output") from error
    outside = table is not None and is_outside(table, output.parent)
    how = f"nnspec train {output}{' --allow-outside' if outside else ''}"
    why = ", since the table lies outside the spec's folder" if outside else ""
    typer.echo(f"{output}: written; {how} trains it{why}", err=True)


def is_outside(table: str, folder: Path) -> bool:
    """Return whether a table lies outside the folder of its spec."""
    from nnspec.spec.source import BUNDLED

    return not table.startswith(BUNDLED) and Path(relpath(table, folder)).parts[:1] == ("..",)


def refuse_beside_template(target: str | None, window: int | None) -> None:
    """Stop where a template was given what only a table takes."""
    if target is not None or window is not None:
        message = "--target and --window go with --from"
        raise typer.BadParameter(message)


def chosen_template(name: str) -> str:
    """Return a template's text, or the list of all of them."""
    from nnspec.draft.templates import read_template, template_names
    from nnspec.language.near_names import suggest

    known = template_names()
    if name == "?":
        return "".join(f"{one}\n" for one in known)
    if name not in known:
        message = f"there is no template {name}; {suggest(name, known)}"
        raise typer.BadParameter(message, param_hint="--template")
    return read_template(name)


def draft(table: str, target: str | None, folder: Path, window: int | None) -> str:
    """Return a spec for a table, named as seen from the spec's folder."""
    from nnspec.spec.source import BUNDLED

    is_folder = Path(table).is_dir()
    if target is None and is_folder:
        target = "label"
    if target is None:
        message = "--from needs --target COLUMN: the column to predict"
        raise typer.BadParameter(message)
    source = table
    if not table.startswith(BUNDLED):
        # What was named from the root on, and lies elsewhere, stays named so.
        whole = Path(table).is_absolute() and is_outside(table, folder)
        source = table if whole else Path(relpath(table, folder)).as_posix()
        if is_folder:
            source = source.rstrip("/") + "/"
    with naming_absent(TABLES, "reading a table takes it", "tensorflow"), explained():
        from nnspec.draft.tabular import draft_spec

        return draft_spec(source, target, folder, window)
