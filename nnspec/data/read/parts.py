"""Reads a large text table part after part, so that only the texts of one are held at a time.

A part ends where a record does. Whatever is not as it should be, a record of another length say,
ends the reading in parts: the table is then read whole, which tells what is wrong and where.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import polars as pl

from nnspec.data.read.content import DAMAGED, Content
from nnspec.data.read.dialect import Dialect
from nnspec.data.read.records import find_ragged, written_rows
from nnspec.diagnostics import Refused

PART = 3 * 2**20
"""Bytes of a part, about; of a table of many columns more, since each takes its time a part."""
MANY = 100
"""Columns that are many."""
WHOLE = 2**25
"""Bytes up to which a table is read whole: its texts take less than the libraries that read it."""
MARK = b"\xef\xbb\xbf"
"""What readers take from the beginning of a text in UTF-8."""


Part: TypeAlias = tuple[int, bytes]
"""The place of a part, from 0, and its bytes."""


class OddTableError(Exception):
    """A table that cannot be read in parts."""


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """The parts of a text table.

    Attributes:
        content: the table.
        dialect: how it is written.
        names: names of its columns.
        order: places of the columns as they are asked for; None: in their own order.
        written: rows of a part that are left where some of its lines are empty, by its place.
    """

    content: Content
    dialect: Dialect
    names: Sequence[str]
    order: Sequence[int] | None = None
    written: dict[int, list[int]] = field(default_factory=dict)

    def frame(self, part: Part) -> pl.DataFrame:
        """Return the rows of a part; the columns, which hold texts, are called by their places.

        Raises:
            OddTableError: something is not as it should be.
        """
        try:
            return self._checked(*part)
        except (*DAMAGED, Refused) as error:
            raise OddTableError from error

    def ordered(self, names: Sequence[str]) -> "Parts":
        """Return the same parts, whose columns are asked for in an order of their names."""
        return replace(self, order=[self.names.index(name) for name in names])

    def columns(self, places: Sequence[int]) -> pl.DataFrame:
        """Return some columns of all parts once more, called by their places."""
        own = list(places) if self.order is None else [self.order[place] for place in places]
        found: list[pl.DataFrame] = []
        for place, data in self.pieces():
            frame = self._read(place, data, sorted(own)).select(map(str, own))
            found.append(frame[self.written[place]] if place in self.written else frame)
        return pl.concat(found, rechunk=False).rename(
            {str(theirs): str(asked) for theirs, asked in zip(own, places, strict=True)}
        )

    def _checked(self, place: int, data: bytes) -> pl.DataFrame:
        """Return the rows of a part without its empty lines."""
        content, dialect = replace(self.content, data=data), self._dialect(place)
        frame = self._read(place, data)
        if frame.width != len(self.names) or self._has_header_again(frame):
            raise OddTableError
        if not frame.height or not frame[:, -1].null_count():
            return frame
        if (place == 0 or not self._even(frame, data)) and find_ragged(
            content, dialect, frame.width
        ):
            raise OddTableError
        written = written_rows(frame, content, dialect)
        if written is None:
            return frame
        self.written[place] = written
        return frame[written]

    def _even(self, frame: pl.DataFrame, data: bytes) -> bool:
        """Tell whether records without a header are seen to have all cells, by their separators."""
        if self.dialect.quote and self.dialect.quote.encode() in data:
            return False
        separators = data.count(self.dialect.separator.encode())
        return bool(separators == frame.height * (frame.width - 1))

    def _has_header_again(self, frame: pl.DataFrame) -> bool:
        """Tell whether a row is the header once more."""
        if not self.dialect.header or self.dialect.names is not None:
            return False
        rows = (frame[:, 0] == self.names[0]).arg_true()
        return any(frame.row(row) == tuple(self.names) for row in rows)

    def _dialect(self, place: int) -> Dialect:
        """Return how a part is written: but for the first one there is nothing above its rows."""
        return replace(self.dialect, start=0, header=False) if place else self.dialect

    def _read(self, place: int, data: bytes, only: Sequence[int] | None = None) -> pl.DataFrame:
        """Return all rows of a part, or some columns of them."""
        dialect = self._dialect(place)
        names = [str(number) for number in range(len(self.names))]
        frame = pl.read_csv(
            data,
            separator=dialect.separator,
            has_header=dialect.header,
            skip_lines=dialect.start,
            comment_prefix=dialect.comment,
            quote_char=dialect.quote,
            infer_schema=False,
            schema=dict.fromkeys(names, pl.String) if place else None,
            columns=None if only is None else list(only),
        )
        kept = names if only is None else [names[number] for number in only]
        if frame.width == len(kept):
            frame.columns = kept
        return frame

    def pieces(self) -> Iterator[Part]:
        """Yield the bytes of each part, with its place."""
        data, quote = self.content.data, self._quote()
        start, size = self._begin(), PART * max(1, len(self.names) // MANY)
        if quote and (self.dialect.comment or data.count(quote, start) % 2):
            raise OddTableError
        place, first, begin = 0, 0, start
        while first < len(data):
            end = _end(data, begin, begin + size, quote)
            yield place, data[first:end]
            place, first, begin = place + 1, end, end

    def _quote(self) -> bytes | None:
        """Return the sign within which the end of a line is none of a record."""
        quote = (self.dialect.quote or "").encode()
        return quote if quote and quote in self.content.data else None

    def _begin(self) -> int:
        """Return where the header begins."""
        begin = 0
        for _ in range(self.dialect.start):
            begin = self.content.data.find(b"\n", begin) + 1
            if not begin:
                raise OddTableError
        return begin


def _end(data: bytes, begin: int, end: int, quote: bytes | None) -> int:
    """Return where a part ends: behind a record, and no empty line follows.

    Readers leave empty lines out at the beginning of a table alone.
    """
    seen, quotes = begin, 0
    while (end := data.find(b"\n", end) + 1) > 0:
        if quote:
            quotes += data.count(quote, seen, end)
            seen = end
        following = data[end : data.find(b"\n", end) + 1 or None]
        if quotes % 2 == 0 and following.strip() and not following.startswith(MARK):
            return end
    return len(data)
