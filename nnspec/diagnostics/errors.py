"""What stops a command, one class per exit code.

    NnspecError
    ├── Refused      1   the spec, the data or an artefact was refused
    ├── RunFailed    3   a run that had begun could not go on
    ├── GateMissed   4   a metric stayed below its gate
    └── RunBusy      5   another process holds the run folder

Every one carries the diagnostics to print; wrong usage (2) is the command line's own, and an
internal error (70) is whatever else escapes.
"""

from collections.abc import Iterable
from typing import ClassVar

from nnspec.diagnostics.diagnostic import Diagnostic


class NnspecError(Exception):
    """Stops a command; holds the findings that say why."""

    exit_code: ClassVar[int] = 70

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(f"{one.message} [{one.code}]" for one in self.diagnostics))


class Refused(NnspecError):
    """The spec, the data or an artefact was refused; nothing has been written."""

    exit_code = 1


class RunFailed(NnspecError):
    """A run that had begun could not go on; its last good state is kept."""

    exit_code = 3


class GateMissed(NnspecError):
    """The run is complete and a metric missed the gate set for it."""

    exit_code = 4

    @classmethod
    def check(cls, missed: tuple[Diagnostic, ...]) -> None:
        """Raise where a gate was missed."""
        if missed:
            raise cls(missed)


class RunBusy(NnspecError):
    """Another process holds the run folder; nothing was written."""

    exit_code = 5
