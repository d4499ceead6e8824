"""From the `data:` section to split, typed rows and the preprocessing fitted on the training ones.

source -> Raw -> roles -> Table -> rows kept -> splits -> Preprocessing, Dataset
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath

import numpy as np

from nnspec.data.columns.kinds import type_columns
from nnspec.data.columns.missing import settle_missing
from nnspec.data.columns.refusals import refuse
from nnspec.data.columns.roles import Roles, TargetNeeds, assign_roles
from nnspec.data.columns.series import find_several_series
from nnspec.data.fit.features import fit_features
from nnspec.data.fit.fitted import Preprocessing
from nnspec.data.fit.targets import encode_targets, fit_targets, labels_of, raw_targets
from nnspec.data.read.raw import DATA_LIMIT, Raw
from nnspec.data.read.source import read_source
from nnspec.data.split.splits import SPLITS, SplitName, split_rows
from nnspec.data.split.windows import Windows, split_windows
from nnspec.data.table import Rows, Table, Values
from nnspec.diagnostics import Diagnostic, Refused
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
class Dataset:
    """The data of a run.

    Attributes:
        splits: rows of train, validation and test; a split of share 0 has no rows.
        fitted: what was fitted on the training rows.
        fingerprint: SHA-256 of the source.
        source: the source as messages name it.
        doubts: what the whole source shows and no refusal names.
    """

    splits: Mapping[SplitName, Split]
    fitted: Preprocessing
    fingerprint: str
    source: str
    doubts: tuple[Diagnostic, ...] = ()

    def encoded_targets(self, split: SplitName) -> dict[str, Values]:
        """Return what each output's loss is given; see `encode_targets`."""
        return encode_targets(self.fitted, self.splits[split].targets)

    def raw_targets(self, split: SplitName) -> dict[str, Values]:
        """Return the targets in their own units; see `raw_targets`."""
        return raw_targets(self.fitted, self.splits[split].targets)

    def latest_targets(self, split: SplitName) -> dict[str, Values] | None:
        """Return the last known targets before each prediction; None without windows."""
        latest = self.splits[split].latest
        return None if latest is None else raw_targets(self.fitted, latest)


def load_dataset(
    section: DataSection,
    needs: TargetNeeds,
    *,
    folder: FilePath,
    allow_outside: bool = False,
    limit: int = DATA_LIMIT,
) -> Dataset:
    """Read, type, check and split the data, and fit the preprocessing on the training rows.

    Args:
        section: the spec's data section.
        needs: what each trained output needs.
        folder: the spec's folder.
        allow_outside: whether files outside the folder may be read.
        limit: bytes that the source may unpack to.

    Raises:
        Refused: with the codes of the steps (X, D, M106, S).
    """
    raw = read_source(section.source, folder, allow_outside=allow_outside, limit=limit)
    roles = assign_roles(section, needs, raw.names)
    table = type_columns(raw, roles.columns, section.columns, section.null_values)
    _check_settings(table, roles, section)
    _check_weights(table, roles)
    kept = np.flatnonzero(settle_missing(table, roles, section.missing))
    if len(kept) < table.rows:
        table = table.take(kept)
    if section.window is None:
        splits = _split_table(table, kept, roles, needs, section)
        training = splits["train"].features
    else:
        windows = split_windows(table.rows, section.window, section.split)
        splits = {name: _split_windows(table, one, roles) for name, one in windows.items()}
        seen = int(windows["train"].target_rows[-1]) + 1
        training = table.select(roles.features).take(slice(0, seen))
    fitted = _fit(training, splits, roles, needs, section)
    doubts = tuple(find_several_series(raw, section))
    dataset = Dataset(splits, fitted, raw.fingerprint, raw.source, doubts)
    _check_classes(dataset)
    return dataset


def check_unchanged(raw: Raw | Dataset, recorded: str) -> None:
    """Refuse data that is not what a run has recorded.

    Raises:
        Refused: D117 with the file and both hashes.
    """
    if raw.fingerprint != recorded:
        message = (
            f'the data "{raw.source}" has changed: its SHA-256 was {recorded} and is '
            f"{raw.fingerprint}"
        )
        raise refuse("D117", message)


