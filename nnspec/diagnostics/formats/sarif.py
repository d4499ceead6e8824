"""Findings for code scanning: one SARIF log, with the rule of each code and the edits of each fix.

Columns count characters, as everywhere in nnspec, which the log declares. An argument of --set
has no region; the message names it. Files are named relative to the top of the repository, as
code scanning wants them; what lies outside has its whole address.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0"; GitHub's
documentation, "SARIF support for code scanning".
"""

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from nnspec.diagnostics.advice import Edit
from nnspec.diagnostics.codes import CODES, Code, Severity
from nnspec.diagnostics.diagnostic import Diagnostic, Related
from nnspec.diagnostics.fixes import settle_fix
from nnspec.diagnostics.formats.fingerprint import fingerprint
from nnspec.diagnostics.formats.repository import relative
from nnspec.diagnostics.position import Span
from nnspec.diagnostics.sources import Sources
from nnspec.version import __version__

VERSION = "2.1.0"
SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
ROOT = "%SRCROOT%"
"""Stands for the top of the repository."""
FINGERPRINTED = 2**20
"""Characters of a file whose findings are named for tracking; a name costs a look at every line."""
LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}

Object = dict[str, object]


def format_sarif(diagnostics: Sequence[Diagnostic], sources: Sources) -> str:
    """Return the findings as one SARIF log, without a trailing newline."""
    codes = sorted({one.code for one in diagnostics})
    driver: Object = {
        "name": "nnspec",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [describe_rule(CODES[code]) for code in codes],
    }
    places = {str(one): one for one in map(artifact, sources.texts)}
    run: Object = {
        "tool": {"driver": driver},
        "originalUriBaseIds": {ROOT: {"description": {"text": "the top of the repository"}}},
        "columnKind": "unicodeCodePoints",
        "artifacts": [{"location": one} for one in places.values()],
        "results": [describe(one, codes.index(one.code), sources) for one in diagnostics],
    }
    return json.dumps({"$schema": SCHEMA, "version": VERSION, "runs": [run]}, indent=2)


def describe_rule(code: Code) -> Object:
    """Return a code as the rule of a tool."""
    return {
        "id": code.code,
        "shortDescription": {"text": code.title},
        "fullDescription": {"text": code.reason},
        "help": {"text": code.repair, "markdown": f"{code.reason}\n\n{code.repair}"},
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
        result |= locate(diagnostic, diagnostic.file, sources.texts.get(diagnostic.file))
    return result


def locate(diagnostic: Diagnostic, file: str, text: str | None) -> Object:
    """Return what ties a result to its file: places, the line's name, and the edits."""
    result: Object = {"locations": [{"physicalLocation": place(file, diagnostic.span)}]}
    if text is not None and len(text) <= FINGERPRINTED:
        line = diagnostic.span.start.line if diagnostic.span else 1
        name = fingerprint(text, max(line, 1))
        result["partialFingerprints"] = {"primaryLocationLineHash": name}
    if diagnostic.related:
        result["relatedLocations"] = [
            related(one, file, number) for number, one in enumerate(diagnostic.related)
        ]
    if edits := settle_fix(diagnostic, text):
        result["fixes"] = [fix(file, diagnostic.hint or "", edits)]
    return result


def lines(diagnostic: Diagnostic, sources: Sources) -> list[str]:
    """Return the message, the argument of --set it is about, links to its places, the help."""
    said = [diagnostic.message]
    if diagnostic.span is not None and diagnostic.span.start.line == 0:
        number = diagnostic.span.start.column
        said.append(f"--set argument {number}: {sources.override(number) or ''}".rstrip(": "))
    if diagnostic.file is not None:
        links = enumerate(one.message for one in diagnostic.related)
        said += [f"[{escape_link(message)}]({number})" for number, message in links]
    if diagnostic.hint:
        said.append(f"help: {diagnostic.hint}")
    return said


def escape_link(text: str) -> str:
    """Return a text that may stand between the brackets of a link."""
    return re.sub(r"([\\\[\]])", r"\\\1", text)


def related(other: Related, file: str, number: int) -> Object:
    """Return a second place."""
    location = place(other.span.file or file, other.span)
    return {"id": number, "physicalLocation": location, "message": {"text": other.message}}


def place(file: str, span: Span | None) -> Object:
    """Return a file, and the stretch of it where that is known."""
    location: Object = {"artifactLocation": artifact(file)}
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
    change = {"artifactLocation": artifact(file), "replacements": replacements}
    return {"description": {"text": words}, "artifactChanges": [change]}


def artifact(file: str) -> Object:
    """Return a file as code scanning finds it in a repository."""
    path = relative(file)
    if path is None:
        return {"uri": Path(os.path.normpath(Path.cwd() / file)).as_uri()}
    return {"uri": quote(os.fsencode(path.as_posix())), "uriBaseId": ROOT}
