"""Commands that look at a spec and train nothing: validate, render, summary."""

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from glob import glob, has_magic
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nnspec.commands.options import AllowOutside, Overrides, SpecFile, SpecFiles
from nnspec.commands.reporting import accept, explained, read_text, training_libraries
from nnspec.diagnostics import Diagnostic, Refused
from nnspec.diagnostics.render import Format, wants_color
from nnspec.diagnostics.render import render as render_findings
from nnspec.diagnostics.sources import Sources

if TYPE_CHECKING:
    from nnspec.pipeline.check import Checked

STANDARD_INPUT = "-"

FormatOption = Annotated[
    Format | None,
    typer.Option("--format", help="How findings are written; github under GitHub Actions."),
]
WithData = Annotated[bool, typer.Option("--data", help="Also open the data, and check it.")]


def validate(
    files: SpecFiles,
    form: FormatOption = None,
    data: WithData = False,
    overrides: Overrides = None,
    allow_outside: AllowOutside = False,
) -> None:
    """Check specs, and show all that is wrong with them."""
    chosen = form or (Format.GITHUB if os.environ.get("GITHUB_ACTIONS") else Format.TEXT)
    texts: dict[str, str | None] = {}
    findings: list[Diagnostic] = []
    for file in expand(files):
        text, found = check_one(file, overrides or (), allow_outside=allow_outside, with_data=data)
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
        found = sorted(glob(file, recursive=True)) if is_pattern(file) else [file]  # noqa: PTH207 - Path.glob takes no absolute pattern
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
    from nnspec.document import parse_document, read_document
    from nnspec.document.limits import FILE_BYTES
    from nnspec.pipeline.check import check_document

    piped = sys.stdin.buffer.read(FILE_BYTES + 1) if file == STANDARD_INPUT else None
    try:
        document = read_document(Path(file)) if piped is None else parse_document(piped, file)
        folder = Path() if piped is not None else Path(file).parent
        checked = check_document(
            document, folder=folder, overrides=overrides, allow_outside=allow_outside
        )
        if with_data and not checked.refused:
            check_data(checked, allow_outside=allow_outside)
    except Refused as refused:
        text = read_text(Path(file)) if piped is None else piped.decode("utf-8", "replace")
        return text, refused.diagnostics
    return checked.document.text, checked.diagnostics


def check_data(checked: "Checked", *, allow_outside: bool) -> None:
    """Open the data of a spec, fit the preprocessing and check the network against both.

    Raises:
        Refused: what is wrong with the data, at the places of the spec.
    """
    with training_libraries():
        from nnspec.pipeline.prepare import fit_network, read_data

        spec, network = checked.accept()
        fit_network(spec, read_data(spec, network, allow_outside=allow_outside).fitted)


def render(
    spec: SpecFile, overrides: Overrides = None, allow_outside: AllowOutside = False
) -> None:
    """Print a spec with every default written out."""
    with explained(overrides):
        from nnspec.fill import render_spec

        accepted = accept(spec, overrides, allow_outside=allow_outside)
        typer.echo(render_spec(*accepted), nl=False)


def summary(
    spec: SpecFile, overrides: Overrides = None, allow_outside: AllowOutside = False
) -> None:
    """Print the table of layers, shapes and parameters."""
    with explained(overrides):
        from nnspec.summary import WIDTH, show_summary, summarize

        _, network = accept(spec, overrides, allow_outside=allow_outside)
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else WIDTH
        typer.echo(show_summary(summarize(network), width))
