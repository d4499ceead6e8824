"""The last line of a check: how many findings, on which lines, and how many specs are fine."""

from collections import Counter
from collections.abc import Sequence

from nnspec.diagnostics.codes import Severity
from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.diagnostics.excerpt import visible
from nnspec.diagnostics.sources import Sources

LINES = 12
"""Line numbers that a summary names, at most."""


def summarize(diagnostics: Sequence[Diagnostic], sources: Sources) -> str:
    """Return one line per file with findings, and one for all files without."""
    files = dict.fromkeys([*sources.texts, *(one.file or "" for one in diagnostics)])
    found = {file: [one for one in diagnostics if (one.file or "") == file] for file in files}
    lines = [describe(file, several) for file, several in found.items() if several]
    unmarked = sum(1 for several in found.values() if not several)
    fine = unmarked if sources.fine is None else sources.fine
    if fine or not lines:
        lines.append("1 spec is fine" if fine == 1 else f"{fine} specs are fine")
    return "\n".join(lines)


def describe(file: str, diagnostics: Sequence[Diagnostic]) -> str:
    """Return `file: 2 errors, 1 warning (lines 4, 9)`."""
    counted = Counter(one.severity for one in diagnostics)
    counts = ", ".join(plural(counted[one], one.value) for one in Severity if counted[one])
    numbers = sorted({one.span.start.line for one in diagnostics if one.span} - {0})
    shown = ", ".join(map(str, numbers[:LINES])) + (", ..." if len(numbers) > LINES else "")
    where = f" ({'line' if len(numbers) == 1 else 'lines'} {shown})" if numbers else ""
    return f"{visible(file)}: {counts}{where}".removeprefix(": ")


def plural(count: int, noun: str) -> str:
    """Return a count with its noun."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
