"""What a code is: its title, how grave it is, and the reason it exists."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How grave a finding is: an error refuses, a warning and a note do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of finding; `reason` says why it is reported and `repair` what to do."""

    code: str
    title: str
    reason: str
    repair: str
    severity: Severity = Severity.ERROR
