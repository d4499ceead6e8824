"""Several series in one file, over which windows would run: which column tells them apart.

A column is likely the key where times start again with each of its values, or where each time
stands once for each of them, or where texts stand in blocks and no column counts through.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, combinations
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nnspec.data.read.raw import Raw
from nnspec.diagnostics import Diagnostic
from nnspec.document import Plain, shorten
from nnspec.document.write import flow
from nnspec.spec.data import DataSection, target_columns
from nnspec.spec.window import WindowSection

CALENDAR = frozenset(
    (
        *("date", "day", "dayofweek", "dow", "hour", "minute", "month", "period", "quarter"),
        *("season", "second", "time", "timestamp", "week", "weekday", "year"),
    )
)
"""Names of columns that count time: their values come again within one series."""
IDENTIFIERS = frozenset(
    (
        *("batch", "case", "client", "customer", "device", "engine", "entity", "group", "item"),
        *("key", "machine", "patient", "person", "product", "run", "sensor", "series", "site"),
        *("station", "stock", "store", "subject", "symbol", "ticker", "unit"),
    )
)
"""Names under which whole numbers tell series apart."""
DATES = r"^\d{4}[-/.]\d\d?([-/.]\d\d?)?([T ].*)?$"
"""Dates and times that sort as texts do."""
MOST_CANDIDATES = 8
"""Columns that are tried in pairs."""
FEW_TIMES = 3
"""Times from which on a column may count them."""
LISTED = 3
"""Series that a message names."""

Codes = NDArray[np.int64]
Order = NDArray[np.float64]
Evidence = Literal["restarts", "interleaved", "blocks"]


@dataclass(frozen=True, slots=True)
class Key:
    """A column, or two, that tell series apart.

    Attributes:
        columns: their names.
        codes: (rows,) number of the series of each row.
        names: what a series is called, by its number.
        textual: whether one of the columns holds texts.
    """

    columns: tuple[str, ...]
    codes: Codes
    names: tuple[str, ...]
    textual: bool

    @property
    def borders(self) -> Codes:
        """Return the rows with which another series begins than that of the row before."""
        return np.flatnonzero(np.diff(self.codes)) + 1

    @property
    def blocks(self) -> bool:
        """Return whether the rows of each series stand together."""
        return len(self.borders) == len(self.names) - 1


def find_several_series(raw: Raw, section: DataSection) -> Iterator[Diagnostic]:
    """Give the finding (D132) for windows that run across the series of one file."""
    if section.window is None or section.window.key is not None:
        return
    cells = {
        name: column
        for name, column in raw.columns.items()
        if isinstance(column, pl.Series) and name not in target_columns(section)
    }
    times = {
        name: order for name, column in cells.items() if (order := order_of(column)) is not None
    }
    if any(len(order) > 1 and bool((np.diff(order) > 0).all()) for order in times.values()):
        return
    found = next(iter(recognized(find_keys(cells), times)), None)
    if found is not None:
        yield explain(*found, section.window)


def recognized(
    keys: tuple[Key, ...], times: Mapping[str, Order]
) -> Iterator[tuple[Key, Evidence, str]]:
    """Give keys with what speaks for them, single columns and the best evidence first."""
    pairs = (join(*pair) for pair in combinations(keys[:MOST_CANDIDATES], 2))
    for key in chain(keys, (pair for pair in pairs if pair)):
        for time, order in times.items():
            if time in key.columns:
                continue
            if key.blocks and restarts(order, key):
                yield key, "restarts", time
            elif interleaved(order, key):
                yield key, "interleaved", time
    for key in keys:
        if key.blocks and (key.textual or is_identifier(key.columns[0])):
            yield key, "blocks", ""


def find_keys(cells: Mapping[str, pl.Series]) -> tuple[Key, ...]:
    """Return the columns whose values come again, and count nothing: texts first."""
    keys: list[Key] = []
    for name, column in cells.items():
        if bare(name) in CALENDAR or column.dtype.is_nested():
            continue
        texts = column.cast(pl.String, strict=False).fill_null("")
        names, codes = np.unique(texts.to_numpy().astype(str), return_inverse=True)
        numbers = texts.cast(pl.Float64, strict=False)
        textual = numbers.null_count() > len(texts) / 2
        whole = textual or bool(((numbers % 1) == 0).fill_null(value=True).all())
        if whole and 1 < len(names) <= len(texts) // 2:
            keys.append(Key((name,), codes.astype(np.int64), tuple(map(str, names)), textual))
    return tuple(sorted(keys, key=lambda key: (not key.textual, not is_identifier(key.columns[0]))))


def join(one: Key, other: Key) -> Key | None:
    """Return two columns as one key; None where they leave hardly two rows to a series."""
    both = one.codes * len(other.names) + other.codes
    found, codes = np.unique(both, return_inverse=True)
    if len(found) > len(codes) // 2 or len(found) in (len(one.names), len(other.names)):
        return None
    count = len(other.names)
    names = tuple(f"{one.names[code // count]} {other.names[code % count]}" for code in found)
    textual = one.textual or other.textual
    return Key((*one.columns, *other.columns), codes.astype(np.int64), names, textual)


def order_of(column: pl.Series) -> Order | None:
    """Return (rows,) numbers that grow with a column's times; None where it holds none."""
    if column.dtype.is_nested():
        return None
    if column.dtype.is_temporal():
        column = column.cast(pl.Int64)
    elif column.dtype == pl.String and bool(
        column.str.contains(DATES).fill_null(value=False).all()
    ):
        column = column.rank("dense")
    numbers = column.cast(pl.Float64, strict=False)
    return None if numbers.null_count() else np.asarray(numbers.to_numpy(), dtype=np.float64)


