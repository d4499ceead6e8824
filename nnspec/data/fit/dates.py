"""Fits dates on the training rows: where elapsed days begin, and what missing ones become."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nnspec.catalog.columns import LINEAR, Constant, Date, Part
from nnspec.data.columns.dates import read_dates
from nnspec.data.columns.refusals import refuse
from nnspec.data.fit.fitted import DateFit
from nnspec.data.table import Column, Values
from nnspec.spec.data import DataSection

DAY = 86_400
"""Seconds."""
ROUND: dict[Part, int] = {
    "month": 12,
    "day": 31,
    "dayofyear": 366,
    "weekday": 7,
    "hour": 24,
    "minute": 60,
    "second": 60,
}
"""Part -> how many there are until it comes again."""
Seconds = NDArray[np.int64]


def fit_date(name: str, column: Column, section: DataSection) -> DateFit:
    """Return what the training cells of a column of dates say.

    Raises:
        Refused: D105 for a column without any date, D106 for a constant that is none.
    """
    said = section.columns.get(name)
    described = said if isinstance(said, Date) else Date()
    present = column.values[column.values != ""]
    if not len(present):
        path = ("data", "columns", name)
        raise refuse("D105", f'column "{name}" has no date in any training row', path=path)
    fill = _fill(name, column, present, section)
    cells = column.values if fill is None else np.where(column.values == "", fill, column.values)
    moments: dict[Part, tuple[float, float]] = {
        part: _moments(seconds(cells) / DAY if part == "elapsed" else years(cells))
        for part in described.parts
        if part in LINEAR
    }
    return DateFit(
        shape=column.shape,
        form=column.form,
        parts=described.parts,
        moments=moments,
        fill=fill,
        indicator=described.indicator,
    )


def _moments(figures: Values) -> tuple[float, float]:
    """Return mean and deviation, 1 in place of none."""
    return float(figures.mean()), float(figures.std()) or 1.0


def seconds(cells: Values) -> Seconds:
    """Return seconds since 1970 of dates in the one form."""
    return cells.astype("datetime64[s]").astype(np.int64)


def years(cells: Values) -> NDArray[np.float64]:
    """Return years of dates in the one form."""
    counted: NDArray[np.float64] = cells.astype("datetime64[Y]").astype(np.float64)
    return np.add(1970.0, counted, dtype=np.float64)


def _fill(name: str, column: Column, present: Values, section: DataSection) -> str | None:
    """Return what stands in for a missing date."""
    match section.missing_of(name):
        case Constant(constant=value):
            found = read_dates(pl.Series([str(value)]), column.form)[0]
            if found is None:
                path = ("data", "columns", name)
                message = f'"{value}" is no date of the form {column.form}, as the column has them'
                raise refuse("D106", message, path=path)
            return str(found)
        case "mean":
            return _written(float(seconds(present).mean()))
        case "median":
            return _written(float(np.median(seconds(present))))
        case "most_frequent":
            values, counts = np.unique(present.astype(str), return_counts=True)
            return str(values[counts.argmax()])
        case _:
            return None


def _written(instant: float) -> str:
    """Return seconds since 1970 in the one form."""
    return str(np.datetime64(round(instant), "s")).replace("T", " ")
