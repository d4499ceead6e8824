"""Windows over new rows: every one that a trained network can answer, up to the series' ends.

Where columns are known in advance, rows whose other features are empty at the end of a series are
the moments that are predicted: no window reaches into them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nnspec.data.columns.missing import Cure, find_missing, whole_rows
from nnspec.data.columns.refusals import refuse
from nnspec.data.fit.fitted import Preprocessing, fills_gaps
from nnspec.data.split.forward import carry_named
from nnspec.data.split.series import Series, arrange, stretch_windows
from nnspec.data.split.windows import Layout, Windows
from nnspec.data.table import Rows, Table
from nnspec.diagnostics import Diagnostic, Refused
from nnspec.spec.window import WindowSection

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class NewWindows:
    """Windows over new rows.

    Attributes:
        features: as the network reads them.
        targets: of each unit, where they were asked for.
        rows: row number, from 0, that each window is called by.
        latest: the targets as they were last known; None without targets.
        notes: findings about windows that are not there.
    """

    features: Table
    targets: Table
    rows: Rows
    latest: Table | None = None
    notes: tuple[Diagnostic, ...] = ()


def cut_windows(table: Table, fitted: Preprocessing, targets: tuple[str, ...]) -> NewWindows:
    """Return every window of new rows that can be answered.

    Args:
        table: typed columns by their names in the table.
        fitted: what was fitted on the training rows.
        targets: the target columns, where they are read too.

    Raises:
        Refused: D113 where no window fits, D105 for cells that a window reads and that are missing.
    """
    window = fitted.window
    assert window is not None, "only a series has windows"
    arranged = arrange(table, window)
    series = arranged or _alone(table.rows)
    ordered = table if arranged is None else table.take(arranged.order)
    layout = layout_of(fitted)
    starts, lacking = _starts(ordered, series, window, layout, targets=bool(targets))
    if not len(starts):
        raise _too_few(table.rows, window, layout, alone=arranged is None)
    windows = Windows(window, starts)
    aims = ordered.select(targets)
    if targets and fitted.target_missing == "drop":
        windows = windows.keep(whole_rows(aims))
    forward = {fitted.known.get(name, name) for name in fitted.forward}
    read = carry_named(ordered, forward, series.begins)
    _check_read(read, series, windows, fitted)
    return NewWindows(
        features=layout.cut(read, windows),
        targets=windows.targets(aims) if targets else aims,
        rows=windows.numbers if arranged is None else series.order[windows.last_rows],
        latest=windows.latest(aims) if targets else None,
        notes=tuple(_told_lacking(lacking, window, layout)),
    )


def layout_of(fitted: Preprocessing) -> Layout:
    """Return which columns a network reads in a window, and which ahead of it."""
    past = tuple(name for name in fitted.columns if name not in fitted.known)
    return Layout(past, fitted.known)


def _alone(rows: int) -> Series:
    """Return rows that are one series in the order of the file."""
    order = np.arange(rows, dtype=np.int64)
    return Series(order, order[:1], np.array([rows]), np.zeros(rows, np.int64))


def _starts(
    table: Table, series: Series, window: WindowSection, layout: Layout, *, targets: bool
) -> tuple[Rows, int]:
    """Return the first rows of all windows, and how many more would fit were more known in advance.

    Without targets windows lie at every row, whatever the stride of the training.
    """
    if not layout.ahead:
        every = window if targets else window.model_copy(update={"stride": 1})
        return stretch_windows(series, every, ahead=window.farthest if targets else 0), 0
    told = series.stops - future_rows(table, series, layout)
    stops = np.minimum(told, series.stops - window.farthest)
    stride = window.stride if targets else 1
    every = window.model_copy(update={"stride": stride})
    starts = stretch_windows(replace(series, stops=stops), every, ahead=0)
    whole = stretch_windows(replace(series, stops=told), every, ahead=0)
    return starts, len(whole) - len(starts)


def future_rows(table: Table, series: Series, layout: Layout) -> Rows:
    """Return (stretches,) the rows at the end of each that hold only what is known in advance."""
    known = set(layout.ahead.values())
    read = [name for name in layout.past if name not in known]
    empty = np.full(table.rows, bool(read))
    for name in read:
        empty &= table[name].missing()
    filled = np.append(-1, np.flatnonzero(~empty))
    last = filled[np.searchsorted(filled, series.stops, side="left") - 1]
    found: Rows = np.minimum(series.stops - 1 - last, series.stops - series.starts)
    return found


def _too_few(rows: int, window: WindowSection, layout: Layout, *, alone: bool) -> Refused:
    """Return the refusal of rows over which no window fits (D113)."""
    length = window.length
    path = ("data", "window", "length")
    if layout.ahead:
        message = (
            f"no series has {length} rows for a window, and {window.farthest} behind them for what "
            "is known in advance"
        )
        raise refuse("D113", message, hint=_what_to_add(window, layout), path=path)
    if alone:
        return refuse("D113", f"{rows} rows are too few for a window of {length} rows", path=path)
    message = f"no series has {length} rows without a gap, which a window takes"
    return refuse("D113", message, path=path)


def _told_lacking(lacking: int, window: WindowSection, layout: Layout) -> Iterator[Diagnostic]:
    """Yield the finding (D152) about windows whose future is not known, if there are any."""
    if lacking:
        named = ", ".join(dict.fromkeys(layout.ahead.values()))
        windows = "the last window has" if lacking == 1 else f"the last {lacking:,} windows have"
        message = (
            f"{windows} no prediction: {named} must be there up to {window.farthest} "
            f"row{'s' * (window.farthest > 1)} behind a window"
        )
        yield Diagnostic("D152", message, hint=_what_to_add(window, layout))


def _what_to_add(window: WindowSection, layout: Layout) -> str:
    """Return what a table to predict has to hold."""
    names = ", ".join(dict.fromkeys((*window.columns, *layout.ahead.values())))
    return f"add a row for each moment to predict, with {names}; its other cells may be empty"


def _check_read(table: Table, series: Series, windows: Windows, fitted: Preprocessing) -> None:
    """Refuse missing cells that a window reads and nothing fills (D105)."""
    seen, ahead = np.zeros(table.rows, np.bool_), np.zeros(table.rows, np.bool_)
    for step in range(windows.section.length):
        seen[windows.last_rows - step] = True
    for rows in windows.target_rows if fitted.known else ():
        ahead[rows] = True
    back = np.argsort(series.order)
    asked, found = table.take(back), list[Diagnostic]()
    for name, fit in fitted.columns.items():
        if not fills_gaps(fit):
            read = (ahead if name in fitted.known else seen)[back]
            column = fitted.known.get(name, name)
            found += find_missing(asked, [column], Cure(fitted.missing, series=True), read)
    if found:
        raise Refused(found)
