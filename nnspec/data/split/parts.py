"""Divides typed rows, or windows over them, into the splits of a run."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from nnspec.data.columns.roles import TargetNeeds
from nnspec.data.fit.targets import labels_of
from nnspec.data.read.typed import TypedRows
from nnspec.data.split.grounds import given_by, grounds_of
from nnspec.data.split.series import split_series
from nnspec.data.split.splits import SPLITS, SplitName, split_given, split_rows
from nnspec.data.split.windows import Windows, split_windows
from nnspec.data.table import Rows, Table, Values
from nnspec.spec.data import DataSection


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """The rows of one split, as the data has them.

    Attributes:
        features: (rows, ...) per feature column; windows (rows, length, ...) over a series.
        targets: target columns of the same rows.
        rows: row number of each target in the source, from 0.
        weights: (rows,) sample weights, None where there are none.
        latest: with windows, the target columns at each window's last row: what is known when
            the prediction is made; None otherwise.
    """

    features: Table
    targets: Table
    rows: Rows
    weights: Values | None = None
    latest: Table | None = None

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
    """

    splits: Mapping[SplitName, Split]
    seen: Seen


def divide(rows: TypedRows, needs: TargetNeeds, section: DataSection) -> Parts:
    """Return the splits of a data section's rows.

    Raises:
        Refused: D111, D113, D136, D139, S115.
    """
    if section.window is None:
        splits = _split_table(rows, needs, section)
        return Parts(splits, Seen(splits["train"].features))
    features = rows.table.select(rows.roles.features)
    if rows.series is not None:
        windows, seen_rows = split_series(rows.series, section.window, section.split)
        splits = {name: _split_windows(rows, one) for name, one in windows.items()}
        return Parts(splits, Seen(features, seen_rows))
    windows = split_windows(rows.table.rows, section.window, section.split)
    splits = {name: _split_windows(rows, one) for name, one in windows.items()}
    seen = int(windows["train"].target_rows[-1]) + 1
    return Parts(splits, Seen(features, slice(0, seen)))


def _split_table(
    rows: TypedRows, needs: TargetNeeds, section: DataSection
) -> dict[SplitName, Split]:
    """Divide independent rows."""
    roles = rows.roles
    used = (*roles.features, *roles.target_columns)
    grounds = grounds_of(rows.table, section.split, _classes(rows, needs), used)
    given = given_by(rows.table, section.split) if rows.given is None else rows.given
    if given is None:
        parts = split_rows(rows.table.rows, section.split, grounds)
    else:
        parts = split_given(given, section.split, grounds)
    splits: dict[SplitName, Split] = {}
    for name in SPLITS:
        taken = rows.table.take(parts[name])
        splits[name] = Split(
            features=taken.select(roles.features),
            targets=taken.select(roles.target_columns),
            rows=rows.numbers[parts[name]],
            weights=taken[roles.weight].values if roles.weight else None,
        )
    return splits


def _split_windows(rows: TypedRows, windows: Windows) -> Split:
    """Return one split's windows; features are views of the series."""
    table, roles = rows.table, rows.roles
    targets = table.select(roles.target_columns)
    numbers = windows.target_rows
    return Split(
        features=windows.cut(table.select(roles.features)),
        targets=targets.take(numbers),
        rows=rows.numbers[numbers],
        weights=table[roles.weight].values[numbers] if roles.weight else None,
        latest=targets.take(windows.last_rows),
    )


def _classes(rows: TypedRows, needs: TargetNeeds) -> Values | None:
    """Return (rows,) classes to stratify by: those of the only target, if it has classes."""
    targets = rows.roles.target_columns
    if len(targets) != 1 or len(needs) != 1:
        return None
    column = rows.table[targets[0]]
    need = next(iter(needs.values()))
    if need.task == "regression" or column.shape:
        return None
    return labels_of(column)
