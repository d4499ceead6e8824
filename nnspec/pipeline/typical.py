"""What a person is to know of a run's columns to write a row: kinds, ranges, a typical cell."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import assert_never

import numpy as np

from nnspec.data import Preprocessing
from nnspec.data.fit.fitted import (
    BooleanFit,
    CategoryFit,
    ColumnFit,
    DateFit,
    IntegerFit,
    NumericFit,
    TextFit,
    fills_gaps,
)
from nnspec.data.fit.image import ImageFit
from nnspec.data.profile import ColumnProfile, Profile
from nnspec.data.table import Values

MOST_CHOICES = 200
"""Values of a category that are listed."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LIT = 128
"""Byte of a typical pixel."""


@dataclass(frozen=True, slots=True, eq=False)
class Described:
    """One column.

    Attributes:
        name: the column's own.
        kind: what its cells are.
        cells: a typical row of it, (*steps, *shape).
        optional: whether a cell may be missing.
        choices: values that the training had, of a category.
        extent: smallest and largest number of the training rows.
        form: how dates are written, in the signs of strptime.
    """

    name: str
    kind: str
    cells: Values
    optional: bool
    choices: tuple[str, ...] = ()
    extent: tuple[float, float] | None = None
    form: str = ""


def describe_columns(fitted: Preprocessing, profile: Profile | None) -> tuple[Described, ...]:
    """Return what is known of every feature column, in the order of the network's inputs."""
    return tuple(_describe(name, fitted, profile) for name in fitted.columns)


def _describe(name: str, fitted: Preprocessing, profile: Profile | None) -> Described:
    fit = fitted.columns[name]
    known = profile.columns.get(fitted.known.get(name, name)) if profile else None
    cell = _typical(fit, known)
    shape = (*fitted.steps(name), *fit.shape)
    cells = np.full(shape, cell, dtype=object if isinstance(cell, str) else None)
    if isinstance(fit, ImageFit):
        cells = cells.astype(np.uint8)
    numbers = isinstance(fit, NumericFit | IntegerFit) and known is not None and known.edges
    return Described(
        name=name,
        kind=fit.kind,
        cells=cells,
        optional=fills_gaps(fit),
        choices=_choices(fit),
        extent=known.extent if numbers and known else None,
        form=fit.form if isinstance(fit, DateFit) else "",
    )


def _choices(fit: ColumnFit) -> tuple[str, ...]:
    """Return the values of a category that the training had, unless they are many."""
    if not isinstance(fit, CategoryFit) or len(fit.vocabulary) > MOST_CHOICES:
        return ()
    return tuple(one for one in fit.vocabulary if one)


def _typical(fit: ColumnFit, known: ColumnProfile | None) -> float | int | bool | str:
    """Return a cell as the training rows have it."""
    middle = known.edges[len(known.edges) // 2] if known and known.edges else None
    match fit:
        case NumericFit():
            return float(fit.shift if middle is None else middle)
        case BooleanFit():
            return True
        case IntegerFit():
            return int(middle or 0)
        case CategoryFit():
            labels = known.labels if known else ()
            return next((one for one in (*labels, *fit.vocabulary) if one), "0")
        case DateFit():
            return _written(fit, middle)
        case TextFit():
            return next((one for one in fit.vocabulary if one.strip()), "text")
        case ImageFit():
            return LIT
        case _:
            assert_never(fit)


def _written(fit: DateFit, seconds: float | None) -> str:
    """Return a moment as the dates of the training rows were written."""
    moment = EPOCH + timedelta(seconds=seconds or 0.0)
    return moment.strftime(fit.form)
