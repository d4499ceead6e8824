"""Floor 0: positions, findings, the table of codes, and the errors that carry findings."""

from nnspec.diagnostics.codes import CODES, Code, Severity
from nnspec.diagnostics.diagnostic import Diagnostic, Findings, Related
from nnspec.diagnostics.errors import GateMissed, NnspecError, Refused, RunBusy, RunFailed
from nnspec.diagnostics.position import Path, Position, Span

__all__ = [
    "CODES",
    "Code",
    "Diagnostic",
    "Findings",
    "GateMissed",
    "NnspecError",
    "Path",
    "Position",
    "Refused",
    "Related",
    "RunBusy",
    "RunFailed",
    "Severity",
    "Span",
]
