"""Reads rows for a trained network: the columns it was fitted on, typed as they were then."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath

import numpy as np
from numpy.typing import NDArray

from nnspec.catalog.columns import Vector
from nnspec.catalog.pictured import MaskColumn
from nnspec.data.carried import Carried, carry
from nnspec.data.columns.dates import Form
from nnspec.data.columns.kinds import type_columns
from nnspec.data.columns.logarithms import find_below_zero
from nnspec.data.columns.missing import (
    Cure,
    find_far,
    find_infinite,
    find_missing,
    whole_rows,
)
from nnspec.data.columns.plain import Declared
from nnspec.data.columns.refusals import refuse
from nnspec.data.columns.weights import find_negative
from nnspec.data.drift import ColumnDrift
from nnspec.data.fit.fitted import (
    CategoryFit,
    ColumnFit,
    DateFit,
    NumericFit,
    Preprocessing,
    fills_gaps,
)
from nnspec.data.fit.image import ImageFit
from nnspec.data.fit.tags import check_words
from nnspec.data.new_tables import read_like
from nnspec.data.new_windows import cut_windows
from nnspec.data.read.origins import origins_of
from nnspec.data.read.raw import Raw
from nnspec.data.split.parts import Split
from nnspec.data.table import Column, Rows, Table
from nnspec.diagnostics import Diagnostic, Refused
from nnspec.language.near_names import nearest as like
from nnspec.spec.data import KINDS
from nnspec.spec.source import nearest

SHOWN = 20
"""How many rows, values or columns a message lists."""
COLUMNS = 5
"""How many columns with missing cells are listed."""


@dataclass(frozen=True, slots=True, eq=False)
class NewRows(Split):
    """Rows for a trained network.

    Attributes:
        left_out: row numbers, from 0, that `missing: drop` leaves out.
        beside: columns that go into the predictions: what identifies rows, and what is kept.
        table: the feature columns of all rows, as they were typed.
        drift: each feature column beside what it was in the training rows; see `compare`.
        notes: findings about them: D125 values never trained on, D126 rows left out.
    """

    left_out: Rows = field(default_factory=lambda: np.empty(0, np.int64))
    beside: Carried = field(default_factory=Carried)
    table: Table = field(default_factory=Table)
    drift: Mapping[str, ColumnDrift] = field(default_factory=dict)
    notes: tuple[Diagnostic, ...] = ()


def read_for_prediction(
    source: str | tuple[str, ...],
    fitted: Preprocessing,
    *,
    folder: FilePath,
    with_targets: bool = False,
    keep: Sequence[str] = (),
) -> NewRows:
    """Read rows that a trained network is to be applied to.

    Args:
        source: a file, or several of one table, relative to `folder` (from the command line:
            anywhere), or a bundled set.
        fitted: what was fitted on the training rows.
        folder: folder that a relative path starts from.
        with_targets: whether the target columns are read too, for an evaluation.
        keep: columns that are to stand beside the predictions, by name or pattern.

    Returns:
        The rows, without targets unless they were asked for; where the training left out rows with
        missing cells, those without. Over a series every window that fits; the last predict rows
        that are not there yet, and `rows` counts on beyond the end.

    Raises:
        Refused: as `read_source`; D103 for absent columns, those to keep among them, D106 for
            cells of another type, D105 for missing cells that the training did not learn to fill,
            D110 for array cells of another shape, D112 for numbers that no network can take, D113
            for too few rows.
    """
    raw = read_like(source, fitted, folder, with_targets=with_targets)
    origins = origins_of(raw)
    with origins.named():
        new = _typed(raw, fitted, with_targets=with_targets)
    beside = carry(raw, fitted, keep)
    return replace(new, beside=beside, notes=tuple(map(origins.tell, new.notes)))


def _typed(raw: Raw, fitted: Preprocessing, *, with_targets: bool) -> NewRows:
    """Return rows as they were typed in training, and checked; windows over a series."""
    targets = _known_kinds(fitted, raw) if with_targets else {}
    table = type_like(raw, fitted, targets)
    check_cells(table, fitted, tuple(targets))
    notes = tuple(find_unknown(table, fitted))
    if fitted.window is None:
        new = rows_of(table, fitted, raw.source, tuple(targets))
    else:
        cut = cut_windows(table, fitted, tuple(targets))
        new = NewRows(cut.features, cut.targets, cut.rows, latest=cut.latest, notes=cut.notes)
    weighed = fitted.weight in targets
    return replace(
        new,
        weights=new.targets[str(fitted.weight)].values if weighed else None,
        table=table.select(_by_column(fitted)),
        notes=(*notes, *new.notes),
    )


def rows_of(table: Table, fitted: Preprocessing, source: str, targets: tuple[str, ...]) -> NewRows:
    """Return independent rows; those with missing cells are left out where training did so."""
    dropping = [name for name in fitted.dropping if name in table.columns]
    whole = whole_rows(table.select(dropping))
    if not whole.any():
        message = f'each of the {table.rows} rows of "{source}" lacks a cell'
        raise refuse("D113", f"{message}; the run was trained with `missing: drop`")
    kept, left_out = np.flatnonzero(whole), np.flatnonzero(~whole)
    notes = tuple(_told_left_out(left_out, table.select(dropping)))
    table = table.take(kept) if len(left_out) else table
    features, known = table.select(fitted.columns), table.select(targets)
    if targets:
        check_words(fitted, features, known, kept)
    return NewRows(features, known, kept, left_out=left_out, notes=notes)


def type_like(raw: Raw, fitted: Preprocessing, targets: Mapping[str, Declared]) -> Table:
    """Return features and targets as they were typed in training; refuse what cannot be.

    Raises:
        Refused: D103 for absent columns, what `type_columns` says of cells.
    """
    columns = _by_column(fitted)
    wanted = tuple(dict.fromkeys((*columns, *targets, *fitted.ordering)))
    _check_names(raw, wanted)
    kinds: dict[str, Declared] = {name: ordering(one) for name, one in fitted.ordering.items()}
    kinds |= targets
    kinds |= {name: _declared(fit) for name, fit in columns.items()}
    return type_columns(raw, wanted, kinds, fitted.null_values)


def _by_column(fitted: Preprocessing) -> dict[str, ColumnFit]:
    """Return what was fitted by the columns of the table, those known in advance among them."""
    return {fitted.known.get(name, name): fit for name, fit in fitted.columns.items()}


def find_unknown(table: Table, fitted: Preprocessing) -> Iterator[Diagnostic]:
    """Yield a finding (D125) for each category column with values that the training had not."""
    for name, fit in _by_column(fitted).items():
        if isinstance(fit, CategoryFit) and fit.hash is None:
            unknown = _unknown_cells(table[name], fit)
            if unknown.any():
                yield _told_unknown(name, table[name], fit, unknown)


def find_refused(table: Table, fitted: Preprocessing) -> Iterator[Diagnostic]:
    """Yield a finding (D135) for each column that takes no values it was not trained on."""
    for name, fit in _by_column(fitted).items():
        if isinstance(fit, CategoryFit) and fit.unknown == "error":
            unknown = _unknown_cells(table[name], fit)
            if unknown.any():
                told = _told_unknown(name, table[name], fit, unknown)
                yield replace(told, code="D135")


def ordering(written: str) -> Declared:
    """Return what a column that orders rows is taken for: the form of its dates, or its kind."""
    return next((kind for kind in KINDS if kind == written), Form(written))


def _declared(fit: ColumnFit) -> Declared:
    """Return what a column is taken for: what it was in training."""
    match fit:
        case DateFit():
            return Form(fit.form)
        case ImageFit():
            return fit.said
        case NumericFit() if fit.separator is not None:
            return Vector(shape=fit.shape, separator=fit.separator or None)
        case _:
            return fit.kind


def _unknown_cells(column: Column, fit: CategoryFit) -> NDArray[np.bool_]:
    """Return which elements of a column, in one line, are neither known nor missing."""
    known = {"", *fit.vocabulary}
    cells = column.values.reshape(-1).tolist()
    return np.fromiter((cell not in known for cell in cells), np.bool_, len(cells))


def _told_unknown(
    name: str, column: Column, fit: CategoryFit, unknown: NDArray[np.bool_]
) -> Diagnostic:
    """Return the finding about a column's unknown values: how many, which is first."""
    count, first = int(unknown.sum()), int(unknown.argmax())
    row = first // (len(unknown) // len(column.values)) + 1
    value = column.values.reshape(-1)[first]
    cells = "cell is" if len(unknown) == 1 else "cells are"
    many = f"each of {count}" if count == len(unknown) > 1 else f"{count} of {len(unknown)}"
    message = (
        f'column "{name}": {many} {cells} unknown (first: row {row}, "{value}"); '
        f"trained on {_listed(fit.vocabulary)}"
    )
    return Diagnostic("D125", message)


