"""Gathers the columns of a text table out of its parts.

Each column is taken for numbers until a part holds none, for few different texts until they are
many, and then for texts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nnspec.data.columns.distinct import FEW, Distinct
from nnspec.data.columns.plain import find_codes, is_whole
from nnspec.data.read.held import Held, Numbers
from nnspec.data.read.signs import Signs
from nnspec.data.table import Values

HALF = 0.5
"""Share of a part's cells up to which others than numbers may stand in a column of numbers."""
MOST_ODD = 1_000
"""Different texts among numbers up to which they are held."""
MANY = 10_000
"""Different texts up to which they are held once each, however few the rows are."""
MISSING = 2**32 - 1
"""What stands for a missing text."""
Floats = NDArray[np.float64]
Codes = NDArray[np.uint32]


@dataclass(frozen=True, slots=True, eq=False)
class Converted:
    """The numbers of a part of a column.

    Attributes:
        floats: (rows,) NaN for what is none.
        whole: (rows,) the same as integers, where all cells are whole numbers.
        coded: whether some texts have zeros before them, as codes do.
        settled_coded: the same once their signs are plain.
    """

    floats: Floats
    whole: Values | None
    coded: bool
    settled_coded: bool


@dataclass(frozen=True, slots=True, eq=False)
class ConvertedPart:
    """A part of a table.

    Attributes:
        frame: its texts.
        numbers: those of columns that may consist of them.
        codes: those of columns of few texts, where all of the part's were known.
    """

    frame: pl.DataFrame
    numbers: Mapping[str, Converted]
    codes: Mapping[str, Codes]


@dataclass(slots=True, eq=False)
class NumberColumn:
    """A column of numbers, as integers as long as all of them are."""

    store: Floats
    whole: bool = True
    found: bool = False
    coded: bool = False
    settled_coded: bool = False
    odd: dict[str, None] = field(default_factory=dict)
    negative_zeros: list[int] = field(default_factory=list)

    def add(self, begin: int, part: Converted) -> None:
        """Take the numbers of a part."""
        end = begin + len(part.floats)
        if self.whole and part.whole is None:
            self.whole = False
            self.store[:begin] = self.store.view(np.int64)[:begin].astype(np.float64)
            self.store[self.negative_zeros] = -0.0
        if self.whole and part.whole is not None:
            self.store.view(np.int64)[begin:end] = part.whole
            negative = np.flatnonzero((part.floats == 0) & np.signbit(part.floats))
            self.negative_zeros += (negative + begin).tolist()
        else:
            self.store[begin:end] = part.floats
        self.coded |= part.coded
        self.settled_coded |= part.settled_coded

    def held(self, rows: int) -> Numbers:
        """Return the column."""
        values: Values = self.store.view(np.int64)[:rows] if self.whole else self.store[:rows]
        zeros = tuple(self.negative_zeros)
        return Numbers(values, tuple(self.odd), zeros, self.coded, self.settled_coded)


@dataclass(slots=True, eq=False)
class TextColumn:
    """A column of texts: the place of each among the different ones; whole once these are many."""

    store: Codes
    known: pl.Enum = field(default_factory=lambda: pl.Enum(()))
    whole: list[pl.Series] = field(default_factory=list)

    def codes(self, cells: pl.Series) -> Codes | None:
        """Return the place of each text; None where some are not known, or texts are held whole.

        A text keeps its place, so that other parts may be taken meanwhile.
        """
        known = None if self.whole else cells.cast(self.known, strict=False)
        if known is None or known.null_count() > cells.null_count():
            return None
        places = known.to_physical().cast(pl.UInt32)
        codes: Codes = (places.fill_null(MISSING) if places.null_count() else places).to_numpy()
        return codes

    def add(self, begin: int, cells: pl.Series, codes: Codes | None) -> None:
        """Take the texts of a part, and their places where they were known before."""
        if self.whole:
            self.whole.append(cells)
            return
        codes, end = self._learned(cells) if codes is None else codes, begin + len(cells)
        self.store[begin:end] = codes
        if len(self.known.categories) > max(MANY, FEW * end):
            found = self.held(end)
            assert isinstance(found, Distinct), "no text is held whole yet"
            self.whole.append(found.gathered())

    def _learned(self, cells: pl.Series) -> Codes:
        """Return the place of each text; what is new gets the next ones."""
        known = self.known.categories
        new = cells.filter(cells.cast(self.known, strict=False).is_null() & cells.is_not_null())
        if len(new):
            self.known = pl.Enum(pl.concat([known, new.unique(maintain_order=True)]))
        codes = self.codes(cells)
        assert codes is not None, "all texts are known by now"
        return codes

    def held(self, rows: int) -> Distinct | pl.Series:
        """Return the column."""
        if self.whole:
            return pl.concat(self.whole, rechunk=False)
        codes, texts = self.store[:rows], self.known.categories
        absent = codes == MISSING
        if absent.any():
            codes[absent] = len(texts)
            texts = pl.concat([texts, pl.Series([None], dtype=pl.String)])
        return Distinct(texts, codes)


