"""What is done about cells that are missing, or that are no numbers a network can take."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from nnspec.catalog.columns import Constant
from nnspec.data.columns.cells import LARGEST, LARGEST_INTEGER, SMALLEST_INTEGER, far_numbers
from nnspec.data.columns.refusals import refuse
from nnspec.data.columns.roles import Roles
from nnspec.data.fit.fitted import ColumnFit, NumericFit
from nnspec.data.table import Column, Table
from nnspec.diagnostics import Diagnostic, Refused
from nnspec.document import shorten
from nnspec.document.write import flow
from nnspec.spec.data import DataSection, Missing

Flags = NDArray[np.bool_]
MANY = 5
"""Columns with missing cells from which on they are told together."""
SHOWN = 6
"""Columns that are then named, those with the most missing cells."""
TARGET = "write target_missing: drop to leave such rows out, or fill the cells"
Written = Callable[[str, int], str | None]
"""Column and row, from 0 -> the cell as the source writes it; None where nothing is known."""
FILLS = ("mean", "median", "most_frequent")


def settle_missing(
    table: Table, roles: Roles, section: DataSection, written: Written | None = None
) -> Flags:
    """Return which rows are kept; all but those that `drop` leaves out.

    Args:
        table: every column that is used.
        roles: what the columns are for: targets and weights are never filled.
        section: what the spec wants done.
        written: how a number is written in the source.

    Raises:
        Refused: D105 for missing cells that no policy settles, D112 for infinite numbers, D113
            where no row is left; of all columns at once.
    """
    _refuse_all(find_infinite(table, written))
    # Of a series windows are left out, not rows.
    series = section.window is not None
    dropping = frozenset(() if series else dropping_columns(table, roles, section))
    kept = whole_rows(table.select(dropping))
    if not kept.any():
        message = f"`missing: drop` leaves none of the {table.rows} rows"
        raise refuse("D113", message, path=("data", "missing"))
    left = [name for name in table.columns if name not in dropping]
    settled = _settled(table, roles, section)
    cure = Cure(section.missing, roles.target_columns, series=series)
    _refuse_all(find_missing(table, [name for name in left if name not in settled], cure, kept))
    return kept


def dropping_columns(table: Table, roles: Roles, section: DataSection) -> tuple[str, ...]:
    """Return the columns whose missing cells leave their row out."""
    features = {name for name in roles.features if section.missing_of(name) == "drop"}
    beside = {*roles.features, section.labels}
    others = set(table.columns) - beside if section.missing == "drop" else set()
    aims = set(roles.target_columns) if section.target_missing == "drop" else set()
    leaving = features | others | aims
    return tuple(name for name in table.columns if name in leaving)


def _settled(table: Table, roles: Roles, section: DataSection) -> frozenset[str]:
    """Return the columns whose missing cells are seen to in all that they are for."""
    read, ordering = frozenset(roles.read), frozenset(roles.ordering)
    aims = frozenset(roles.target_columns)
    lacking = bool(section.window) and section.target_missing == "drop"
    found = {
        name
        for name, column in table.columns.items()
        if (lacking or name not in aims)
        and (
            (name in read and name not in ordering and _is_filled(name, column, section))
            or (name not in read and name in aims)
        )
    }
    # Groups are compared with the labels that there are.
    return frozenset(found | ({section.labels} if section.labels else set()))


def _is_filled(name: str, column: Column, section: DataSection) -> bool:
    """Tell whether something takes the place of a feature's missing cells."""
    policy = section.missing_of(name)
    if column.kind in {"image", "mask", "tags"}:
        return False
    if policy == "forward":
        return True
    if column.kind == "integer":
        return isinstance(policy, Constant)
    return isinstance(policy, Constant) or policy in {*FILLS, "own", "empty"}


def whole_rows(table: Table) -> Flags:
    """Return which rows have no missing cell."""
    kept = np.ones(table.rows, dtype=np.bool_)
    for column in table.columns.values():
        kept &= ~column.missing()
    return kept


@dataclass(frozen=True, slots=True)
class Cure:
    """What is done about missing cells.

    Attributes:
        policy: what the spec wants done in general.
        targets: columns that are never filled.
        series: whether rows are steps of a series, of which none can be left out.
    """

    policy: Missing
    targets: tuple[str, ...] = ()
    series: bool = False


