"""The bytes of a data file as every reader takes them, and what they may unpack to."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path as FilePath

import polars as pl

from nnspec.data.columns.refusals import refuse, too_large
from nnspec.diagnostics import Refused

SMALL = 128 * 2**20
"""Bytes that any file may unpack to, however small it is."""
EXPANSION = 256
"""Times its own size that a packed file may unpack to beyond that; tables of sense take less."""
CELL = 16
"""Bytes that a cell is reckoned at: polars keeps a text in 16, a number in 8."""
MOST_COLUMNS = 50_000
"""Columns of a table: each takes some 0.1 ms and 2 kB to read, whatever its rows."""
# polars' Rust code panics on some damaged files; its PanicException is no Exception.
DAMAGED = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError)


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """An opened file.

    Attributes:
        file: its name in messages; it is not opened again.
        data: all its bytes.
        limit: bytes that any file may unpack to.
    """

    file: FilePath
    data: bytes
    limit: int

    def stream(self) -> BytesIO:
        """Return the bytes as a stream; they are not copied."""
        return BytesIO(self.data)

    def lines(self) -> Iterator[bytes]:
        """Yield the lines, with their ends."""
        return iter(self.stream())

    def allowed(self, expansion: int = EXPANSION) -> int:
        """Return the bytes that the file may unpack to.

        Args:
            expansion: times its own size, where that is more than `SMALL`.
        """
        return min(self.limit, max(SMALL, expansion * len(self.data)))

    def too_large(self, unpacked: int, expansion: int = EXPANSION) -> Refused:
        """Return the refusal of a file that unpacks to more bytes than it may (D116)."""
        return too_large(self.file, unpacked, self.allowed(expansion))

    def check(self, unpacked: int) -> None:
        """Refuse a packed file that unpacks to more bytes than it may."""
        if unpacked > self.allowed():
            raise self.too_large(unpacked)

    def check_width(self, columns: int) -> None:
        """Refuse more columns than anybody names (D116)."""
        if columns > MOST_COLUMNS:
            message = f'"{self.file}" has {columns:,} columns; expected at most {MOST_COLUMNS:,}'
            hint = "give them as one column of arrays: .npz, or lists in .parquet or .jsonl"
            raise refuse("D116", message, hint=hint)


def first_line(error: BaseException) -> str:
    """Return the first line of a library's message."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
