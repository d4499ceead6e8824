"""Reads rows for a trained network: the columns it was fitted on, typed as they were then."""

from pathlib import Path as FilePath

import numpy as np

from nnspec.data.columns.kinds import type_columns
from nnspec.data.columns.missing import find_infinite, find_missing, unfilled
from nnspec.data.fit.fitted import Preprocessing
from nnspec.data.read.raw import DATA_LIMIT, Raw
from nnspec.data.read.source import read_source
from nnspec.data.split.parts import Split
from nnspec.data.split.windows import all_windows, known_windows
from nnspec.data.table import Table
from nnspec.diagnostics import Diagnostic, Refused
from nnspec.spec.data import Kind
from nnspec.spec.source import nearest


def read_for_prediction(
    source: str,
    fitted: Preprocessing,
    *,
    folder: FilePath,
    with_targets: bool = False,
    limit: int = DATA_LIMIT,
) -> Split:
    """Read rows that a trained network is to be applied to.

    Args:
        source: a file, relative to `folder` (from the command line: anywhere), or a bundled set.
        fitted: what was fitted on the training rows.
        folder: folder that a relative path starts from.
        with_targets: whether the target columns are read too, for an evaluation.
        limit: bytes that the file may unpack to.

    Returns:
        The rows, without targets unless they were asked for. Over a series every window that
        fits; the last predict rows that are not there yet, and `rows` counts on beyond the end.

    Raises:
        Refused: as `read_source`; D103 for absent columns, D106 for cells of another type,
            D105 for missing cells that the training did not learn to fill, D110 for array cells
            of another shape, D112 for infinite numbers, D113 for too few rows.
    """
    raw = read_source(source, folder, allow_outside=True, limit=limit)
    features, targets = tuple(fitted.columns), _target_kinds(fitted) if with_targets else {}
    wanted = tuple(dict.fromkeys((*features, *targets)))
    _check_names(raw, wanted)
    kinds = {**targets, **{name: fit.kind for name, fit in fitted.columns.items()}}
    table = type_columns(raw, wanted, kinds, fitted.null_values)
    _check_cells(table, fitted, tuple(targets))
    if fitted.window is None:
        rows = np.arange(table.rows)
        return Split(table.select(features), table.select(targets), rows)
    windows = (known_windows if with_targets else all_windows)(table.rows, fitted.window)
    known = table.select(targets)
    return Split(
        features=windows.cut(table.select(features)),
        targets=known.take(windows.target_rows) if targets else known,
        rows=windows.target_rows,
        latest=known.take(windows.last_rows) if targets else None,
    )


def _target_kinds(fitted: Preprocessing) -> dict[str, Kind]:
    """Return the kind of every target column."""
    return {
        name: kind
        for target in fitted.targets.values()
        for name, kind in zip(target.columns, target.kinds, strict=True)
    }


def _check_names(raw: Raw, wanted: tuple[str, ...]) -> None:
    """Refuse a source that lacks columns the network was trained on (D103)."""
    findings = [
        Diagnostic(
            "D103",
            f'"{raw.source}" has no column "{name}", which the network was trained on; '
            f"it has {', '.join(raw.names)}",
            hint=nearest(name, raw.names),
        )
        for name in wanted
        if name not in raw.names
    ]
    if findings:
        raise Refused(findings)


def _check_cells(table: Table, fitted: Preprocessing, targets: tuple[str, ...]) -> None:
    """Refuse cells that the front has no number for: missing, infinite, of another shape."""
    names = unfilled(table, targets, fitted.missing)
    findings = [*find_missing(table, names, fitted.missing), *find_infinite(table)]
    for name, fit in fitted.columns.items():
        found = table[name].shape
        if found != fit.shape:
            message = f'column "{name}" has cells of shape {found}; trained on shape {fit.shape}'
            findings.append(Diagnostic("D110", message))
    if findings:
        raise Refused(findings)