def _told_left_out(left_out: Rows, table: Table) -> Iterator[Diagnostic]:
    """Yield the finding (D126) about rows without a prediction, if there are any.

    Args:
        left_out: their places.
        table: the columns whose missing cells leave rows out.
    """
    if not len(left_out):
        return
    first = table.take(left_out)
    columns = [name for name, column in first.columns.items() if column.missing().any()]
    rows = _listed([str(row + 1) for row in left_out.tolist()])
    has = "has" if len(left_out) == 1 else "have"
    message = (
        f"{len(left_out)} of {table.rows} rows {has} no prediction, because cells of "
        f"{_first(columns)} are missing: {rows}"
    )
    yield Diagnostic("D126", message)


def _first(columns: Sequence[str]) -> str:
    """Return columns in a row, of many the first and how many more there are."""
    more = f" and {len(columns) - COLUMNS} more" if len(columns) > COLUMNS else ""
    return ", ".join(columns[:COLUMNS]) + more


def _listed(names: Sequence[str]) -> str:
    """Return names in a row, the first of many."""
    more = ", ..." if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def _known_kinds(fitted: Preprocessing, raw: Raw) -> dict[str, Declared]:
    """Return the kind of every target column, and of that of weights if the table has it."""
    kinds: dict[str, Declared] = {
        name: MaskColumn(size=(target.shape[0], target.shape[1])) if kind == "mask" else kind
        for target in fitted.targets.values()
        for name, kind in zip(target.sources or target.columns, target.kinds, strict=False)
    }
    if fitted.weight in raw.names:
        kinds.setdefault(str(fitted.weight), "numeric")
    return kinds


