"""Reads a source once: typed columns of whole rows, with nothing split or fitted yet."""

from dataclasses import dataclass
from pathlib import Path as FilePath

import numpy as np

from nnspec.data.columns.declared import check_declared, declared
from nnspec.data.columns.kinds import type_columns
from nnspec.data.columns.missing import settle_missing
from nnspec.data.columns.refusals import refuse
from nnspec.data.columns.roles import Roles, TargetNeeds, assign_roles
from nnspec.data.columns.series import find_several_series
from nnspec.data.read.raw import DATA_LIMIT, ReadFile
from nnspec.data.read.signs import PLAIN, Signs
from nnspec.data.read.sniffed import tell_sniffed
from nnspec.data.read.source import read_source
from nnspec.data.split.series import Series, arrange, find_gaps
from nnspec.data.table import Rows, Table
from nnspec.diagnostics import Diagnostic
from nnspec.spec.data import DataSection
from nnspec.spec.patterns import settle


@dataclass(frozen=True, slots=True, eq=False)
class TypedRows:
    """The rows of a source that are used.

    Attributes:
        table: every column that has a role.
        numbers: (rows,) row number of each in the source, from 0.
        roles: what the columns are for.
        fingerprint: SHA-256 of the source.
        source: the source as messages name it.
        doubts: what is doubtful about the rows as they lie.
        signs: how numbers are written in texts.
        files: the files that were read.
        series: how the rows, which lie in its order, are several series or have gaps.
        given: (rows,) place of the split that each row is given as; None where splits are drawn.
    """

    table: Table
    numbers: Rows
    roles: Roles
    fingerprint: str
    source: str
    doubts: tuple[Diagnostic, ...] = ()
    signs: Signs = PLAIN
    files: tuple[ReadFile, ...] = ()
    given: Rows | None = None
    series: Series | None = None


def read_rows(
    section: DataSection,
    needs: TargetNeeds,
    *,
    folder: FilePath,
    allow_outside: bool = False,
    limit: int = DATA_LIMIT,
) -> TypedRows:
    """Read, type and check the rows of a data section.

    Args:
        section: the spec's data section.
        needs: what each trained output needs.
        folder: the spec's folder.
        allow_outside: whether files outside the folder may be read.
        limit: bytes that the source may unpack to.

    Raises:
        Refused: with the codes of the steps (X, D, S).
    """
    raw = read_source(section.source, folder, allow_outside=allow_outside, limit=limit)
    roles = assign_roles(section, needs, raw.names, raw.index)
    section = settle(section, raw.names)
    table = type_columns(raw, roles.columns, declared(section), section.null_values)
    check_declared(table, roles, section)
    _check_weights(table, roles)
    kept = np.flatnonzero(settle_missing(table, roles, section, raw.written))
    if len(kept) < table.rows:
        table = table.take(kept)
    doubts = [*find_several_series(raw, section), *tell_sniffed(raw)]
    series = None if section.window is None else arrange(table, section.window)
    if series is not None and section.window is not None:
        table, kept = table.take(series.order), kept[series.order]
        doubts += find_gaps(series, section.window)
    given = None if raw.given is None else raw.given[kept]
    return TypedRows(
        table,
        kept,
        roles,
        raw.fingerprint,
        raw.source,
        tuple(doubts),
        raw.signs,
        raw.files,
        given,
        series,
    )


def _check_weights(table: Table, roles: Roles) -> None:
    """Refuse sample weights that are no numbers, or negative (D115)."""
    if roles.weight is None:
        return
    column, path = table[roles.weight], ("data", "sample_weight")
    if column.kind not in {"numeric", "integer"} or column.shape:
        message = f'the sample weight "{roles.weight}" is a {column.kind} column; expected numbers'
        raise refuse("D115", message, path=path)
    values = column.values.astype(np.float64)
    if (values < 0).any():
        row = int((values < 0).argmax())
        message = f'the sample weight "{roles.weight}" is {values[row]:g} in row {row + 1}'
        hint = "correct the cell; a row of weight 0 counts for nothing"
        raise refuse("D115", f"{message}; expected 0 or more", hint=hint, path=path)
