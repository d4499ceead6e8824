"""Which file a row of several joined files comes from: as a column, and in what is said of rows."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import PurePath

import numpy as np
import polars as pl

from nnspec.data.columns.refusals import refuse
from nnspec.data.read.raw import Raw
from nnspec.diagnostics import Diagnostic, Refused

QUOTED = re.compile(r'("[^"]*")')
"""Names and cells, in which nothing is a row's number."""
ROWS = re.compile(r"\b(rows? )(\d[\d,]*)(?: and (\d[\d,]*))?(?! rows?\b)")
"""Rows that a message names, counted from 1 over all files."""


@dataclass(frozen=True, slots=True)
class Origins:
    """The files of a table, one behind the other.

    Attributes:
        files: their names.
        ends: rows of the table up to the end of each.
    """

    files: tuple[str, ...] = ()
    ends: tuple[int, ...] = ()

    def place(self, row: int) -> str:
        """Return the file of a row of the table, counted from 1, and its number in that file."""
        at = int(np.searchsorted(self.ends, row))
        before = self.ends[at - 1] if at else 0
        return f'row {row - before:,} of "{self.files[at]}"'

    def tell(self, finding: Diagnostic) -> Diagnostic:
        """Return a finding with the file of each row that it names."""
        if len(self.files) < 2:  # noqa: PLR2004 - of one file a row's number is its own
            return finding
        parts = QUOTED.split(finding.message)
        told = [part if at % 2 else ROWS.sub(self._placed, part) for at, part in enumerate(parts)]
        return replace(finding, message="".join(told))

    def _placed(self, found: re.Match[str]) -> str:
        """Return rows that a message names with their files."""
        numbers = [int(one.replace(",", "")) for one in found.groups()[1:] if one]
        if not all(1 <= number <= self.ends[-1] for number in numbers):
            return found[0]
        return f"{found[0]} ({' and '.join(map(self.place, numbers))})"

    @contextmanager
    def named(self) -> Iterator[None]:
        """Put the files of rows into what is refused."""
        try:
            yield
        except Refused as refused:
            raise Refused(map(self.tell, refused.diagnostics)) from refused


def origins_of(raw: Raw) -> Origins:
    """Return the files that the rows of a source come from."""
    return Origins(file_names(raw), tuple(np.cumsum([rows for _, rows in raw.parts]).tolist()))


def file_names(raw: Raw) -> tuple[str, ...]:
    """Return the names of a source's files; below their common folder where two have one name."""
    paths = [PurePath(name) for name, _ in raw.parts]
    if len({path.name for path in paths}) == len(paths):
        return tuple(path.name for path in paths)
    common = 0
    while len({path.parts[: common + 1] for path in paths}) == 1:
        common += 1
    return tuple(str(PurePath(*path.parts[common:])) for path in paths)


def with_origin(raw: Raw, column: str | None) -> Raw:
    """Return a source with a column, where one is wanted, of the file that each row is from.

    Raises:
        Refused: D121 where the source has a column of that name, S115 where no file is read.
    """
    if column is None:
        return raw
    path = ("data", "origin")
    if column in raw.names:
        message = f'"{raw.source}" has a column "{column}" already'
        raise refuse("D121", message, hint="call the column of the files otherwise", path=path)
    if not raw.parts:
        message = f'the rows of "{raw.source}" come from no table\'s file'
        raise refuse("S115", message, hint="leave origin out", path=path)
    names = list(repeated(file_names(raw), (rows for _, rows in raw.parts)))
    files = pl.Series(column, names, pl.String)
    return replace(raw, columns={**raw.columns, column: files}, kinds=dict(raw.kinds))


def repeated(names: Iterable[str], counts: Iterable[int]) -> Iterator[str]:
    """Yield each name as often as its count says."""
    for name, count in zip(names, counts, strict=True):
        yield from (name for _ in range(count))
