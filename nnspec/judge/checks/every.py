"""Floor 8, every check in the order of its code, and what comes of all of them."""

from collections.abc import Collection

from nnspec.judge.checks.check import Check, Verdict
from nnspec.judge.checks.columns import Drift, Leak, ResidualsByColumn, ResidualsByTime
from nnspec.judge.checks.course import FirstBest, PastBest, RateTooHigh, RateTooLow, StillFalling
from nnspec.judge.checks.evidence import Evidence
from nnspec.judge.checks.gains import (
    FewRows,
    Overfit,
    SeedSized,
    SplitsDisagree,
    Underfit,
    WithinNoise,
    WorseThanBaseline,
)
from nnspec.judge.checks.replies import BadCalibration, ClassIgnored, ConstantAnswers
from nnspec.judge.checks.units import DeadUnits, Exploding, SaturatedUnits, Vanishing

CHECKS: tuple[Check, ...] = (
    Overfit(),
    PastBest(),
    Underfit(),
    WorseThanBaseline(),
    WithinNoise(),
    SplitsDisagree(),
    StillFalling(),
    FirstBest(),
    RateTooHigh(),
    RateTooLow(),
    DeadUnits(),
    SaturatedUnits(),
    Vanishing(),
    Exploding(),
    ConstantAnswers(),
    ClassIgnored(),
    BadCalibration(),
    ResidualsByColumn(),
    ResidualsByTime(),
    Leak(),
    Drift(),
    FewRows(),
    SeedSized(),
)


def look_over(evidence: Evidence, ignored: Collection[str] = ()) -> tuple[Verdict, ...]:
    """Return what comes of every check but those that a spec ignores."""
    return tuple(one.verdict(evidence) for one in CHECKS if one.code not in ignored)
