"""Reads a source once: typed columns of whole rows, with nothing split or fitted yet."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath

import numpy as np

from nnspec.data.carried import Carried, carry_own
from nnspec.data.columns.declared import check_declared, declared
from nnspec.data.columns.kinds import type_columns
from nnspec.data.columns.logarithms import find_below_zero
from nnspec.data.columns.missing import settle_missing
from nnspec.data.columns.roles import Roles, TargetNeeds, assign_roles
from nnspec.data.columns.series import find_several_series
from nnspec.data.columns.weights import find_negative
from nnspec.data.read.origins import Origins, origins_of, with_origin
from nnspec.data.read.raw import DATA_LIMIT, Raw, ReadFile
from nnspec.data.read.signs import PLAIN, Signs
from nnspec.data.read.sniffed import tell_sniffed
from nnspec.data.read.source import read_source
from nnspec.data.split.forward import check_carried, forward_columns
from nnspec.data.split.series import Series, arrange, find_gaps
from nnspec.data.table import Rows, Table
from nnspec.diagnostics import Diagnostic, Refused
from nnspec.spec.data import DataSection
from nnspec.spec.patterns import settle
from nnspec.spec.window import WindowSection


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
        beside: columns that tell rows, by the numbers of the source's rows.
        series: how the rows, which lie in its order, are several series or have gaps.
        given: (rows,) place of the split that each row is given as; None where splits are drawn.
        origins: the files that the source's rows come from.
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
    beside: Carried = field(default_factory=Carried)
    origins: Origins = field(default_factory=Origins)


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
    raw = with_origin(raw, section.origin)
    with origins_of(raw).named():
        typed = _typed(raw, section, needs)
    return replace(typed, doubts=tuple(map(typed.origins.tell, typed.doubts)))


def _typed(raw: Raw, section: DataSection, needs: TargetNeeds) -> TypedRows:
    """Return the rows of a source, typed and checked."""
    roles = assign_roles(section, needs, raw.names, raw.index)
    section = settle(section, raw.names)
    table = type_columns(raw, roles.columns, declared(section), section.null_values)
    fingerprint = _fingerprint(raw, table)
    check_declared(table, roles, section)
    if roles.weight is not None and (found := [*find_negative(roles.weight, table[roles.weight])]):
        raise Refused(found)
    if found := [*find_below_zero(table, _logarithmic(roles, section, needs))]:
        raise Refused(found)
    kept = np.flatnonzero(settle_missing(table, roles, section, raw.written))
    if len(kept) < table.rows:
        table = table.take(kept)
    typed = TypedRows(
        table,
        kept,
        roles,
        fingerprint,
        raw.source,
        (*find_several_series(raw, section), *tell_sniffed(raw)),
        raw.signs,
        raw.files,
        None if raw.given is None else raw.given[kept],
        beside=carry_own(raw, section),
        origins=origins_of(raw),
    )
    return typed if section.window is None else _in_order(typed, section, section.window)


def _logarithmic(roles: Roles, section: DataSection, needs: TargetNeeds) -> Iterator[str]:
    """Give the target columns whose logarithm is to be learned."""
    for name, need in needs.items() if section.target_scaling == "log" else ():
        yield from roles.targets[name] if need.task == "regression" else ()


def _in_order(rows: TypedRows, section: DataSection, window: WindowSection) -> TypedRows:
    """Return the rows of a series, or of several, in their order.

    Raises:
        Refused: D105, D136, D139.
    """
    series = arrange(rows.table, window)
    forward = forward_columns(rows.roles.read, section)
    if series is None:
        check_carried(rows.table, forward, None)
        return rows
    table, order = rows.table.take(series.order), series.order
    gaps = tuple(find_gaps(series, window, table[window.time])) if window.time else ()
    check_carried(table, forward, series)
    return replace(
        rows,
        table=table,
        numbers=rows.numbers[order],
        given=None if rows.given is None else rows.given[order],
        doubts=(*rows.doubts, *gaps),
        series=series,
    )


def _fingerprint(raw: Raw, table: Table) -> str:
    """Return the SHA-256 of a source with that of the pictures which it names."""
    behind = [one.digest for one in table.columns.values() if one.digest]
    if not behind:
        return raw.fingerprint
    return hashlib.sha256("\n".join([raw.fingerprint, *behind]).encode()).hexdigest()
