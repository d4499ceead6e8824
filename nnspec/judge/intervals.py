"""Floor 8, intervals: how sure a figure of the test rows is, and a difference from a baseline."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from nnspec.judge.answers import Answers
from nnspec.judge.figures import AREA, CALIBRATION, Metrics
from nnspec.judge.heads import Head
from nnspec.judge.interval import Difference, Interval, Verdict
from nnspec.judge.metrics import measure
from nnspec.judge.resampling import FEWEST_UNITS, Drawing, Draws, Sampling, draw
from nnspec.judge.totals import Totals, totals_of

LOW = frozenset({"rmse", "mae", CALIBRATION})
"""Main figures that are the better the smaller they are."""

ASTRAY = frozenset({CALIBRATION})
"""Figures without an interval: bins of drawn rows stray further than those of the rows, so that the
calibration error of draws lies above its own."""

TOO_FEW = f"no intervals: fewer than {FEWEST_UNITS} rows, blocks or groups say too little"


@dataclass(frozen=True, slots=True, eq=False)
class Sure:
    """The main figures of the test rows with their intervals.

    Attributes:
        intervals: figure -> interval; figures without one are left out.
        differences: figure -> difference from the baseline that is best in it.
        told: how rows were drawn.
        totals: what the figures follow from.
        draws: how rows were drawn; None where no interval is told.
    """

    intervals: Mapping[str, Interval] = field(default_factory=dict)
    differences: Mapping[str, Difference] = field(default_factory=dict)
    told: tuple[str, ...] = ()
    totals: Totals | None = None
    draws: Draws | None = None


NOT_SURE = Sure()


def is_better(name: str, one: float, other: float) -> bool:
    """Return whether a value of a main figure is better than another."""
    return one < other if name in LOW else one > other


def make_sure(
    head: Head, answers: Answers, beside: Mapping[str, Answers], sampling: Sampling
) -> Sure:
    """Return the intervals of the main figures, and differences from the best baselines.

    Args:
        head: what the output predicts.
        answers: of the test rows.
        beside: baseline -> its answers for the same rows.
        sampling: how these may be drawn.
    """
    totals = totals_of(head, answers)
    if totals is None or not len(answers.rows):
        return NOT_SURE
    draws = draw(sampling, totals.errors)
    drawn = totals.drawings(draws)
    figures, centers = measure(head, answers), totals.looked_at(draws)
    intervals = intervals_of(draws, drawn, figures, centers)
    others = {name: _drawn_of(head, one, draws) for name, one in beside.items()}
    found = {name: measure(head, one) for name, one in beside.items() if others[name] is not None}
    differences = {}
    for name in (name for name in figures if name in drawn and name not in ASTRAY):
        best = best_baseline(name, found)
        other = others.get(best) if best is not None else None
        value = figures[name]
        if best is None or other is None or value is None or name not in other[0]:
            continue
        apart = drawn[name].less(other[0][name])
        than = value - float(found[best][name] or 0.0)
        center = than if name == AREA else centers[name] - other[1][name]
        ends = draws.ends(than, apart, center)
        if ends is not None:
            differences[name] = Difference(best, than, *ends, verdict_on(name, *ends))
    told = (draws.told if draws.effective >= FEWEST_UNITS else TOO_FEW,)
    return Sure(intervals, differences, told, totals, draws)


def intervals_of(
    draws: Draws, drawn: Mapping[str, Drawing], figures: Metrics, centers: Mapping[str, float]
) -> dict[str, Interval]:
    """Return the intervals of the figures that are drawn, in the order of the figures."""
    found = {}
    for name, value in figures.items():
        if name not in drawn or value is None or name in ASTRAY:
            continue
        ends = draws.ends(value, drawn[name], centers.get(name, value))
        # Where no draw differs (not one mistake, say) draws cannot tell how sure that is.
        if ends is not None and ends[0] < ends[1]:
            found[name] = Interval(value, *ends)
    return found


def best_baseline(name: str, figures: Mapping[str, Metrics]) -> str | None:
    """Return the baseline that is best in a figure; None where none has it."""
    known = {who: value for who, one in figures.items() if (value := one.get(name)) is not None}
    if not known:
        return None
    return min(known, key=known.__getitem__) if name in LOW else max(known, key=known.__getitem__)


def verdict_on(name: str, low: float, high: float) -> Verdict:
    """Return what an interval of a difference says."""
    if low <= 0 <= high or not (np.isfinite(low) and np.isfinite(high)):
        return "within noise"
    return "better" if is_better(name, low, 0.0) else "worse"


def _drawn_of(
    head: Head, answers: Answers, draws: Draws
) -> tuple[dict[str, Drawing], dict[str, float]] | None:
    totals = totals_of(head, answers)
    return None if totals is None else (totals.drawings(draws), totals.looked_at(draws))
