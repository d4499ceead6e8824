"""Rows are the same where all of their cells are, and are numbered by the first of them."""

import numpy as np

from nnspec.data.columns.copies import number_rows
from nnspec.data.table import Column


def columns(seed: int, rows: int) -> list[Column]:
    draw = np.random.default_rng(seed)
    measures = draw.choice([0.0, -0.0, 0.5, np.nan], rows)
    texts = np.array(["", "a", "b"], dtype=object)[draw.integers(0, 3, rows)]
    lists = draw.integers(0, 2, (rows, 2)).astype(np.float64)
    return [Column("numeric", lists), Column("category", texts), Column("numeric", measures)]


def test_rows_that_are_the_same_share_the_number_of_the_first() -> None:
    first, second = columns(0, 60), columns(1, 40)
    rows = [
        (*row[0].tolist(), row[1], str(row[2] + 0.0))
        for part in (first, second)
        for row in zip(*(one.values for one in part), strict=True)
    ]
    seen: dict[object, int] = {}
    expected = [seen.setdefault(row, place) for place, row in enumerate(rows)]
    assert len(seen) < len(rows)
    assert number_rows(first, second).tolist() == expected


def test_rows_of_measures_that_differ_have_numbers_of_their_own() -> None:
    alike = Column("category", np.array(["a"] * 50, dtype=object))
    assert number_rows([alike, Column("numeric", np.arange(50.0))]).tolist() == list(range(50))
