"""Floor 8, figures with their intervals as data, apart from what draws rows for them."""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["better", "worse", "within noise"]


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with the ends of its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of the network less that of the best baseline, on the same draws of the rows."""

    baseline: str
    value: float
    low: float
    high: float
    verdict: Verdict
    """Whether the interval leaves no doubt."""
