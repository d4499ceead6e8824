"""Which rows are the same.

Rows are told apart column by column, and those that no other equals are looked at no further: of a
table of measures hardly a row is left after the first glance.
"""

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
import polars as pl

from nnspec.data.columns.distinct import codes_of
from nnspec.data.table import Column, Rows, Values

SPREAD = np.uint64(0x9E3779B97F4A7C15)
"""An odd number without pattern, that tells equal hashes of one column from those of the next."""
GLANCE = 3
"""Columns of measures by which rows are told apart at first, by their hashes."""
Parts = tuple[Column, ...]
"""One column, in the order of the tables that it stands in."""


def number_rows(*tables: Sequence[Column]) -> Rows:
    """Return (rows,) a number that rows which are the same share: the first one's place.

    Args:
        tables: the same columns each; their rows are counted through.
    """
    ordered: list[Parts] = sorted(zip(*tables, strict=True), key=_effort)
    numbers = np.arange(sum(len(one.values) for one in ordered[0]))
    left = numbers[_alike(ordered)]
    group = np.zeros(len(left), np.int64)
    for parts in ordered:
        if not len(left):
            break
        cells = _codes(_joined(parts).take(left))
        both = group * (int(cells.max()) + 1) + cells
        again = pl.Series(both).is_duplicated().to_numpy()
        left = left[again]
        group = np.unique(both[again], return_inverse=True)[1].astype(np.int64)
    _, first = np.unique(group, return_index=True)
    numbers[left] = left[first[group]]
    return numbers


def _effort(parts: Parts) -> int:
    """Return the place of a column: measures, which tell most, first; arrays, which cost most."""
    return 2 if parts[0].shape else int(not _measures(parts))


def _measures(parts: Parts) -> bool:
    """Tell whether a column holds numbers with fractions, one a row."""
    return np.issubdtype(parts[0].values.dtype, np.floating) and not parts[0].shape


def _alike(ordered: Sequence[Parts]) -> Values:
    """Return (rows,) which rows some columns of measures do not tell from all others."""
    seen = [one for one in ordered[:GLANCE] if _measures(one)]
    rows = sum(len(one.values) for one in ordered[0])
    if not seen:
        return np.ones(rows, np.bool_)
    hashes = np.zeros(rows, np.uint64)
    for one in seen:
        hashes *= SPREAD
        hashes += pl.Series(_plain(_joined(one).values)).hash().to_numpy()
    # Sorted, since a table of all hashes would take many times as much.
    by_size = np.sort(hashes)
    again = by_size[1:][by_size[1:] == by_size[:-1]]
    return np.isin(hashes, again) if len(again) else np.zeros(len(hashes), np.bool_)


def _joined(parts: Parts) -> Column:
    """Return a column of all tables."""
    if len(parts) == 1:
        return parts[0]
    return Column(parts[0].kind, np.concatenate([one.values for one in parts]))


def _codes(column: Column) -> Rows:
    """Return (rows,) numbers that are equal where the cells are; missing cells are equal."""
    values = column.values
    if column.shape:
        digests = np.fromiter(map(_digest, values), "S32", len(values))
        return np.unique(digests, return_inverse=True)[1].astype(np.int64)
    if column.textual:
        return codes_of(column)
    return np.unique(_plain(values), return_inverse=True)[1].astype(np.int64)


def _plain(values: Values) -> Values:
    """Return numbers in double precision, -0 as 0."""
    return values.astype(np.float64) + 0.0


def _digest(cell: Values) -> bytes:
    """Return a digest of an array cell, equal where its elements are."""
    if cell.dtype == np.object_:
        content = "\0".join(map(str, cell.reshape(-1))).encode()
    else:
        content = np.ascontiguousarray(_plain(cell)).tobytes()
    return blake2b(content, digest_size=16).hexdigest().encode()
