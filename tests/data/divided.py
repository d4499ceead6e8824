"""Small tables and splits for tests of how rows are divided."""

from collections.abc import Iterable

import numpy as np

from nnspec.data.table import Column, Table
from nnspec.spec.data import SplitSection


def split_of(validation: float = 0.2, test: float = 0.2, **settings: object) -> SplitSection:
    return SplitSection.model_validate({"validation": validation, "test": test, **settings})


def numbers(cells: object) -> Column:
    return Column("numeric", np.asarray(cells, np.float64))


def texts(cells: Iterable[str]) -> Column:
    return Column("category", np.array(list(cells), dtype=object))


def rows_of(columns: dict[str, Column]) -> Table:
    return Table(columns, len(next(iter(columns.values())).values))
