"""Labels of clusters: columns that groups are compared with, and that nothing is fitted to."""

import numpy as np

from nnspec.data.columns.refusals import refuse
from nnspec.data.columns.roles import Roles, TargetNeeds
from nnspec.data.fit.fitted import TargetFit
from nnspec.data.table import Table, Values

UNLEARNED = frozenset({"reconstruction", "cluster"})
"""Needs of outputs that no column is the target of."""


def find_labels(training: Table, roles: Roles, needs: TargetNeeds) -> dict[str, TargetFit]:
    """Return what stands for the target of each output that gives clusters.

    Raises:
        Refused: D115 where a cell of the labels is an array.
    """
    found: dict[str, TargetFit] = {}
    for name in (one for one, need in needs.items() if need.task == "cluster"):
        columns = roles.targets[name]
        for column in columns:
            if training[column].shape:
                message = f'the labels "{column}" are arrays; a row of a cluster has one label'
                raise refuse("D115", message, path=("data", "labels"))
        kinds = tuple(training[column].kind for column in columns)
        found[name] = TargetFit(need="cluster", columns=columns, kinds=kinds)
    return found


def labels_beside(target: TargetFit, table: Table) -> Values | None:
    """Return the label of each row as the data writes it, (rows,); None where there are none.

    Where some are missing, these are "" among the others.
    """
    if not target.columns:
        return None
    column = table[target.columns[0]]
    missing = column.missing()
    if column.textual or not missing.any():
        return column.values
    labels = column.values.astype(object)
    whole = ~missing & (column.values == np.floor(column.values.astype(np.float64)))
    labels[whole] = column.values[whole].astype(np.int64)
    labels[missing] = ""
    return labels
