"""What a source holds before its columns are typed."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from nnspec.data.table import Values

DATA_LIMIT = 4 * 2**30
"""Bytes that a data file may unpack to."""


@dataclass(frozen=True, slots=True, eq=False)
class Raw:
    """The columns of a source.

    Attributes:
        columns: a series each, or an array (rows, *shape).
        rows: number of rows.
        text: whether all cells are texts (CSV), so that kinds are inferred from them.
        source: name of the source in messages.
        fingerprint: SHA-256 of the file's bytes or of the arrays, in hexadecimal.
    """

    columns: Mapping[str, pl.Series | Values]
    rows: int
    text: bool
    source: str
    fingerprint: str

    @property
    def names(self) -> tuple[str, ...]:
        """Return the columns' names in the order of the source."""
        return tuple(self.columns)
