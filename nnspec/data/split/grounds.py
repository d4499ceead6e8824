"""What a table's columns say of where its rows belong: groups, times, splits by name."""

from collections.abc import Mapping

import numpy as np

from nnspec.data.columns.copies import number_rows
from nnspec.data.columns.refusals import refuse
from nnspec.data.fit.labels import labels_of
from nnspec.data.split.series import times_of
from nnspec.data.split.splits import SPLITS, Grounds, SplitName
from nnspec.data.table import Rows, Table, Values
from nnspec.document import shorten
from nnspec.document.write import flow
from nnspec.spec.data import SplitSection

PLACE = ("data", "split")
NAMES: Mapping[str, SplitName] = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("validation", "valid", "val", "dev"), "validation"),
    **dict.fromkeys(("test", "testing"), "test"),
}
"""How splits are called in columns, in small letters."""


def grounds_of(
    table: Table, split: SplitSection, classes: Values | None, used: tuple[str, ...]
) -> Grounds:
    """Return what a split looks at: classes, the column that it names, rows that are the same.

    Args:
        table: every column.
        split: what the spec says.
        classes: (rows,) of a target that has some.
        used: features and targets, which make rows the same.

    Raises:
        Refused: D136 for times that order nothing.
    """
    groups = None if split.group is None else table[split.group].values
    by = split.by
    times = None if by is None else times_of(table[by], by, (*PLACE, "by"))
    together = split.duplicates == "together"
    copies = number_rows([*table.select(used).columns.values()]) if together else None
    return Grounds(classes, groups, times, copies)


def given_by(table: Table, split: SplitSection) -> Rows | None:
    """Return (rows,) the place of the split that a column names for each row; None without one.

    Raises:
        Refused: D139 for a value that names none, or where none names the training rows.
    """
    if split.column is None:
        return None
    column = table[split.column]
    cells = labels_of(column).astype(str)
    cells = np.char.lower(cells) if column.kind == "boolean" else cells
    found, codes = np.unique(cells, return_inverse=True)
    known = split.values or {}
    named = [known.get(one, NAMES.get(one.casefold())) for one in found.tolist()]
    path = (*PLACE, "column")
    if None in named:
        value = str(found[named.index(None)])
        row = int((cells == value).argmax()) + 1
        message = (
            f'"{split.column}" holds "{shorten(value, 24)}" in row {row}, which names no split; '
            "expected train, validation or test"
        )
        how = "add to values" if known else "write values"
        raise refuse("D139", message, hint=f"{how}: {flow({value: 'train'})}", path=path)
    if "train" not in named:
        listed = ", ".join(found.tolist())
        message = f'"{split.column}" names no training rows; it holds {shorten(listed, 60)}'
        raise refuse("D139", message, hint="write values: {VALUE: train}", path=path)
    return np.array([SPLITS.index(one) for one in named if one], np.int64)[codes]
