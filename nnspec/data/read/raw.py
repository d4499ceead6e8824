"""What a source holds before its columns are typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath

import polars as pl

from nnspec.catalog.pictured import ImageColumn
from nnspec.data.read.reach import Reach
from nnspec.data.read.signs import PLAIN, Signs
from nnspec.data.table import Rows, Values
from nnspec.document import shorten
from nnspec.spec.data import Kind

DATA_LIMIT = 4 * 2**30
"""Bytes that a data file may unpack to."""


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that was read.

    Attributes:
        name: its path as messages name it.
        sha256: of its bytes, hexadecimal.
        sniffed: what was found out about how it is written, by setting.
    """

    name: str
    sha256: str
    sniffed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Raw:
    """The columns of a source.

    Attributes:
        columns: a series each, or an array (rows, *shape).
        rows: number of rows.
        text: whether texts may be numbers (CSV), so that kinds are inferred from them.
        source: name of the source in messages.
        fingerprint: SHA-256 of the file's bytes or of the arrays, in hexadecimal; of several files,
            of their names and hashes.
        signs: how numbers are written in texts.
        files: the files that were read.
        index: columns that number or name the rows, and are no features.
        given: (rows,) place of the split that each row is given as; None where none is.
        kinds: what columns are, where the source itself says it.
        homes: folders that paths in the cells start from, each with its number of rows.
        reach: where those paths may lead.
        parts: the tables' files, in the order of the rows, each with its number of rows.
        behind: column -> (rows,) file that each of its cells was read from.
    """

    columns: Mapping[str, pl.Series | Values]
    rows: int
    text: bool
    source: str
    fingerprint: str
    signs: Signs = PLAIN
    files: tuple[ReadFile, ...] = ()
    index: tuple[str, ...] = ()
    given: Rows | None = None
    kinds: Mapping[str, Kind | ImageColumn] = field(default_factory=dict)
    homes: tuple[tuple[FilePath, int], ...] = ()
    reach: Reach | None = None
    parts: tuple[tuple[str, int], ...] = ()
    behind: Mapping[str, Values] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the columns' names in the order of the source."""
        return tuple(self.columns)

    def written(self, column: str, row: int) -> str | None:
        """Return a cell as a text table writes it, shortened; None of any other."""
        cells = self.columns[column]
        if not isinstance(cells, pl.Series) or cells.dtype != pl.String:
            return None
        return shorten(str(cells[row]).strip(), 24)
