"""Columns whose cells are words in a row: lists of them, and classes for each word of a text."""

import numpy as np
import polars as pl

from nnspec.data.columns.cells import SPACE
from nnspec.data.table import Values

TAG = r"[^ ]+"
"""A class, once every gap is one blank."""


def in_a_row(cells: pl.Series) -> pl.Series:
    """Return lists of texts or numbers as texts, parted by blanks; null for a missing list."""
    if isinstance(cells.dtype, pl.Array):
        cells = cells.arr.to_list()
    return cells.cast(pl.List(pl.String)).list.join(" ", ignore_nulls=False)


def part_tags(cells: pl.Series) -> Values:
    """Return the classes of texts, (rows, steps) as the longest has; "" behind the last."""
    parts = cells.fill_null("").str.replace_all(rf"{SPACE}+", " ").str.extract_all(TAG)
    steps = int(parts.list.len().max() or 0) or 1
    found = np.full((len(parts), steps), "", dtype=object)
    for row, many in zip(found, parts.to_list(), strict=True):
        row[: len(many)] = many
    return found