def find_missing(
    table: Table, names: Iterable[str], cure: Cure, kept: Flags | None = None
) -> Iterator[Diagnostic]:
    """Yield a finding (D105) for each named column with missing cells; one where it is many.

    Args:
        table: the columns.
        names: those that may have none.
        cure: what is done about missing cells, which a hint goes by.
        kept: (rows,) which rows are looked at; all if absent.
    """
    looked = np.ones(table.rows, np.bool_) if kept is None else kept
    gaps = {name: table[name].missing() & looked for name in names}
    counts = {name: int(missing.sum()) for name, missing in gaps.items() if missing.any()}
    hint, path = _remedy(cure.policy, series=cure.series), ("data", "missing")
    if len(counts) >= MANY:
        most = sorted(counts, key=lambda name: -counts[name])[:SHOWN]
        listed = ", ".join(f'"{shorten(name)}" ({counts[name]:,})' for name in most)
        more = f" and {len(counts) - len(most):,} more" if len(counts) > len(most) else ""
        whole = f"{len(counts):,} columns have missing cells in {table.rows:,} rows"
        yield Diagnostic("D105", f"{whole}: {listed}{more}", hint=hint, path=path)
        return
    if twins := _one_column({name: gaps[name] for name in counts}):
        yield twins
        return
    for name, count in counts.items():
        first = int(gaps[name].argmax()) + 1
        cells = "cell" if count == 1 else "cells"
        message = (
            f'column "{name}" has {count} missing {cells} in {table.rows} rows (first: row {first})'
        )
        own = TARGET if name in cure.targets and cure.policy not in FILLS else hint
        if count == table.rows:
            own = f"leave it out: exclude: {flow([name])}, or fill the cells"
        yield Diagnostic("D105", message, hint=own, path=path)


def _one_column(gaps: Mapping[str, Flags]) -> Diagnostic | None:
    """Return the finding about two columns that are one: its name is misspelt in some rows."""
    if len(gaps) != 2:  # noqa: PLR2004 - a name, and its slip
        return None
    (name, absent), (slip, other) = sorted(gaps.items(), key=lambda one: int(one[1].sum()))
    if bool((absent == other).any()) or not get_close_matches(slip, [name], 1):
        return None
    first = int(absent.argmax()) + 1
    message = f'row {first} has "{slip}" where the others have "{name}": two columns, none whole'
    hint = f'write "{name}" in row {first}' + " and such others" * (int(absent.sum()) > 1)
    return Diagnostic("D105", message, hint=hint, path=("data", "source"))


def find_infinite(table: Table, written: Written | None = None) -> Iterator[Diagnostic]:
    """Yield a finding (D112) for each column with a number that no network can take."""
    for name, column in table.columns.items():
        yield from _found_beyond(name, column, _beyond(column), written)


def find_far(table: Table, fits: Mapping[str, ColumnFit]) -> Iterator[Diagnostic]:
    """Yield a finding (D112) for each column with a number far from all of the training rows'."""
    for name, fit in fits.items():
        if isinstance(fit, NumericFit) and table[name].shape == fit.shape:
            yield from _found_beyond(name, table[name], far_numbers(fit, table[name].values))


def _found_beyond(
    name: str, column: Column, beyond: Flags | None, written: Written | None = None
) -> Iterator[Diagnostic]:
    """Yield the finding (D112) that shows the first of some cells, where there are any."""
    if beyond is None or not beyond.any():
        return
    row = int(beyond.reshape(len(beyond), -1).any(axis=1).argmax())
    shown = column.values[row].reshape(-1)[beyond[row].reshape(-1)][0]
    found = (written(name, row) if written else None) or f"{shown:g}"
    message = f'column "{name}", row {row + 1}: {found} is not a number a network can take'
    hint = "correct the cell, or empty it and say what becomes of missing ones: missing: median"
    yield Diagnostic("D112", message, hint=hint, path=("data", "columns", name))


def _beyond(column: Column) -> Flags | None:
    """Return which cells, (rows, ...), hold numbers beyond bounds; None for kinds that hold none.

    Single precision bounds measures; whole numbers that pass as they are have 32 bits.
    """
    whole = column.kind == "integer"
    if not whole and not np.issubdtype(column.values.dtype, np.floating):
        return None
    numbers = column.values.astype(np.float64, copy=False)
    low, high = (SMALLEST_INTEGER, LARGEST_INTEGER) if whole else (-LARGEST, LARGEST)
    with np.errstate(invalid="ignore"):
        return np.asarray((numbers < low) | (numbers > high), np.bool_)


def _remedy(policy: Missing, *, series: bool) -> str:
    """Return what to write instead."""
    filling = policy in {*FILLS, "forward"}
    if series and filling:
        hint = "targets, weights, keys and times are never filled"
        return f"{hint}: use target_missing: drop for targets, or fill the cells"
    if series:
        return "set data.missing to forward, mean, median or most_frequent, or fill the cells"
    if filling:
        hint = "targets, weights, pictures and integer columns are never filled"
        return f"{hint}: use target_missing: drop, missing: drop, or fill the cells"
    return "set data.missing to drop, mean, median or most_frequent, or fill the cells"


def _refuse_all(findings: Iterator[Diagnostic]) -> None:
    """Refuse the data if there is a finding."""
    found = tuple(findings)
    if found:
        raise Refused(found)
