"""Floor 8, what a check is: one code, when it can be asked, and what it finds."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from nnspec.diagnostics.codes import CODES
from nnspec.judge.checks.evidence import Evidence, OutputEvidence

Status = Literal["found", "passed", "not applicable"]
Figures = Mapping[str, float | int | str]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found, in a sentence with its figures."""

    says: str
    figures: Figures = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one check.

    Attributes:
        says: what was found, or why the check does not apply; empty where it passed.
        reason: why it matters.
        remedy: what to do.
        figures: the numbers behind it, by name; of several outputs as `output.name`.
    """

    code: str
    title: str
    status: Status
    says: str = ""
    reason: str = ""
    remedy: str = ""
    figures: Figures = field(default_factory=dict)


class Check(ABC):
    """One kind of thing that can be wrong with a trained run."""

    code: ClassVar[str]

    @abstractmethod
    def why_not(self, evidence: Evidence) -> str | None:
        """Return why the check does not apply, None where it does."""

    @abstractmethod
    def look(self, evidence: Evidence) -> Finding | None:
        """Return what is found, None where all is well; called where the check applies."""

    def verdict(self, evidence: Evidence) -> Verdict:
        """Return what comes of the check."""
        known = CODES[self.code]
        told = (known.code, known.title)
        obstacle = self.why_not(evidence)
        if obstacle is not None:
            return Verdict(*told, "not applicable", obstacle, known.reason, known.repair)
        found = self.look(evidence)
        if found is None:
            return Verdict(*told, "passed", "", known.reason, known.repair)
        figures = written(found.figures)
        return Verdict(*told, "found", found.says, known.reason, known.repair, figures)


def written(figures: Figures) -> dict[str, float | int | str]:
    """Return figures as JSON has them: what is no number, or infinite, as a text."""
    return {
        name: str(one) if isinstance(one, float) and not math.isfinite(one) else one
        for name, one in figures.items()
    }


class OutputCheck(Check):
    """A check that looks at each output for itself."""

    @abstractmethod
    def why_not_of(self, output: OutputEvidence, evidence: Evidence) -> str | None:
        """Return why the check does not apply to an output, None where it does."""

    @abstractmethod
    def look_at(self, output: OutputEvidence, evidence: Evidence) -> Finding | None:
        """Return what is found in an output, None where all is well."""

    def why_not(self, evidence: Evidence) -> str | None:
        """Return why the check applies to no output."""
        obstacles = [self.why_not_of(one, evidence) for one in evidence.outputs]
        return None if None in obstacles else next(iter(obstacles), "no output is judged")

    def look(self, evidence: Evidence) -> Finding | None:
        """Return what is found in all outputs, each named where there are several."""
        applying = [one for one in evidence.outputs if self.why_not_of(one, evidence) is None]
        pairs = [(one.head.name, self.look_at(one, evidence)) for one in applying]
        found = [(name, one) for name, one in pairs if one is not None]
        if not found:
            return None
        if len(evidence.outputs) == 1:
            return found[0][1]
        says = "; ".join(f"{name}: {one.says}" for name, one in found)
        figures = {
            f"{name}.{key}": value for name, one in found for key, value in one.figures.items()
        }
        return Finding(says, figures)
