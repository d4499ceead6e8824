"""Which rows are the same: a digest of their cells."""

from collections.abc import Iterable, Iterator
from hashlib import blake2b

import numpy as np

from nnspec.data.table import Column, Rows


def row_digests(columns: Iterable[Column]) -> list[bytes]:
    """Return a digest of each row of some columns of one length."""
    cells = [list(cell_bytes(column)) for column in columns]
    return [blake2b(b"\0".join(row), digest_size=16).digest() for row in zip(*cells, strict=True)]


def cell_bytes(column: Column) -> Iterator[bytes]:
    """Give each cell as bytes that are equal where the cells are."""
    if column.textual:
        for row in column.values:
            yield "\0".join(map(str, np.ravel(row))).encode()
    elif column.kind == "image":
        for row in column.values:
            yield row.tobytes()
    else:
        # Adding 0 makes -0 and 0 the same bytes.
        for row in np.ascontiguousarray(column.values.astype(np.float64) + 0.0):
            yield row.tobytes()


def number_rows(columns: Iterable[Column]) -> Rows:
    """Return (rows,) a number that rows which are the same share."""
    numbers: dict[bytes, int] = {}
    found = [numbers.setdefault(digest, len(numbers)) for digest in row_digests(columns)]
    return np.asarray(found, np.int64)
