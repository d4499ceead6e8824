"""Findings to the terminal, and errors that carry them to exit codes."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import typer

from nnspec.diagnostics import Diagnostic, NnspecError
from nnspec.diagnostics.formats.text import format_text
from nnspec.diagnostics.render import wants_color
from nnspec.diagnostics.sources import Sources

LARGEST = 2**24
"""Bytes of a file that are read again to show a line of it."""


@contextmanager
def explained(overrides: Sequence[str] | None = None) -> Iterator[None]:
    """Turn an error that carries findings into text on stderr and the error's exit code."""
    try:
        yield
    except NnspecError as error:
        show_findings(error.diagnostics, overrides)
        raise typer.Exit(error.exit_code) from None


def show_findings(
    diagnostics: Iterable[Diagnostic], overrides: Sequence[str] | None = None
) -> None:
    """Write findings to stderr, each with its line of the spec."""
    findings = tuple(diagnostics)
    files = {one.file for one in findings if one.file}
    sources = Sources({file: read_text(Path(file)) for file in files}, tuple(overrides or ()))
    if findings:
        text = format_text(findings, sources, color=wants_color(sys.stderr))
        sys.stderr.write(f"{text}\n")


def read_text(path: Path) -> str | None:
    """Return the text of a file to quote from, None if it cannot serve."""
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST + 1)
    except OSError:
        return None
    if len(content) > LARGEST:
        return None
    return content.decode("utf-8-sig", errors="replace")
