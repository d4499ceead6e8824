"""Findings for code scanning: one SARIF log, with the rule of each code and the edits of each fix.

Columns count characters, as everywhere in nnspec, which the log declares. An argument of --set
has no region; the message names it.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".
"""

import json
from collections.abc import Sequence
from pathlib import PurePath
from urllib.parse import quote

from nnspec.diagnostics.advice import Edit
from nnspec.diagnostics.codes import CODES, Code, Severity
from nnspec.diagnostics.diagnostic import Diagnostic, Related
from nnspec.diagnostics.fixes import settle_fix
from nnspec.diagnostics.position import Span
from nnspec.diagnostics.sources import Sources

VERSION = "2.1.0"
SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}

Object = dict[str, object]


def format_sarif(diagnostics: Sequence[Diagnostic], sources: Sources) -> str:
    """Return the findings as one SARIF log, without a trailing newline."""
    codes = sorted({one.code for one in diagnostics})
    driver: Object = {"name": "nnspec", "rules": [describe_rule(CODES[code]) for code in codes]}
    run: Object = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "artifacts": [{"location": {"uri": uri(file)}} for file in sources.texts],
        "results": [describe(one, codes.index(one.code), sources) for one in diagnostics],
    }
    return json.dumps({"$schema": SCHEMA, "version": VERSION, "runs": [run]}, indent=2)


def describe_rule(code: Code) -> Object:
    """Return a code as the rule of a tool."""
    return {
        "id": code.code,
        "shortDescription": {"text": code.title},
        "fullDescription": {"text": code.reason},
        "help": {"text": code.repair},
        "defaultConfiguration": {"level": LEVELS[code.severity]},
    }


def describe(diagnostic: Diagnostic, rule: int, sources: Sources) -> Object:
    """Return one finding as a result."""
    result: Object = {
        "ruleId": diagnostic.code,
        "ruleIndex": rule,
        "level": LEVELS[diagnostic.severity],
        "message": {"text": "\n".join(lines(diagnostic, sources))},
    }
    if diagnostic.file is not None:
        result["locations"] = [{"physicalLocation": place(diagnostic.file, diagnostic.span)}]
        if diagnostic.related:
            result["relatedLocations"] = [
                related(one, diagnostic.file, number)
                for number, one in enumerate(diagnostic.related)
            ]
        if edits := settle_fix(diagnostic, sources.texts.get(diagnostic.file)):
            result["fixes"] = [fix(diagnostic.file, diagnostic.hint or "", edits)]
    return result


def lines(diagnostic: Diagnostic, sources: Sources) -> list[str]:
    """Return the message, the argument of --set it is about, and the help."""
    said = [diagnostic.message]
    if diagnostic.span is not None and diagnostic.span.start.line == 0:
        number = diagnostic.span.start.column
        said.append(f"--set argument {number}: {sources.override(number) or ''}".rstrip(": "))
    if diagnostic.hint:
        said.append(f"help: {diagnostic.hint}")
    return said


def related(other: Related, file: str, number: int) -> Object:
    """Return a second place."""
    location = place(other.span.file or file, other.span)
    return {"id": number, "physicalLocation": location, "message": {"text": other.message}}


def place(file: str, span: Span | None) -> Object:
    """Return a file, and the stretch of it where that is known."""
    location: Object = {"artifactLocation": {"uri": uri(file)}}
    if span is not None and span.start.line > 0:
        location["region"] = region(span)
    return location


def region(span: Span) -> Object:
    """Return a stretch of text; its end is the first place that no longer belongs to it."""
    return {
        "startLine": span.start.line,
        "startColumn": span.start.column,
        "endLine": span.end.line,
        "endColumn": span.end.column,
    }


def fix(file: str, words: str, edits: Sequence[Edit]) -> Object:
    """Return the edits that repair a finding."""
    replacements = [
        {"deletedRegion": region(edit.span), "insertedContent": {"text": edit.text}}
        for edit in edits
    ]
    change = {"artifactLocation": {"uri": uri(file)}, "replacements": replacements}
    return {"description": {"text": words}, "artifactChanges": [change]}


def uri(file: str) -> str:
    """Return a file's name as a reference that may stand in a URI."""
    return quote(PurePath(file).as_posix())
