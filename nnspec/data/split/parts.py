"""Divides typed rows, or windows over them, into the splits of a run."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from nnspec.data.columns.roles import TargetNeeds
from nnspec.data.fit.labels import labels_of, refuse_numbers
from nnspec.data.read.typed import TypedRows
from nnspec.data.split.forward import carry_all, carry_named, forward_columns
from nnspec.data.split.grounds import given_by, grounds_of
from nnspec.data.split.seasons import Past, season_of
from nnspec.data.split.series import split_series
from nnspec.data.split.splits import SPLITS, Partition, SplitName, split_given, split_rows
from nnspec.data.split.windows import Layout, Windows, check_windows, leave_out, split_windows
from nnspec.data.stored import Place, StoredColumns, store_for
from nnspec.data.table import Column, Rows, Table, Values
from nnspec.diagnostics import Diagnostic
from nnspec.spec.data import DataSection
from nnspec.spec.window import WindowSection


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """The rows of one split, as the data has them.

    Attributes:
        features: (rows, ...) per feature column; windows (rows, length, ...) over a series.
        targets: target columns of the same rows.
        rows: row number of each target in the source, from 0; over several horizons, of each
            window's last row.
        weights: (rows,) sample weights, None where there are none.
        latest: with windows, the target columns at each window's last row: what is known when
            the prediction is made; None otherwise.
        season: as `latest`, of whole seasons before the targets; None where no series comes again.
        groups: (rows,) what rows of one split belong to together; None where they do not.
    """

    features: Table
    targets: Table
    rows: Rows
    weights: Values | None = None
    latest: Table | None = None
    season: Table | None = None
    groups: Values | None = None

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Feature columns that the preprocessing is fitted on.

    Those of the training rows; over a series, of every step up to the last training target, which
    are copied out of it only when they are asked for.
    """

    table: Table = field(default_factory=Table)
    rows: Rows | slice = field(default_factory=lambda: slice(None))

    def cells(self) -> Table:
        """Return the rows."""
        return self.table.take(self.rows)


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Divided rows.

    Attributes:
        splits: rows of train, validation and test; a split of share 0 has no rows.
        seen: what the preprocessing is fitted on.
        doubts: what is to be said about rows or windows that were left out.
        season: rows after which a series comes again, as far as anything says so.
    """

    splits: Mapping[SplitName, Split]
    seen: Seen
    doubts: tuple[Diagnostic, ...] = ()
    season: int | None = None


def divide(
    rows: TypedRows, needs: TargetNeeds, section: DataSection, *, spend: bool = False
) -> Parts:
    """Return the splits of a data section's rows.

    Args:
        rows: the rows.
        needs: what each trained output needs.
        section: says how they are divided.
        spend: whether nobody needs the rows any more: of independent ones no copy is kept then.

    Raises:
        Refused: D111, D113, D136, D139, S115.
    """
    if section.window is None:
        splits = _split_table(rows, needs, section, spend=spend)
        return Parts(splits, Seen(splits["train"].features))
    return _divide_series(rows, section, section.window)


def _divide_series(rows: TypedRows, section: DataSection, window: WindowSection) -> Parts:
    """Return the splits of the windows over one series or several."""
    table, roles, series = rows.table, rows.roles, rows.series
    if series is None:
        windows = split_windows(table.rows, window, section.split)
        last = int(windows["train"].last_rows[-1]) + window.farthest
        seen: Rows | slice = slice(0, last + 1)
    else:
        windows, seen = split_series(series, window, section.split)
    targets = table.select(roles.target_columns)
    doubts: tuple[Diagnostic, ...] = ()
    if section.target_missing == "drop":
        windows, doubts = leave_out(windows, targets, rows.numbers)
        check_windows(windows, table.rows, section.split)
    begins = np.zeros(1, np.int64) if series is None else series.begins
    dated = window.time is not None and table[window.time].kind == "date"
    past = Past(carry_all(targets, begins), series, season_of(series, window, dated=dated))
    read = table.select(roles.read)
    read = carry_named(read, forward_columns(roles.read, section), begins)
    layout = Layout(roles.features, roles.ahead)
    splits = {
        name: Split(
            features=layout.cut(read, one),
            targets=one.targets(targets),
            rows=rows.numbers[one.numbers],
            weights=_weigh(table[roles.weight].values, one) if roles.weight else None,
            latest=one.latest(past.targets),
            season=past.seasonal(one),
        )
        for name, one in windows.items()
    }
    return Parts(splits, Seen(layout.name(read), seen), doubts, past.season)


def _split_table(
    rows: TypedRows, needs: TargetNeeds, section: DataSection, *, spend: bool
) -> dict[SplitName, Split]:
    """Divide independent rows, column after column."""
    roles = rows.roles
    used = (*roles.features, *roles.target_columns)
    grounds = grounds_of(rows.table, section.split, _classes(rows, needs), used)
    given = given_by(rows.table, section.split) if rows.given is None else rows.given
    if given is None:
        parts = split_rows(rows.table.rows, section.split, grounds)
    else:
        parts = split_given(given, section.split, grounds)
    tables = _cut(rows.table, parts, spend=spend)
    splits: dict[SplitName, Split] = {}
    for name, taken in tables.items():
        splits[name] = Split(
            features=taken.select(roles.features),
            targets=taken.select(roles.target_columns),
            rows=rows.numbers[parts[name]],
            weights=taken[roles.weight].values if roles.weight else None,
            groups=taken[section.split.group].values if section.split.group else None,
        )
    return splits


def _cut(table: Table, parts: Partition, *, spend: bool) -> dict[SplitName, Table]:
    """Return the rows of each split; of a large table that is spent, its numbers are in a file."""
    store = store_for(table) if spend else None
    columns: dict[SplitName, dict[str, Place | Column]] = {name: {} for name in SPLITS}
    for title, column in table.spend() if spend else table.columns.items():
        for name in SPLITS:
            taken = column.take(parts[name])
            columns[name][title] = taken if store is None else store.keep(taken)
    found: dict[SplitName, Table] = {}
    for name in SPLITS:
        held = {title: one for title, one in columns[name].items() if isinstance(one, Column)}
        own = held if store is None else StoredColumns(store, columns[name])
        found[name] = Table(own, len(parts[name]))
    return found


def _weigh(weights: Values, windows: Windows) -> Values:
    """Return (windows,) the weight of each target's row, on average."""
    found: Values = np.mean(
        [weights[one].astype(np.float64) for one in windows.target_rows], axis=0
    )
    return found


def _classes(rows: TypedRows, needs: TargetNeeds) -> Values | None:
    """Return (rows,) classes to stratify by: those of the only target, if it has classes."""
    targets = rows.roles.target_columns
    if len(targets) != 1 or len(needs) != 1:
        return None
    column = rows.table[targets[0]]
    need = next(iter(needs.values()))
    if need.by_rule:
        refuse_numbers({targets[0]: column})
    if need.task in {"regression", "cluster"} or column.shape:
        return None
    return labels_of(column)
