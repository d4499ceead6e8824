"""Commands that look at a spec and train nothing: validate, render, summary."""

import os
import sys
from collections.abc import Iterator, Sequence
from glob import glob, has_magic
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nnspec.commands.options import AllowOutside, Overrides, SpecFile, SpecFiles
from nnspec.commands.reporting import explained, read_text, show_findings
from nnspec.diagnostics import Diagnostic, Refused
from nnspec.diagnostics.render import Format, render as render_findings, wants_color
from nnspec.diagnostics.sources import Sources

if TYPE_CHECKING:
    from nnspec.pipeline import Checked

STANDARD_INPUT = "-"

FormatOption = Annotated[
    Format | None,
    typer.Option("--format", help="How findings are written; github under GitHub Actions."),
]
WithData = Annotated[bool, typer.Option("--data", help="Also open the data, and check it.")]


def validate(
    files: SpecFiles,
    form: FormatOption = None,
    data: WithData = False,  # noqa: FBT002 - an option of the command line
    overrides: Overrides = None,
    allow_outside: AllowOutside = False,  # noqa: FBT002 - as above
) -> None:
    """Check specs, and show everything that is wrong with them at once."""
    chosen = form or (Format.GITHUB if os.environ.get("GITHUB_ACTIONS") else Format.TEXT)
    texts: dict[str, str | None] = {}
    findings: list[Diagnostic] = []
    for file in expand(files):
        text, found = check_one(
            file, overrides or (), allow_outside=allow_outside, with_data=data
        )
        texts[file] = text
        findings += found
    sources = Sources(texts, tuple(overrides or ()))
    typer.echo(render_findings(findings, sources, chosen, color=wants_color(sys.stdout)))
    if any(one.severity == "error" for one in findings):
        raise typer.Exit(1)


def expand(files: Sequence[str]) -> Iterator[str]:
    """Give the files that patterns stand for, each once; a pattern without any is wrong usage."""
    seen: set[str] = set()
    for file in files:
        found = sorted(glob(file, recursive=True)) if is_pattern(file) else [file]
        if not found:
            message = f"no file matches {file}"
            raise typer.BadParameter(message)
        yield from (one for one in found if one not in seen)
        seen.update(found)


def is_pattern(file: str) -> bool:
    """Tell whether an argument is a pattern that the shell left as it is."""
    return has_magic(file) and not Path(file).exists()


def check_one(
    file: str, overrides: Sequence[str], *, allow_outside: bool, with_data: bool
) -> tuple[str | None, tuple[Diagnostic, ...]]:
    """Return the text of a spec and what is wrong with it."""
    from nnspec.pipeline import check, check_text

    text: str | None = None
    try:
        if file == STANDARD_INPUT:
            text = sys.stdin.buffer.read().decode("utf-8", errors="surrogateescape")
            checked = check_text(text, overrides=overrides, allow_outside=allow_outside)
        else:
            checked = check(
                Path(file), overrides=overrides, allow_outside=allow_outside, with_data=with_data
            )
    except Refused as refused:
        return text or read_text(Path(file)), refused.diagnostics
    return checked.document.text, checked.diagnostics


def render(
    spec: SpecFile,
    overrides: Overrides = None,
    allow_outside: AllowOutside = False,  # noqa: FBT002 - an option of the command line
) -> None:
    """Print the spec with every default written out, blocks expanded, short names decided."""
    from nnspec.pipeline import render as render_spec

    with explained(overrides):
        typer.echo(render_spec(spec, overrides=overrides or (), allow_outside=allow_outside))


def summary(
    spec: SpecFile,
    overrides: Overrides = None,
    allow_outside: AllowOutside = False,  # noqa: FBT002 - an option of the command line
) -> None:
    """Print the table of layers: shapes, parameters, connections, totals."""
    from nnspec.pipeline import check
    from nnspec.summary import show_summary, summarize

    with explained(overrides):
        checked = check(spec, overrides=overrides or (), allow_outside=allow_outside)
        _, network = checked.accept()
        show_findings(checked.diagnostics, overrides)
        typer.echo(show_summary(summarize(network)))
