"""Findings to text in the format asked for; the last thing a command does with them."""

import os
from collections.abc import Sequence
from enum import StrEnum
from typing import TextIO, assert_never

from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.diagnostics.formats.text import format_text
from nnspec.diagnostics.sources import Sources
from nnspec.diagnostics.summary import summarize


class Format(StrEnum):
    """How findings are written: for people, for programs, for the services that show them."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"
    JUNIT = "junit"


def render(
    diagnostics: Sequence[Diagnostic],
    sources: Sources,
    form: Format = Format.TEXT,
    *,
    color: bool = False,
) -> str:
    """Return findings and, for people, the summary line; without a trailing newline.

    Args:
        diagnostics: in the order they are to be shown.
        sources: texts of the checked files, all of them named in the summary.
        form: the format.
        color: whether text is coloured by terminal sequences.
    """
    match form:
        case Format.TEXT:
            text = format_text(diagnostics, sources, color=color)
            return "\n\n".join(filter(None, [text, summarize(diagnostics, sources)]))
        case Format.JSON:
            from nnspec.diagnostics.formats.json_report import format_json

            return format_json(diagnostics, sources)
        case Format.GITHUB:
            from nnspec.diagnostics.formats.github import format_github

            text = format_github(diagnostics, sources)
            return "\n".join(filter(None, [text, summarize(diagnostics, sources)]))
        case Format.SARIF:
            from nnspec.diagnostics.formats.sarif import format_sarif

            return format_sarif(diagnostics, sources)
        case Format.JUNIT:
            from nnspec.diagnostics.formats.junit import format_junit

            return format_junit(diagnostics, sources)
        case _:
            assert_never(form)


def wants_color(stream: TextIO) -> bool:
    """Tell whether a stream shows colours: a terminal, or where FORCE_COLOR says that one follows.

    Source: no-color.org and force-color.org; NO_COLOR goes before.
    """
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return os.environ.get("TERM") != "dumb" and stream.isatty()
