"""Floor 8, the kept answers: `predictions.csv` read back, column by column."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nnspec.run.cells import harmless

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Answered:
    """Test rows with targets and answers, in the order of the file.

    Attributes:
        columns: name of an answer -> its column. Columns of the data come first, and an answer
            whose name one of them has was given underscores: so the last such column is meant.
    """

    table: pl.DataFrame
    columns: Mapping[str, str]

    @classmethod
    def read(cls, content: bytes) -> "Answered":
        """Return the table of a file that `encode_table` wrote; every cell stays a text."""
        table = pl.read_csv(io.BytesIO(content), infer_schema=False, truncate_ragged_lines=True)
        names = _header(content)
        if len(names) == table.width:
            table.columns = names
        columns: dict[str, str] = {}
        for name in table.columns:
            bare = name.rstrip("_")
            columns |= {name[:end]: name for end in range(len(bare), len(name) + 1)}
        return cls(table, columns)

    def __len__(self) -> int:
        return int(self.table.height)

    def find(self, name: str) -> str | None:
        """Return the column that holds what is called so; None where there is none."""
        return self.columns.get(str(harmless(name)))

    def texts(self, name: str) -> list[str] | None:
        """Return the cells of a column, empty ones as empty texts; None where there is none."""
        found = self.find(name)
        return None if found is None else [one or "" for one in self.table[found].to_list()]

    def numbers(self, name: str) -> Floats | None:
        """Return the cells of a column as numbers, NaN where one is none; None: no column."""
        found = self.find(name)
        if found is None:
            return None
        cast = self.table[found].cast(pl.Float64, strict=False)
        return np.asarray(cast.fill_null(float("nan")).to_numpy(), np.float64)

    def several(self, names: Sequence[str]) -> Floats | None:
        """Return columns as numbers, (rows, columns); None where one is missing."""
        found = [self.numbers(one) for one in names]
        known = [one for one in found if one is not None]
        return np.stack(known, axis=1) if known and len(known) == len(found) else None


def _header(content: bytes) -> list[str]:
    """Return the names of the first line, equal ones numbered; polars leaves quotes doubled."""
    text = io.TextIOWrapper(io.BytesIO(content), "utf-8", "replace", newline="")
    found: dict[str, None] = {}
    for name in next(csv.reader(text), []):
        found[name if name not in found else f"{name} ({len(found)})"] = None
    return list(found)
