"""Findings for programs: one JSON document, version 1.

    version       1; it grows when a field changes its meaning or goes, not when one is added
    files         names of the checked files, in the order given
    counts        {"error": n, "warning": n, "note": n}
    diagnostics   one object per finding:
        file         name of the file, null where there is none
        code         stable code; `nnspec explain CODE` tells its reason
        severity     "error" | "warning" | "note"
        message      what was found and what was expected
        hint         what to write instead, or null
    fix          [{"span", "text"}]: edits that --fix makes, each a stretch and what it becomes
        span         place in the file, or null
        override     number of the --set argument at fault, counted from 1, or null
        path         keys and indices from the top of the spec, or null
        related      [{"message", "span"}]: places that explain the finding, with "file" where that
                      is another one

A span is {"line", "column", "end_line", "end_column"}: counted from 1, columns in characters,
the end is the first place that no longer belongs to it.
"""

import json
from collections import Counter
from collections.abc import Sequence

from nnspec.diagnostics.codes import Severity
from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.diagnostics.fixes import settle_fix
from nnspec.diagnostics.position import Span
from nnspec.diagnostics.sources import Sources

VERSION = 1


def format_json(diagnostics: Sequence[Diagnostic], sources: Sources) -> str:
    """Return the findings as one JSON document, without a trailing newline."""
    counted = Counter(one.severity for one in diagnostics)
    report = {
        "version": VERSION,
        "files": list(sources.texts),
        "counts": {severity.value: counted[severity] for severity in Severity},
        "diagnostics": [describe(one, sources) for one in diagnostics],
    }
    return json.dumps(report, indent=2)


def describe(diagnostic: Diagnostic, sources: Sources) -> dict[str, object]:
    """Return one finding as plain values."""
    span = diagnostic.span
    edits = settle_fix(diagnostic, sources.texts.get(diagnostic.file or ""))
    overrides = span is not None and span.start.line == 0
    return {
        "file": diagnostic.file,
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
        "fix": [{"span": place(one.span), "text": one.text} for one in edits],
        "span": place(span) if span and not overrides else None,
        "override": span.start.column if span and overrides else None,
        "path": list(diagnostic.path) if diagnostic.path is not None else None,
        "related": [
            {"message": one.message, "span": place(one.span)}
            | ({"file": one.span.file} if one.span.file not in (None, diagnostic.file) else {})
            for one in diagnostic.related
        ],
    }


def place(span: Span) -> dict[str, int]:
    """Return a span as plain numbers."""
    return {
        "line": span.start.line,
        "column": span.start.column,
        "end_line": span.end.line,
        "end_column": span.end.column,
    }