@dataclass(frozen=True, slots=True)
class UnreadColumn:
    """A column of numbers and of many texts, of which nothing is held."""

    def held(self, rows: int) -> None:
        """Return that nothing is held."""


AnyColumn = NumberColumn | TextColumn | UnreadColumn


@dataclass(slots=True, eq=False)
class Gathering:
    """The columns of a text table as far as its parts were taken.

    Attributes:
        most: rows that the table may have.
        signs: how numbers are written in it.
        rows: rows that were taken.
    """

    width: int
    most: int
    signs: Signs
    rows: int = 0
    columns: list[AnyColumn] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.columns = [NumberColumn(np.empty(self.most)) for _ in range(self.width)]

    def convert(self, frame: pl.DataFrame) -> ConvertedPart:
        """Return a part with the numbers of the columns that may still be of numbers.

        Parts that lie behind one another may be converted at the same time.
        """
        named = {str(at): one for at, one in enumerate(self.columns)}
        numeric = [name for name, one in named.items() if isinstance(one, NumberColumn)]
        numbers = self._convert(frame.select(numeric)) if numeric else {}
        texts = {name: one for name, one in named.items() if isinstance(one, TextColumn)}
        codes = {name: one.codes(frame[name]) for name, one in texts.items()}
        known = {name: one for name, one in codes.items() if one is not None}
        return ConvertedPart(frame, numbers, known)

    def take(self, part: ConvertedPart) -> None:
        """Take the next part; its columns are called by their places."""
        frame = part.frame
        for place, (column, cells) in enumerate(zip(self.columns, frame, strict=True)):
            if isinstance(column, NumberColumn):
                self.columns[place] = self._add(column, cells, part.numbers[cells.name])
            elif isinstance(column, TextColumn):
                column.add(self.rows, cells, part.codes.get(cells.name))
        self.rows += frame.height

    def _convert(self, texts: pl.DataFrame) -> dict[str, Converted]:
        """Return texts as numbers, many columns at a time."""
        settled = texts
        if not self.signs.plain:
            settled = pl.DataFrame({one.name: self.signs.settle(one) for one in texts})
        floats = {
            one.name: one.to_numpy()
            for one in settled.select(pl.all().cast(pl.Float64, strict=False))
        }
        maybe = [name for name, numbers in floats.items() if is_whole(numbers)]
        integers = settled.select(pl.col(maybe).cast(pl.Int64, strict=False)) if maybe else ()
        whole = {one.name: one.to_numpy() for one in integers if not one.null_count()}
        coded = set(find_codes(texts))
        settled_coded = coded if settled is texts else set(find_codes(settled))
        return {
            name: Converted(numbers, whole.get(name), name in coded, name in settled_coded)
            for name, numbers in floats.items()
        }

    def _add(self, column: NumberColumn, cells: pl.Series, part: Converted) -> AnyColumn:
        """Return a column of numbers with a part more, or what has become of it."""
        finite, present = np.isfinite(part.floats), len(cells) - cells.null_count()
        count = int(finite.sum())
        if count < present:
            odd = cells.filter(pl.Series(~finite) & cells.is_not_null())
            column.odd.update(dict.fromkeys(odd.unique(maintain_order=True).to_list()))
            if len(odd) > HALF * present or len(column.odd) > MOST_ODD:
                return self._as_texts(column, cells)
            part = replace(part, floats=np.where(finite, part.floats, np.nan))
        column.found |= present > 0
        column.add(self.rows, part)
        return column

    def _as_texts(self, column: NumberColumn, cells: pl.Series) -> AnyColumn:
        """Return a column whose texts are no numbers; nothing where numbers stood before."""
        if column.found:
            return UnreadColumn()
        store = column.store.view(np.uint32)[: self.most]
        store[: self.rows] = MISSING
        found = TextColumn(store)
        found.add(self.rows, cells, None)
        return found

    def held(self) -> list[Held]:
        """Return what is held of each column."""
        return [column.held(self.rows) for column in self.columns]
