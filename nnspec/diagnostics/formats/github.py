"""Findings as workflow commands: annotations in a pull request's changed lines.

Source: GitHub's documentation, "Workflow commands for GitHub Actions".
"""

from collections.abc import Sequence
from pathlib import Path

from nnspec.diagnostics.codes import CODES, Severity
from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.diagnostics.excerpt import visible
from nnspec.diagnostics.formats.repository import relative
from nnspec.diagnostics.sources import Sources

COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def format_github(diagnostics: Sequence[Diagnostic], sources: Sources) -> str:
    """Return one workflow command per finding, one a line."""
    return "\n".join(annotate(one, sources) for one in diagnostics)


def annotate(diagnostic: Diagnostic, sources: Sources) -> str:
    """Return the workflow command of one finding."""
    code = CODES[diagnostic.code]
    properties = {"title": f"{code.code} {code.title}", **place(diagnostic)}
    shown = ",".join(f"{name}={escape_property(value)}" for name, value in properties.items())
    lines = [visible(line) for line in (diagnostic.message, *notes(diagnostic, sources))]
    command = COMMANDS[diagnostic.severity]
    return f"::{command} {shown}::" + "%0A".join(escape(line) for line in lines)


def place(diagnostic: Diagnostic) -> dict[str, str]:
    """Return file, lines and columns; an end column only where the finding is on one line."""
    file = diagnostic.file
    properties = {"file": (relative(file) or Path(file)).as_posix()} if file else {}
    span = diagnostic.span
    if span is None or span.start.line == 0:
        return properties
    properties |= {"line": str(span.start.line), "endLine": str(span.end.line)}
    if span.start.line == span.end.line:
        properties |= {"col": str(span.start.column), "endColumn": str(span.end.column)}
    return properties


def notes(diagnostic: Diagnostic, sources: Sources) -> list[str]:
    """Return what stands below the message: the argument of --set, related lines, the help."""
    lines = [f"line {one.span.start.line}: {one.message}" for one in diagnostic.related]
    if diagnostic.span and diagnostic.span.start.line == 0:
        number = diagnostic.span.start.column
        lines.insert(0, f"--set argument {number}: {sources.override(number) or ''}".rstrip(": "))
    if diagnostic.hint:
        lines.append(f"help: {diagnostic.hint}")
    return lines


def escape(text: str) -> str:
    """Return a line that may stand behind a workflow command."""
    return text.replace("%", "%25")


def escape_property(text: str) -> str:
    """Return a text that may stand as a property of a workflow command."""
    return escape(visible(text)).replace(":", "%3A").replace(",", "%2C")
