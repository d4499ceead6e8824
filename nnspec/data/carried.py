"""Columns that go from a table into its predictions: what identifies rows, and what is kept.

The rule of cells holds for missing ones. In a text table cells that read as numbers are numbers;
codes, such as 00501, and what is declared an identifier stay as written.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from nnspec.data.columns.cells import read_texts
from nnspec.data.columns.plain import CODE
from nnspec.data.fit.fitted import Preprocessing
from nnspec.data.read.raw import Raw
from nnspec.diagnostics import Diagnostic, Refused
from nnspec.language.near_names import nearest
from nnspec.spec.data import DataSection
from nnspec.spec.patterns import is_pattern, matching

INDEX = "index"
"""Name in predictions of a column that has none in its table."""
SHOWN = 20
"""How many columns a message lists."""


@dataclass(frozen=True, slots=True, eq=False)
class Carried:
    """Some columns of a table, as it has them.

    Attributes:
        raw: the table without any other column, None where there is none.
        identifiers: columns that tell rows apart, and are no features; texts stay as written.
        null_values: texts that count as missing.
    """

    raw: Raw | None = None
    identifiers: tuple[str, ...] = ()
    null_values: tuple[str, ...] = ()

    def of(self, rows: Sequence[int]) -> dict[str, list[object]]:
        """Return the cells of rows, from 0, by the columns' names in the predictions.

        A cell that is missing, and one of a row that is not there yet, is None.
        """
        raw = self.raw
        if raw is None:
            return {}
        there = pl.Series([row if row < raw.rows else None for row in rows], dtype=pl.Int64)
        return {name or INDEX: self._cells(raw, name).gather(there).to_list() for name in raw.names}

    def _cells(self, raw: Raw, name: str) -> pl.Series:
        """Return a column's cells, null for missing ones."""
        cells = raw.columns[name]
        if isinstance(cells, np.ndarray):
            nested = cells.ndim > 1 or cells.dtype == object
            cells = pl.Series(name, cells.tolist() if nested else cells)
        if isinstance(cells.dtype, pl.Categorical | pl.Enum):
            cells = cells.cast(pl.String)
        if cells.dtype.is_float():
            return cells.fill_nan(None)
        if not isinstance(cells.dtype, pl.String):
            return cells
        texts = read_texts(cells, self.null_values)
        if name in self.identifiers or not raw.text:
            return texts
        return _as_numbers(texts, raw.signs.settle(texts))


def carry_own(raw: Raw, section: DataSection) -> Carried:
    """Return the columns by which a spec's own table tells its rows.

    Args:
        raw: the table.
        section: the data section, its columns settled.
    """
    declared = [name for name in raw.names if section.kinds.get(name) == "identifier"]
    origin = (section.origin,) if section.origin else ()
    identifiers = tuple(dict.fromkeys((*raw.index, *origin, *declared)))
    ordering = section.window.columns if section.window else ()
    return _carry(raw, (*identifiers, *ordering), identifiers, section.null_values)


def carry(raw: Raw, fitted: Preprocessing, keep: Iterable[str] = ()) -> Carried:
    """Return the columns of a table that stand beside its predictions.

    Those that identify rows come first, as far as the table has them: index, declared identifiers,
    key and time of series; then those to keep, each by its name or a pattern with `*`.

    Raises:
        Refused: D103 for a column to keep that is not there.
    """
    identifiers = (*raw.index, *fitted.identifiers)
    own = [name for name in (*identifiers, *fitted.ordering) if name in raw.names]
    return _carry(raw, (*own, *find_kept(raw, keep)), identifiers, fitted.null_values)


def _carry(
    raw: Raw, names: Iterable[str], identifiers: tuple[str, ...], null_values: tuple[str, ...]
) -> Carried:
    columns = {name: raw.columns[name] for name in dict.fromkeys(names)}
    return Carried(replace(raw, columns=columns), identifiers, null_values)


def find_kept(raw: Raw, keep: Iterable[str]) -> tuple[str, ...]:
    """Return the columns that are asked for: by name, by pattern, or several behind commas.

    Raises:
        Refused: D103 for those that are not there.
    """
    found: list[str] = []
    absent: list[str] = []
    for asked in keep:
        several = [asked] if asked in raw.names else [one.strip() for one in asked.split(",")]
        for name in filter(None, several):
            named = list(matching(name, raw.names)) if is_pattern(name, raw.names) else [name]
            absent += [one for one in named or [name] if one not in raw.names]
            found += named
    if absent:
        listed = ", ".join(raw.names[:SHOWN]) + ", ..." * (len(raw.names) > SHOWN)
        raise Refused(
            Diagnostic(
                "D103",
                f'"{raw.source}" has no column "{name}" to keep; it has {listed}',
                hint=f"did you mean {near}?" if (near := nearest(name, raw.names)) else None,
            )
            for name in absent
        )
    return tuple(found)


def _as_numbers(texts: pl.Series, settled: pl.Series) -> pl.Series:
    """Return texts as the numbers that all of them are; else as they are."""
    if bool(texts.str.contains(CODE).any()):
        return texts
    for kind in (pl.Int64, pl.Float64):
        numbers = settled.cast(kind, strict=False)
        finite = kind == pl.Int64 or bool(numbers.is_finite().fill_null(value=True).all())
        if finite and numbers.null_count() == texts.null_count() < len(texts):
            return numbers
    return texts
