"""Rows for a trained network that a program hands over, in the place of a table's.

Cells are typed and looked at as those of a table are. Over a series a row is a window with all its
steps, since nothing says what came before: cells are carried on within it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from nnspec.data.fit.fitted import Preprocessing
from nnspec.data.prediction import NewRows, check_cells, find_unknown, rows_of, type_like
from nnspec.data.read.raw import Raw
from nnspec.data.split.forward import carry_named
from nnspec.data.table import Column, Table, Values
from nnspec.diagnostics import Diagnostic

SOURCE = "request"
"""What messages call the place that the cells come from."""


def read_given(cells: Mapping[str, Values], fitted: Preprocessing) -> NewRows:
    """Return rows that were handed over as a trained network takes them.

    Args:
        cells: by the column's own name (rows, *steps, *shape): numbers and truth values, missing
            ones NaN; or texts as objects, missing ones None.
        fitted: what was fitted on the training rows.

    Raises:
        Refused: D103 for absent columns, D106 for cells of another type, D105 for missing cells
            that the training did not learn to fill, D112 for numbers that no network can take,
            D113 where every row lacks a cell and the training left such rows out, D135 for
            unknown values where the spec refuses them.
    """
    if fitted.window is not None:
        return _read_windows(cells, fitted)
    fitted = fitted.model_copy(update={"ordering": {}})
    table = type_like(_raw(cells, fitted.columns), fitted, {})
    check_cells(table, fitted, ())
    new = rows_of(table, fitted, SOURCE, ())
    return replace(new, notes=(*find_unknown(table, fitted), *new.notes))


def _read_windows(cells: Mapping[str, Values], fitted: Preprocessing) -> NewRows:
    """Return windows, each cell typed as a row of its own would be."""
    rows = len(next(iter(cells.values())))
    columns: dict[str, Column] = {}
    notes = list[Diagnostic]()
    for steps in dict.fromkeys(fitted.steps(name) for name in fitted.columns):
        names = [name for name in fitted.columns if fitted.steps(name) == steps]
        alone = _step_by_step(fitted, names)
        flat = {name: cells[name].reshape(-1, *alone.columns[name].shape) for name in names}
        table = type_like(_raw(flat, names), alone, {})
        begins = np.arange(rows, dtype=np.int64) * steps[0]
        forward = [name for name in fitted.forward if name in names]
        table = carry_named(table, forward, begins)
        check_cells(table, alone, ())
        notes += find_unknown(table, alone)
        columns |= {
            name: replace(one, values=one.values.reshape(rows, *steps, *one.shape))
            for name, one in table.columns.items()
        }
    features = Table({name: columns[name] for name in fitted.columns}, rows)
    return NewRows(features, Table({}, rows), np.arange(rows), notes=tuple(notes))


def _step_by_step(fitted: Preprocessing, names: Iterable[str]) -> Preprocessing:
    """Return what was fitted of some columns, as if every step were a row."""
    changed = {
        "columns": {name: fitted.columns[name] for name in names},
        "window": None,
        "known": {},
        "ordering": {},
        "dropping": (),
    }
    return fitted.model_copy(update=changed)


def _raw(cells: Mapping[str, Values], names: Iterable[str]) -> Raw:
    """Return cells as the columns of a source."""
    columns = {name: cells[name] for name in names}
    rows = len(next(iter(columns.values())))
    return Raw(columns, rows, text=False, source=SOURCE, fingerprint="")
