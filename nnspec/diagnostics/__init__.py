"""Floor 0: positions, findings, the table of codes, and the errors that carry findings."""

from nnspec.diagnostics.advice import Advice, Edit, Replacement
from nnspec.diagnostics.codes import CODES, Code, Severity
from nnspec.diagnostics.diagnostic import (
    MOST_ERRORS,
    Diagnostic,
    Findings,
    Related,
    TooManyFindings,
)
from nnspec.diagnostics.errors import GateMissed, NnspecError, Refused, RunBusy, RunFailed
from nnspec.diagnostics.position import Path, Position, Span

__all__ = [
    "CODES",
    "MOST_ERRORS",
    "Advice",
    "Code",
    "Diagnostic",
    "Edit",
    "Findings",
    "GateMissed",
    "NnspecError",
    "Path",
    "Position",
    "Refused",
    "Related",
    "Replacement",
    "RunBusy",
    "RunFailed",
    "Severity",
    "Span",
    "TooManyFindings",
]
