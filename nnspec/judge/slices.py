"""Floor 8, slices: the test rows by the values of a column, and where the network does worse.

A slice is told to be worse where its interval of the first figure lies apart from that of all rows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from nnspec.data.table import Column
from nnspec.judge.answers import Answers, taken
from nnspec.judge.figures import Metrics
from nnspec.judge.heads import Head
from nnspec.judge.interval import Interval
from nnspec.judge.intervals import LOW, Sure, intervals_of
from nnspec.judge.metrics import measure
from nnspec.run.numerals import show_figure

FEWEST = 10
"""Rows below which a slice is left out."""
MOST_COLUMNS = 20
MOST_VALUES = 12
"""Values of a column, the most frequent ones, that are told apart."""
FEW_VALUES = 6
"""Values up to which a column of categories is looked at without being asked for."""
FEW_COLUMNS = 4
"""Columns that are looked at without being asked for."""
QUARTERS = (0.25, 0.5, 0.75)
Places = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Slice:
    """The test rows with one value of a column, or with numbers between two bounds.

    Attributes:
        value: the value, or the bounds in words.
        worse: whether the first figure is surely worse than that of all rows.
        intervals: of the figures that have one.
    """

    column: str
    value: str
    rows: int
    metrics: Metrics
    worse: bool
    intervals: Mapping[str, Interval] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Slices:
    """All slices of the test rows, with what was left out."""

    found: tuple[Slice, ...] = ()
    notes: tuple[str, ...] = ()


def cut_slices(head: Head, answers: Answers, sure: Sure, columns: Mapping[str, Column]) -> Slices:
    """Return the figures of the test rows by the values of columns.

    Args:
        head: what the output predicts.
        answers: of the test rows.
        sure: the intervals of all rows, and how they were drawn.
        columns: columns of the same rows, plain or over steps (of which the last one counts).
    """
    found: list[Slice] = []
    notes: list[str] = []
    if sure.totals is None or sure.draws is None:
        return Slices()
    for name, column in list(columns.items())[:MOST_COLUMNS]:
        small = 0
        for value, places in parts_of(column):
            if places.sum() < FEWEST:
                small += int(places.any())
                continue
            found.append(_measure(head, answers, sure, (name, value, places)))
        if small:
            several = f"{small} values" if small > 1 else "1 value"
            notes.append(f'slices: {several} of "{name}" with fewer than {FEWEST} rows left out')
    if len(columns) > MOST_COLUMNS:
        notes.append(f"slices: of {len(columns):,} columns the first {MOST_COLUMNS}")
    return Slices(tuple(found), tuple(notes))


def _measure(head: Head, answers: Answers, sure: Sure, part: tuple[str, str, Places]) -> Slice:
    column, value, places = part
    assert sure.totals is not None, "slices have totals"
    assert sure.draws is not None, "slices have draws"
    metrics = measure(head, taken(answers, places))
    totals = sure.totals.take(places)
    drawn = totals.drawings(sure.draws)
    intervals = intervals_of(sure.draws, drawn, metrics, totals.looked_at(sure.draws))
    first = next(iter(sure.intervals), None)
    own, whole = (one.get(first or "") for one in (intervals, sure.intervals))
    worse = False
    if own is not None and whole is not None:
        worse = own.low > whole.high if first in LOW else own.high < whole.low
    return Slice(column, value, int(places.sum()), metrics, worse, intervals)


def parts_of(column: Column) -> Iterator[tuple[str, Places]]:
    """Give the values of a column, the most frequent first, or its quarters, with their rows."""
    cells = column.values if column.values.ndim == 1 else column.values[:, -1]
    if cells.ndim != 1 or not len(cells):
        return
    if column.textual or column.kind == "boolean" or is_few(column):
        values, place, counts = np.unique(cells, return_inverse=True, return_counts=True)
        for one in np.argsort(-counts, kind="stable")[:MOST_VALUES]:
            yield _word(values[one], column.kind), np.asarray(place == one)
        return
    numbers = cells.astype(np.float64)
    known = numbers[np.isfinite(numbers)]
    bounds = np.unique(np.quantile(known, QUARTERS)) if len(known) else np.array([])
    which = np.searchsorted(bounds, numbers, side="left")
    for part in range(len(bounds) + 1):
        yield _between(bounds, part), np.asarray((which == part) & np.isfinite(numbers))
    if len(known) < len(numbers):
        yield "missing", ~np.isfinite(numbers)


def is_few(column: Column) -> bool:
    """Return whether the numbers of a column are few enough to be values."""
    cells = column.values if column.values.ndim == 1 else column.values[:, -1]
    return cells.ndim == 1 and len(np.unique(cells[:: max(1, len(cells) // 50_000)])) <= FEW_VALUES


def chosen_columns(columns: Mapping[str, Column]) -> dict[str, Column]:
    """Return the columns that are looked at without being asked for: few values, and few columns.

    Numbers are not among them: quarters of every column would be more than anybody reads.
    """
    few = {
        name: one
        for name, one in columns.items()
        if one.kind in {"category", "boolean"} and one.values.ndim == 1 and is_few(one)
    }
    return few if len(few) <= FEW_COLUMNS else {}


def _word(value: object, kind: str) -> str:
    if isinstance(value, str):
        return value or "missing"
    number = float(value)  # type: ignore[arg-type]  # NumPy's numbers are such
    if np.isnan(number):
        return "missing"
    return str(bool(number)).lower() if kind == "boolean" else show_figure(number)


def _between(bounds: npt.NDArray[np.float64], place: int) -> str:
    if not len(bounds):
        return "all"
    if place == 0:
        return f"up to {show_figure(bounds[0])}"
    if place == len(bounds):
        return f"above {show_figure(bounds[-1])}"
    return f"{show_figure(bounds[place - 1])} to {show_figure(bounds[place])}"
