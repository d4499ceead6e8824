"""The series of a table: which column tells them apart, which orders them; read off its cells."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from nnspec.data.columns.dates import Form
from nnspec.data.columns.kinds import type_columns
from nnspec.data.columns.series import CALENDAR, Key, Order, bare, find_keys, recognized
from nnspec.data.fit.dates import seconds
from nnspec.data.read.raw import Raw
from nnspec.data.split.forward import carry
from nnspec.data.split.series import arrange
from nnspec.data.table import Column, Table
from nnspec.diagnostics import Refused
from nnspec.document import Plain
from nnspec.draft.columns import Judged, counts_rows
from nnspec.draft.mixed import read_columns
from nnspec.spec.window import WindowSection

PLAIN_DAY = "%Y%m%d"
"""Days that a table writes as numbers."""
YEARS = (1000, 3000)
"""Years of such days."""
PAST, OWN = "past", "own"
"""Inputs of all that a window holds, and of the series to predict."""
FEW = 3
"""Rows below which nothing is an order."""


@dataclass(frozen=True, slots=True)
class Ordering:
    """What orders the rows of a table.

    Attributes:
        key: columns that tell series apart; none where all rows are one series.
        time: column by which rows are ordered; None where the file's order is all there is.
        declared: what the spec says of the columns, so that they are read so.
    """

    key: tuple[str, ...] = ()
    time: str | None = None
    declared: Mapping[str, Plain] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns that are no features for it."""
        return (*self.key, *((self.time,) if self.time else ()))

    def window(self, length: int) -> dict[str, Plain]:
        """Return the settings of windows of so many rows."""
        settings: dict[str, Plain] = {"length": length, "horizon": 1}
        if self.key:
            settings["key"] = self.key[0] if len(self.key) == 1 else [*self.key]
        if self.time:
            settings["time"] = self.time
        return settings


@dataclass(frozen=True, slots=True)
class SeriesDraft:
    """What a spec says of a series.

    Attributes:
        length: rows that the network sees at once.
        window: settings of the windows.
        missing: what becomes of missing cells.
        inputs: columns of each input; none where the series is all there is to read.
    """

    length: int
    window: dict[str, Plain]
    missing: str
    inputs: dict[str, Plain]


def draft_series(raw: Raw, judged: Judged, target: str, length: int) -> tuple[Judged, SeriesDraft]:
    """Return a table as it is taken for with what orders its rows, and what to say of it.

    Args:
        raw: the table.
        judged: what it is taken for without a look at the order.
        target: the column to predict.
        length: rows that the network sees at once.
    """
    table = read_columns(raw, target)[0]
    ordering = find_ordering(raw, table, target)
    reasons = dict.fromkeys(ordering.key, "it tells series apart")
    if ordering.time:
        reasons[ordering.time] = "it orders the rows"
    judged = replace(
        judged,
        features=tuple(name for name in judged.features if name not in reasons),
        left_out={**judged.left_out, **reasons},
        declared={**judged.declared, **ordering.declared},
    )
    forward = carries(table, ordering, judged.features)
    alone = judged.features == (target,) or judged.task != "regression"
    inputs: dict[str, Plain] = {} if alone else {PAST: [*judged.features], OWN: [target]}
    missing = "forward" if forward else "median"
    return judged, SeriesDraft(length, ordering.window(length), missing, inputs)


def find_ordering(raw: Raw, table: Table, target: str) -> Ordering:
    """Return what orders the rows of a table.

    Args:
        raw: the table as it was read.
        table: its columns, typed.
        target: the column to predict, which orders nothing.
    """
    others = [name for name in raw.names if name != target]
    numbered = {name: one for name in others if (one := numbered_days(raw, name)) is not None}
    found = ((name, moments(name, numbered.get(name, table[name]))) for name in others)
    times = {name: order for name, order in found if order is not None}
    key: tuple[str, ...] = ()
    rising = [name for name, order in times.items() if rises(order)]
    # What merely counts the rows says no more than their order in the file.
    time = next((name for name in rising if name in numbered or is_time(name, table[name])), None)
    if not rising:
        cells = {
            name: column
            for name in others
            if isinstance(column := raw.columns[name], pl.Series) and name not in times
        }
        key, time = next(chosen_keys(find_keys(cells), times), ((), None))
    declared: dict[str, Plain] = {}
    if time in numbered:
        declared[time] = {"date": {"format": PLAIN_DAY}}
    elif time is not None and table[time].kind == "date":
        declared[time] = "date"
    return Ordering(key, time, declared)


def chosen_keys(
    keys: tuple[Key, ...], times: Mapping[str, Order]
) -> Iterator[tuple[tuple[str, ...], str | None]]:
    """Give the columns that tell series apart, with the one that orders them, the best first."""
    for key, _, time in recognized(keys, times):
        yield key.columns, time or None


def moments(name: str, column: Column) -> Order | None:
    """Return (rows,) numbers that grow with a column's times, None where it is none.

    Numbers are times under a name of the calendar, or where they count the rows of a file.
    """
    if column.shape or len(column.values) < FEW or column.missing().any():
        return None
    if column.kind == "date" and column.form:
        return seconds(column.values).astype(np.float64)
    if column.kind != "numeric":
        return None
    numbers: Order = column.values.astype(np.float64)
    return numbers if is_time(name, column) or counts_rows(numbers) else None


def is_time(name: str, column: Column) -> bool:
    """Return whether a column holds dates, or is called as numbers of a calendar are."""
    return column.kind == "date" or bare(name) in CALENDAR


def rises(order: Order) -> bool:
    """Return whether times grow from each row to the next."""
    return bool((np.diff(order) > 0).all())


def numbered_days(raw: Raw, name: str) -> Column | None:
    """Return a column of days written as numbers, 20240131; None where it holds others."""
    cells = raw.columns[name]
    if not isinstance(cells, pl.Series) or cells.dtype.is_nested() or not raw.text:
        return None
    whole = cells.cast(pl.Int64, strict=False)
    low, high = (year * 10_000 for year in YEARS)
    if not len(whole) or whole.null_count() or not bool(whole.is_between(low, high).all()):
        return None
    try:
        return type_columns(raw, [name], {name: Form(PLAIN_DAY)})[name]
    except Refused:
        return None


def carries(table: Table, ordering: Ordering, names: tuple[str, ...]) -> bool:
    """Return whether each missing cell of some columns has a known one before it in its series."""
    window = WindowSection(length=1, key=ordering.key or None)
    series = arrange(table, window)
    ordered = table if series is None else table.take(series.order)
    begins = np.zeros(1, np.int64) if series is None else series.begins
    return not any(carry(ordered[name], begins).missing().any() for name in names)
