"""Cells of several numbers each: read from texts, lists and arrays."""

import re
from math import prod

import numpy as np
import polars as pl

from nnspec.catalog.columns import Vector
from nnspec.data.columns.cells import read_texts
from nnspec.data.columns.refusals import refuse
from nnspec.data.read.raw import Raw
from nnspec.data.table import Column, Values
from nnspec.diagnostics import Refused
from nnspec.document import shorten

BRACKETS = " \t\r\n[](){}"
"""Signs around the numbers of a cell."""
NUMERIC = "iufb"


def read_vectors(raw: Raw, name: str, said: Vector, null_values: tuple[str, ...]) -> Column:
    """Return a column whose cells hold several numbers: (rows, *shape), NaN in missing cells.

    Args:
        raw: the source.
        name: the column.
        said: how its cells are read.
        null_values: texts that count as missing.

    Raises:
        Refused: D106 for what is no number, or other counts of them, D110 for a shape that takes
            others, D119 for cells of another type.
    """
    cells = raw.columns[name]
    if not isinstance(cells, pl.Series):
        if cells.dtype.kind not in NUMERIC:
            raise _no_numbers(name, str(cells.dtype))
        return _laid_out(name, cells.reshape(len(cells), -1), said)
    if isinstance(cells.dtype, pl.List | pl.Array):
        return _laid_out(name, _from_lists(_flat(cells)), said)
    if cells.dtype.is_numeric():
        return _laid_out(name, cells.cast(pl.Float64).to_numpy()[:, None], said)
    if cells.dtype != pl.String:
        raise _no_numbers(name, str(cells.dtype))
    texts = read_texts(cells, null_values).str.strip_chars(BRACKETS)
    comma = raw.text and raw.signs.decimal == ","
    usual = ";" if comma else "[,;]"
    between = re.escape(said.separator.strip()) if said.separator else usual
    # Of two signs in a row one number is missing; of two blanks none is.
    parted = texts.str.replace_all(rf"\s*{between}\s*|\s+", " ").str.split(" ")
    if comma:
        parted = parted.list.eval(pl.element().str.replace(",", ".", literal=True))
    return _laid_out(name, _from_lists(parted), said)


def _flat(cells: pl.Series) -> pl.Series:
    """Return a column of lists, or of lists of them, as lists of numbers."""
    lists = cells.arr.to_list() if isinstance(cells.dtype, pl.Array) else cells
    while isinstance(inner := lists.dtype.inner, pl.List | pl.Array):
        if isinstance(inner, pl.Array):
            lists = lists.cast(pl.List(pl.List(inner.inner)))
        lists = lists.list.eval(pl.element().explode())
    return lists


def _from_lists(lists: pl.Series) -> Values:
    """Return (rows, numbers) of lists of numbers, or of texts that are such; NaN of a missing one.

    Raises:
        Refused: D106 for a list of another length, or an element that is no number.
    """
    lengths = lists.list.len()
    present = lists.is_not_null()
    if not bool(present.any()):
        return np.full((len(lists), 1), np.nan)
    first = int(present.arg_true()[0])
    count = int(lengths[first])
    other = (present & (lengths != count)).arg_true()
    if len(other):
        row = int(other[0])
        message = (
            f'column "{lists.name}", row {row + 1}: {lengths[row]} numbers in a cell; row '
            f"{first + 1} has {count}"
        )
        raise _wrong(lists.name, message)
    elements = lists.filter(present).explode()
    numbers = elements.cast(pl.Float64, strict=False)
    if numbers.null_count():
        at = int(numbers.is_null().arg_true()[0])
        row = int(present.arg_true()[at // count])
        found = shorten(str(elements[at] or ""), 24)
        message = f'column "{lists.name}", row {row + 1}: "{found}" in a cell is no number'
        raise _wrong(lists.name, message)
    values = np.full((len(lists), count), np.nan)
    values[present.to_numpy()] = numbers.to_numpy().reshape(-1, count)
    return values


def _laid_out(name: str, values: Values, said: Vector) -> Column:
    """Return vectors in the shape that the spec says."""
    if said.shape is None:
        return Column("numeric", values)
    if prod(said.shape) != values.shape[1]:
        message = (
            f'the cells of "{name}" hold {values.shape[1]:,} numbers; the shape '
            f"{list(said.shape)} takes {prod(said.shape):,}"
        )
        path = ("data", "columns", name, "shape")
        raise refuse("D110", message, hint="leave shape out, or correct it", path=path)
    return Column("numeric", values.reshape(len(values), *said.shape))


def _wrong(name: str, message: str) -> Refused:
    """Return the refusal of a cell."""
    hint = "correct the cell, or leave it empty and write vector: {missing: drop}"
    return refuse("D106", message, hint=hint, path=("data", "columns", name))


def _no_numbers(name: str, found: str) -> Refused:
    """Return the refusal of cells that hold no numbers."""
    message = f'column "{name}" is of type {found}; a vector takes texts or lists of numbers'
    return refuse("D119", message, path=("data", "columns", name))