def _split_table(
    table: Table, numbers: Rows, roles: Roles, needs: TargetNeeds, section: DataSection
) -> dict[SplitName, Split]:
    """Divide independent rows; `numbers` are their row numbers in the source."""
    parts = split_rows(table.rows, section.split, _classes(table, roles, needs))
    splits: dict[SplitName, Split] = {}
    for name in SPLITS:
        rows = table.take(parts[name])
        splits[name] = Split(
            features=rows.select(roles.features),
            targets=rows.select(roles.target_columns),
            rows=numbers[parts[name]],
            weights=rows[roles.weight].values if roles.weight else None,
        )
    return splits


def _split_windows(table: Table, windows: Windows, roles: Roles) -> Split:
    """Return one split's windows; features are views of the series."""
    targets = table.select(roles.target_columns)
    rows = windows.target_rows
    return Split(
        features=windows.cut(table.select(roles.features)),
        targets=targets.take(rows),
        rows=rows,
        weights=table[roles.weight].values[rows] if roles.weight else None,
        latest=targets.take(windows.last_rows),
    )


def _classes(table: Table, roles: Roles, needs: TargetNeeds) -> Values | None:
    """Return (rows,) classes to stratify by: those of the only target, if it has classes."""
    if len(roles.target_columns) != 1 or len(needs) != 1:
        return None
    column = table[roles.target_columns[0]]
    need = next(iter(needs.values()))
    if need.task == "regression" or column.shape:
        return None
    return labels_of(column)


def _fit(
    training: Table,
    splits: Mapping[SplitName, Split],
    roles: Roles,
    needs: TargetNeeds,
    section: DataSection,
) -> Preprocessing:
    """Fit features and targets on the training rows."""
    features = fit_features(training, section)
    _check_inputs(training, roles, section)
    return Preprocessing(
        columns=features,
        inputs=dict(roles.inputs),
        targets=fit_targets(splits["train"].targets, roles, needs, section, features),
        window=section.window,
        missing=section.missing,
        null_values=section.null_values,
    )


def _check_inputs(training: Table, roles: Roles, section: DataSection) -> None:
    """Refuse inputs whose columns do not make one tensor (S115)."""
    for name, columns in roles.inputs.items():
        arrays = [one for one in columns if training[one].shape]
        whole = [one for one in columns if _is_whole(one, training, section)]
        hint = f'give "{(arrays or whole or columns)[0]}" an input of its own under data.inputs'
        path = ("data", "inputs", name) if section.inputs else ("data",)
        if arrays and len(columns) > 1:
            message = f'input "{name}" joins the array column "{arrays[0]}" with other columns'
            raise refuse("S115", message, hint=hint, path=path)
        if whole and len(whole) < len(columns):
            message = f'input "{name}" joins the numbers of classes in "{whole[0]}" with measures'
            raise refuse("S115", message, hint=hint, path=path)


def _is_whole(name: str, training: Table, section: DataSection) -> bool:
    """Tell whether a column enters the network as integers."""
    kind = training[name].kind
    return kind == "integer" or (kind == "category" and section.encoding_of(name) == "index")


def _check_settings(table: Table, roles: Roles, section: DataSection) -> None:
    """Refuse scalings and encodings of columns of another kind, which would do nothing (S115)."""
    settings = (("scaling", section.scaling, "numeric"), ("encoding", section.encoding, "category"))
    found = [
        Diagnostic(
            "S115",
            f'`{key}` is for {expected} columns; "{name}" is a {table[name].kind} column',
            hint=f"declare columns: {{{name}: {expected}}}, or remove it here",
            path=("data", key, name),
        )
        for key, setting, expected in settings
        if isinstance(setting, dict)
        for name in setting
        if name in roles.features and table[name].kind != expected
    ]
    if found:
        raise Refused(found)


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
        raise refuse("D115", f"{message}; expected 0 or more", path=path)


def _check_classes(dataset: Dataset) -> None:
    """Refuse classes that occur in validation or test and never in training (D108)."""
    for name in SPLITS:
        if len(dataset.splits[name]):
            where = f"the {name} rows"
            encode_targets(dataset.fitted, dataset.splits[name].targets, where)
