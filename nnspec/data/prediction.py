"""Reads rows for a trained network: the columns it was fitted on, typed as they were then."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath

import numpy as np
from numpy.typing import NDArray

from nnspec.catalog.registry import find
from nnspec.catalog.sources import Source
from nnspec.data.columns.dates import Form
from nnspec.data.columns.kinds import type_columns
from nnspec.data.columns.missing import (
    find_far,
    find_infinite,
    find_missing,
    whole_rows,
)
from nnspec.data.columns.plain import Declared
from nnspec.data.columns.refusals import refuse
from nnspec.data.fit.fitted import CategoryFit, ColumnFit, DateFit, Preprocessing, fills_gaps
from nnspec.data.read.raw import DATA_LIMIT, Raw
from nnspec.data.read.signs import Signs
from nnspec.data.read.source import read_source
from nnspec.data.split.parts import Split
from nnspec.data.split.series import Series, arrange, stretch_windows
from nnspec.data.split.windows import Windows, all_windows, known_windows
from nnspec.data.table import Column, Rows, Table, Values
from nnspec.diagnostics import Diagnostic, Refused
from nnspec.language.near_names import nearest as like
from nnspec.spec.data import KINDS, Kind
from nnspec.spec.formats import format_of
from nnspec.spec.source import BUNDLED, nearest

SHOWN = 20
"""How many rows, values or columns a message lists."""


@dataclass(frozen=True, slots=True, eq=False)
class NewRows(Split):
    """Rows for a trained network.

    Attributes:
        left_out: row numbers, from 0, that `missing: drop` leaves out.
        beside: of several series, what tells each window's last row: key and time.
        notes: findings about them: D125 values never trained on, D126 rows left out.
    """

    left_out: Rows = field(default_factory=lambda: np.empty(0, np.int64))
    beside: Mapping[str, Values] = field(default_factory=dict)
    notes: tuple[Diagnostic, ...] = ()


def read_for_prediction(
    source: str,
    fitted: Preprocessing,
    *,
    folder: FilePath,
    with_targets: bool = False,
    limit: int = DATA_LIMIT,
) -> NewRows:
    """Read rows that a trained network is to be applied to.

    Args:
        source: a file, relative to `folder` (from the command line: anywhere), or a bundled set.
        fitted: what was fitted on the training rows.
        folder: folder that a relative path starts from.
        with_targets: whether the target columns are read too, for an evaluation.
        limit: bytes that the file may unpack to.

    Returns:
        The rows, without targets unless they were asked for; where the training left out rows with
        missing cells, those without. Over a series every window that fits; the last predict rows
        that are not there yet, and `rows` counts on beyond the end.

    Raises:
        Refused: as `read_source`; D103 for absent columns, D106 for cells of another type,
            D105 for missing cells that the training did not learn to fill, D110 for array cells
            of another shape, D112 for numbers that no network can take, D113 for too few rows.
    """
    raw = read_like(source, fitted, folder, limit)
    targets = _target_kinds(fitted) if with_targets else {}
    table = _read_table(raw, fitted, targets)
    notes = tuple(find_unknown(table, fitted))
    dropping = [name for name in fitted.dropping if name in table.columns]
    whole = whole_rows(table.select(dropping))
    if not whole.any():
        message = f'each of the {table.rows} rows of "{raw.source}" lacks a cell'
        raise refuse("D113", f"{message}; the run was trained with `missing: drop`")
    kept, left_out = np.flatnonzero(whole), np.flatnonzero(~whole)
    notes += tuple(_told_left_out(left_out, table))
    split = _cut(table.take(kept) if len(left_out) else table, fitted, tuple(targets))
    return NewRows(
        features=split.features,
        targets=split.targets,
        # A series has no holes, and its last windows predict rows beyond its end.
        rows=split.rows if fitted.window else kept,
        latest=split.latest,
        left_out=left_out,
        beside=split.beside if isinstance(split, NewRows) else {},
        notes=notes,
    )


def read_like(source: str, fitted: Preprocessing, folder: FilePath, limit: int) -> Raw:
    """Return a file's columns, read as the spec said of the files that were trained on.

    What the spec left open is found out anew: a file from elsewhere may be written otherwise.
    """
    said = None
    if fitted.said is not None and not source.startswith(BUNDLED):
        ((name, arguments),) = fitted.said.items()
        kind = find("sources", name)
        own = format_of(source)
        if kind is not None and (own is None or isinstance(own, kind)):
            said = kind.model_validate({**arguments, "path": source})
    usual = Signs(*fitted.signs)
    given = said if isinstance(said, Source) else source
    return read_source(given, folder, allow_outside=True, limit=limit, usual=usual)


def _read_table(raw: Raw, fitted: Preprocessing, targets: Mapping[str, Kind]) -> Table:
    """Return features and targets as they were typed in training; refuse what cannot be."""
    wanted = tuple(dict.fromkeys((*fitted.columns, *targets, *fitted.ordering)))
    _check_names(raw, wanted)
    kinds: dict[str, Declared] = {name: ordering(one) for name, one in fitted.ordering.items()}
    kinds |= targets
    kinds |= {name: _declared(fit) for name, fit in fitted.columns.items()}
    table = type_columns(raw, wanted, kinds, fitted.null_values)
    _check_cells(table, fitted, tuple(targets))
    return table


def _cut(table: Table, fitted: Preprocessing, targets: tuple[str, ...]) -> Split:
    """Return rows as the network takes them: as they are, or windows over a series."""
    features, known = table.select(fitted.columns), table.select(targets)
    if fitted.window is None:
        return Split(features, known, np.arange(table.rows))
    series = arrange(table, fitted.window)
    if series is not None:
        return _cut_series(table, fitted, series, targets)
    windows = (known_windows if targets else all_windows)(table.rows, fitted.window)
    return Split(
        features=windows.cut(features),
        targets=known.take(windows.target_rows) if targets else known,
        rows=windows.target_rows,
        latest=known.take(windows.last_rows) if targets else None,
    )


def _cut_series(
    table: Table, fitted: Preprocessing, series: Series, targets: tuple[str, ...]
) -> NewRows:
    """Return every window that lies within a series; what is predicted may lie beyond its end."""
    window = fitted.window
    assert window is not None, "series are cut into windows alone"
    ordered = table.take(series.order)
    starts = stretch_windows(series, window, ahead=window.horizon if targets else 0)
    if not len(starts):
        message = f"no series has {window.length} rows without a gap, which a window takes"
        raise refuse("D113", message, path=("data", "window", "length"))
    windows = Windows(window, starts)
    known = ordered.select(targets)
    last = ordered.take(windows.last_rows)
    return NewRows(
        features=windows.cut(ordered.select(fitted.columns)),
        targets=known.take(windows.target_rows) if targets else known,
        rows=series.order[windows.last_rows],
        latest=last.select(targets) if targets else None,
        beside={name: last[name].values for name in fitted.ordering},
    )


def find_unknown(table: Table, fitted: Preprocessing) -> Iterator[Diagnostic]:
    """Yield a finding (D125) for each category column with values that the training had not."""
    for name, fit in fitted.columns.items():
        if isinstance(fit, CategoryFit):
            unknown = _unknown_cells(table[name], fit)
            if unknown.any():
                yield _told_unknown(name, table[name], fit, unknown)


def find_refused(table: Table, fitted: Preprocessing) -> Iterator[Diagnostic]:
    """Yield a finding (D135) for each column that takes no values it was not trained on."""
    for name, fit in fitted.columns.items():
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
    return Form(fit.form) if isinstance(fit, DateFit) else fit.kind


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
    """Yield the finding (D126) about rows without a prediction, if there are any."""
    if not len(left_out):
        return
    first = table.take(left_out)
    columns = [name for name, column in first.columns.items() if column.missing().any()]
    rows = _listed([str(row + 1) for row in left_out.tolist()])
    several = "row has" if len(left_out) == 1 else "rows have"
    message = (
        f"{len(left_out)} of {table.rows} {several} no prediction, because cells of "
        f"{_listed(columns)} are missing: {rows}"
    )
    yield Diagnostic("D126", message)


def _listed(names: Sequence[str]) -> str:
    """Return names in a row, the first of many."""
    more = ", ..." if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def _target_kinds(fitted: Preprocessing) -> dict[str, Kind]:
    """Return the kind of every target column."""
    return {
        name: kind
        for target in fitted.targets.values()
        for name, kind in zip(target.columns, target.kinds, strict=True)
    }


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


def _check_cells(table: Table, fitted: Preprocessing, targets: tuple[str, ...]) -> None:
    """Refuse cells that the front has no number for: missing, infinite, of another shape."""
    unfilled = [name for name, fit in fitted.columns.items() if not fills_gaps(fit)]
    names = [
        name for name in (*unfilled, *targets, *fitted.ordering) if name not in fitted.dropping
    ]
    findings = [*find_missing(table, names, fitted.missing), *find_infinite(table)]
    findings += find_refused(table, fitted)
    findings.extend(find_far(table, fitted.columns) if not findings else ())
    for name, fit in fitted.columns.items():
        found = table[name].shape
        if found != fit.shape:
            message = f'column "{name}" has cells of shape {found}; trained on shape {fit.shape}'
            findings.append(Diagnostic("D110", message))
    if findings:
        raise Refused(findings)
