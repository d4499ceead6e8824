"""The different values of a column, and which of them each row holds.

Texts of a column are shared objects where it was read by its different ones, so that Python's own
hashes, kept with each text, find them sooner than sorting does.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nnspec.data.table import Column, Rows, Values

FEW = 0.25
"""Share of the rows up to which it is worth while to look at each different text once."""
MANY_ROWS = 2_000
"""Rows below which it is not."""


@dataclass(frozen=True, slots=True, eq=False)
class Distinct:
    """Texts that come again.

    Attributes:
        texts: the different ones, in no order; the last of them null where one is missing.
        codes: (rows,) place of each row's text among them.
    """

    texts: pl.Series
    codes: Rows | NDArray[np.uint32]

    def gathered(self) -> pl.Series:
        """Return (rows,) the texts."""
        return self.texts.gather(self.codes)

    @property
    def few(self) -> bool:
        """Tell whether it is worth while to look at each different text once."""
        rows = len(self.codes)
        return rows >= MANY_ROWS and len(self.texts) - self.texts.null_count() <= FEW * rows


def find_distinct(cells: pl.Series) -> Distinct | None:
    """Return the different texts of a column; None where they are many, or rows are few."""
    rows = len(cells)
    texts = cells.head(0) if rows < MANY_ROWS else cells.drop_nulls().unique()
    if rows < MANY_ROWS or len(texts) > FEW * rows:
        return None
    codes = cells.cast(pl.Enum(texts)).to_physical().fill_null(len(texts))
    if cells.null_count():
        texts = texts.extend(pl.Series([None], dtype=pl.String))
    return Distinct(texts, codes.to_numpy().astype(np.int64))


def different(values: Values) -> Values:
    """Return the different values of any shape, sorted."""
    if values.dtype != np.object_:
        return np.unique(values)
    return np.asarray(sorted(set(values.reshape(-1).tolist())), dtype=object)


def codes_of(column: Column) -> Rows:
    """Return (rows,) numbers that are equal where the cells are; they rise with the values."""
    values = column.values
    if values.dtype != np.object_:
        return np.unique(values, return_inverse=True)[1].astype(np.int64)
    places = {text: place for place, text in enumerate(different(values).tolist())}
    return np.fromiter(map(places.__getitem__, values.tolist()), np.int64, len(values))