def _check_names(raw: Raw, wanted: tuple[str, ...]) -> None:
    """Refuse a source that lacks columns the network was trained on (D103)."""
    absent = [name for name in wanted if name not in raw.names]
    if not absent:
        return
    found = f"it has {listed(raw.names)}"
    if len(absent) == 1:
        message = f'"{raw.source}" has no column "{absent[0]}", which the network was trained on'
        hint = nearest(absent[0], raw.names)
    else:
        columns = listed([f'"{name}"' for name in absent])
        message = f'"{raw.source}" lacks {len(absent)} columns of the training: {columns}'
        near = {name: like(name, raw.names) for name in absent[:SHOWN]}
        pairs = [f"{one} for {name}" for name, one in near.items() if one]
        hint = f"did you mean {', '.join(pairs)}?" if pairs else None
    raise Refused([Diagnostic("D103", f"{message}; {found}", hint=hint)])


def listed(names: Sequence[str]) -> str:
    """Return names for a message, the first of many."""
    return ", ".join(names[:SHOWN]) + (", ..." if len(names) > SHOWN else "")


def check_cells(table: Table, fitted: Preprocessing, targets: tuple[str, ...]) -> None:
    """Refuse cells that the front has no number for: missing, infinite, of another shape.

    Features of a series may be missing in rows that no window reads: these are looked at later.
    """
    columns = _by_column(fitted)
    free = {*fitted.dropping, *(columns if fitted.window else ())} - {*fitted.ordering}
    aims = () if fitted.window and fitted.target_missing == "drop" else targets
    unfilled = [name for name, fit in columns.items() if not fills_gaps(fit)]
    names = [name for name in (*unfilled, *fitted.ordering) if name not in free]
    names += [name for name in aims if name not in (*fitted.dropping, *names)]
    series = fitted.window is not None
    found = find_missing(table, dict.fromkeys(names), Cure(fitted.missing, series=series))
    findings = [*found, *find_infinite(table)]
    findings += find_refused(table, fitted)
    if fitted.weight in targets:
        findings += find_negative(str(fitted.weight), table[str(fitted.weight)])
    logged = [one for one in fitted.targets.values() if one.log]
    learned = {name for one in logged for name in one.sources or one.columns}
    findings += find_below_zero(table, learned.intersection(targets))
    findings.extend(find_far(table, columns) if not findings else ())
    for name, fit in columns.items():
        shape = table[name].shape
        if shape != fit.shape:
            message = f'column "{name}" has cells of shape {shape}; trained on shape {fit.shape}'
            findings.append(Diagnostic("D110", message))
    if findings:
        raise Refused(findings)
