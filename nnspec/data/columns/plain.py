"""Columns of a text table that hold plain numbers and nothing else, found many at a time.

Cell by cell the rules of `kinds` give the same; but each of polars' expressions takes a good part
of a millisecond, however few the rows, and a table may have thousands of columns.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite

import numpy as np
import polars as pl

from nnspec.catalog.columns import Vector
from nnspec.catalog.pictured import Pictured
from nnspec.data.columns.cells import read_texts
from nnspec.data.columns.dates import Form
from nnspec.data.read.held import HeldColumns, Numbers
from nnspec.data.read.raw import Raw
from nnspec.data.table import Values
from nnspec.spec.data import Kind

CODE = r"\A[-+]?0[0-9]+\z"
"""Whole numbers with zeros before them, which number nothing: 00501, 007."""
CODES = ("00", "0:")
"""Texts that begin with a zero and another digit lie between these."""
Declared = Kind | Form | Pictured | Vector
"""What a column is said to be: its kind, the form of its dates, or how its cells are read."""
AT_ONCE = 2**24
"""Cells that are looked at together."""
GLANCE = 100
"""Rows that tell of most columns that their numbers are not whole."""


def find_plain_numbers(
    raw: Raw,
    names: Sequence[str],
    kinds: Mapping[str, Declared],
    null_values: tuple[str, ...],
) -> dict[str, Values]:
    """Return columns whose texts are all finite numbers as they stand, or missing; no codes.

    Args:
        raw: the source.
        names: columns to look at.
        kinds: what columns are said to be.
        null_values: texts that count as missing.
    """
    found: dict[str, Values] = {}
    if not raw.text or any(map(_is_finite, null_values)):
        return found
    asked = [name for name in names if kinds.get(name) in {None, "numeric"}]
    if isinstance(raw.columns, HeldColumns):
        held = {name: one for name in asked if (one := raw.columns.numbers(name))}
        return {
            name: one.values
            for name, one in held.items()
            if _is_plain(one, null_values, named=kinds.get(name) is not None)
        }
    texts = [
        raw.signs.settle(cells)
        for name in asked
        if isinstance(cells := raw.columns[name], pl.Series) and isinstance(cells.dtype, pl.String)
    ]
    count = max(1, AT_ONCE // max(1, raw.rows))
    for start in range(0, len(texts), count):
        found.update(_plain(_beside(texts[start : start + count])))
    codes = [pl.Series(raw.columns[name]) for name in found if kinds.get(name) is None]
    for name in find_codes(_beside(codes)):
        del found[name]
    return found


def _is_plain(held: Numbers, null_values: tuple[str, ...], *, named: bool) -> bool:
    """Tell whether what else stands among the numbers of a column is missing, and none is a code.

    Of a column that is said (`named`) to hold numbers, they may look like codes.
    """
    odd = read_texts(pl.Series(held.odd, dtype=pl.String), null_values)
    coded = held.settled_coded if held.odd else held.coded
    return odd.null_count() == len(odd) and (named or not coded)


def _beside(columns: Sequence[pl.Series]) -> pl.DataFrame:
    """Return columns as one table; polars renames one without a name unless it is told the name."""
    return pl.DataFrame({one.name: one for one in columns})


def _plain(texts: pl.DataFrame) -> Iterator[tuple[str, Values]]:
    """Yield the columns that hold finite numbers alone, as integers where all are whole."""
    numbers = texts.select(pl.all().cast(pl.Float64, strict=False))
    plain = {
        one.name: values
        for one in numbers
        if np.isfinite(values := one.to_numpy()).sum() == one.len() - texts[one.name].null_count()
    }
    maybe = [name for name, values in plain.items() if is_whole(values)]
    for one in texts.select(pl.col(maybe).cast(pl.Int64, strict=False)) if maybe else ():
        if not one.null_count():
            plain[one.name] = one.to_numpy()
    yield from plain.items()


def is_whole(values: Values) -> bool:
    """Tell whether numbers are whole; a missing one is not."""
    return all(bool((part == np.floor(part)).all()) for part in (values[:GLANCE], values))


def find_codes(texts: pl.DataFrame) -> Iterator[str]:
    """Yield the columns in which whole numbers have zeros before them, as codes do."""
    if not texts.width:
        return
    begin = texts.select(pl.all().is_between(*map(pl.lit, CODES), closed="left").any())
    for name in texts.columns:
        if begin[name][0] and bool(texts[name].str.contains(CODE).any()):
            yield name


def _is_finite(text: str) -> bool:
    """Tell whether a text is a finite number."""
    try:
        return isfinite(float(text))
    except ValueError:
        return False