def restarts(order: Order, key: Key) -> bool:
    """Return whether times grow within each series and begin anew with the next one."""
    steps = np.diff(order)
    borders = key.borders - 1
    inside = np.ones(len(steps), dtype=np.bool_)
    inside[borders] = False
    return bool((steps[borders] < 0).all() and (steps[inside] > 0).all())


def interleaved(order: Order, key: Key) -> bool:
    """Return whether times go on through the file, each of them once for most series."""
    if bool((np.diff(order) < 0).any()):
        return False
    moments = np.unique(order, return_inverse=True)[1].astype(np.int64)
    count = int(moments.max()) + 1
    pairs = np.unique(moments * len(key.names) + key.codes)
    return (
        len(pairs) == len(order) and count >= FEW_TIMES and count * len(key.names) <= 2 * len(order)
    )


def explain(key: Key, evidence: Evidence, time: str, window: WindowSection) -> Diagnostic:
    """Return the finding about windows over several series."""
    names = " and ".join(f'"{name}"' for name in key.columns)
    more = ", ..." if len(key.names) > LISTED else ""
    series = ", ".join(shorten(name, 24) for name in key.names[:LISTED]) + more
    why = {
        "restarts": f'"{time}" begins anew with each',
        "interleaved": f'each "{time}" stands once for each',
        "blocks": "the rows of each stand together",
    }[evidence]
    reach = window.length + window.farthest
    message = (
        f"windows of {window.length} rows run across {len(key.names)} series: {names} tells them "
        f"apart ({series}; {why}); {mixed(key, reach)} windows hold rows of more than one"
    )
    named: Plain = key.columns[0] if len(key.columns) == 1 else list(key.columns)
    said: Plain = {"length": window.length, "key": named}
    hint = f"write window: {flow(said)}"
    return Diagnostic("D132", message, hint=hint, path=("data", "window"))


def mixed(key: Key, reach: int) -> str:
    """Return how many windows, their targets with them, hold rows of several series."""
    runs = np.concatenate([[0], np.cumsum(np.diff(key.codes) != 0)])
    first, last = runs[: len(runs) - reach + 1], runs[reach - 1 :]
    count = int((first != last).sum())
    return f"{count:,} of {len(first):,}" if count < len(first) else "all"


def is_identifier(name: str) -> bool:
    """Return whether a column's name says that its numbers are no quantities."""
    return bare(name) in IDENTIFIERS or name.casefold().endswith(("id", "_no", "code"))


def bare(name: str) -> str:
    """Return a column's name without capitals, blanks and signs."""
    return "".join(sign for sign in name.casefold() if sign.isalpha())
