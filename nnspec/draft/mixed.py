"""Columns of numbers in which some cells are none: words for missing cells, or names."""

import re

import polars as pl

from nnspec.data.columns.cells import read_texts
from nnspec.data.columns.figures import FIGURE
from nnspec.data.columns.kinds import type_columns
from nnspec.data.read.raw import Raw
from nnspec.data.table import Table
from nnspec.diagnostics import Refused
from nnspec.spec.data import NULL_VALUES, Kind

ABSENT = frozenset(
    (
        *("-", "--", ".", "..", "?", "*", "missing", "n.a.", "nil", "none", "not available"),
        *("na", "nd", "unavailable", "undefined", "unknown"),
    )
)
"""Words for a cell that is not there, in small letters."""


def read_columns(raw: Raw, target: str) -> tuple[Table, tuple[str, ...]]:
    """Return a table, and the texts that count as missing in it.

    A word for what is not there makes no names of numbers; other texts among them do.

    Raises:
        Refused: D106 for numbers as people write them, or a target of numbers and names; D119 for
            cells that mean nothing here.
    """
    missing: tuple[str, ...] = NULL_VALUES
    names: dict[str, Kind] = {}
    try:
        return type_columns(raw, raw.names, names, missing), missing
    except Refused:
        pass  # of some columns, which are looked at one by one
    for name in raw.names:
        if name in raw.kinds:
            continue
        try:
            type_columns(raw, [name], {}, missing)
        except Refused:
            words = odd_cells(raw.columns[name], missing)
            if words and all(one.casefold() in ABSENT for one in words):
                missing += words
            elif words and name != target and not any(re.match(FIGURE, one) for one in words):
                names[name] = "category"
            else:
                raise
    return type_columns(raw, raw.names, names, missing), missing


def odd_cells(cells: object, missing: tuple[str, ...]) -> tuple[str, ...]:
    """Return the different texts of a column that are neither numbers nor missing."""
    if not isinstance(cells, pl.Series) or cells.dtype != pl.String:
        return ()
    texts = read_texts(cells, missing).drop_nulls()
    odd = texts.filter(texts.cast(pl.Float64, strict=False).is_null())
    return tuple(odd.unique(maintain_order=True).to_list())
