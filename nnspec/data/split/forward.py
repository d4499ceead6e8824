"""Cells that take the last known value of their series."""

from collections.abc import Iterable

import numpy as np

from nnspec.data.split.series import Series
from nnspec.data.table import Column, Rows, Table
from nnspec.diagnostics import Diagnostic, Refused
from nnspec.document.write import flow
from nnspec.spec.data import DataSection


def carry(column: Column, begins: Rows) -> Column:
    """Return a column whose missing cells hold the last known one before them in their series.

    Those before the first known cell of a series stay missing.

    Args:
        column: the cells, in the order of series and times.
        begins: the first row of each series.
    """
    missing = column.missing()
    if not missing.any():
        return column
    rows = np.arange(len(missing))
    latest = np.maximum.accumulate(np.where(missing, -1, rows))
    first = begins[np.searchsorted(begins, rows, side="right") - 1]
    known = latest >= first
    values = column.values.copy()
    values[known] = column.values[latest[known]]
    return Column(column.kind, values, column.form)


def forward_columns(features: Iterable[str], section: DataSection) -> tuple[str, ...]:
    """Return the features whose missing cells take the last known value."""
    return tuple(name for name in features if section.missing_of(name) == "forward")


def carry_named(table: Table, names: Iterable[str], begins: Rows) -> Table:
    """Return a table in which the named columns carry their last known cells on."""
    carried = {name: carry(table[name], begins) for name in names}
    return Table({**table.columns, **carried}, table.rows)


def check_carried(table: Table, names: Iterable[str], series: Series | None) -> None:
    """Refuse cells before the first known one of their series, which nothing can be carried to.

    Args:
        table: the rows in the order of their series.
        names: columns whose cells are carried on.
        series: how the rows lie; None where they are one series.

    Raises:
        Refused: D105, of all columns at once.
    """
    begins = np.zeros(1, np.int64) if series is None else series.begins
    numbers = np.arange(table.rows) if series is None else series.order
    found: list[Diagnostic] = []
    for name in names:
        missing = carry(table[name], begins).missing()
        if missing.any():
            count, first = int(missing.sum()), int(numbers[missing.argmax()]) + 1
            cells = "cell" if count == 1 else "cells"
            message = (
                f'column "{name}" has {count} missing {cells} before the first known one of a '
                f"series (first: row {first})"
            )
            hint = (
                "begin the series later, or fill the column otherwise: "
                f"columns: {flow({name: {table[name].kind: {'missing': 'most_frequent'}}})}"
            )
            found.append(Diagnostic("D105", message, hint=hint, path=("data", "missing")))
    if found:
        raise Refused(found)


def carry_all(table: Table, begins: Rows) -> Table:
    """Return a table in which no column with a known cell has a missing one.

    What stands before the first known cell of a series takes the first of the whole column: a
    baseline answers for every row.
    """
    columns: dict[str, Column] = {}
    for name, column in table.columns.items():
        carried = carry(column, begins)
        missing = carried.missing()
        if missing.any() and not missing.all():
            values = carried.values.copy()
            values[missing] = values[~missing][0]
            carried = Column(column.kind, values, column.form)
        columns[name] = carried
    return Table(columns, table.rows)
