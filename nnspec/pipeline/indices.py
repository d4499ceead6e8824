"""Numbers below 0 in columns that an Embedding reads: it has no row for them.

TensorFlow refuses them on a CPU, and reads another row under XLA or on a GPU without a word.
"""

from collections.abc import Iterator

import numpy as np

from nnspec.catalog.layers.embedding import Lookup
from nnspec.data import SPLITS, Dataset, Preprocessing, Values
from nnspec.data.fit.fitted import IntegerFit
from nnspec.data.table import Rows
from nnspec.diagnostics import Findings
from nnspec.network.network import Network, ResolvedNode


def check_indices(network: Network, dataset: Dataset, findings: Findings) -> None:
    """Record columns that hold numbers below 0 and are looked up in a table (G320)."""
    for node, column in looked_up(network, dataset.fitted):
        found = below_zero(dataset, column)
        if found is not None:
            message = (
                f'column "{column}" holds {found[0]} in row {found[1]} of the data; '
                f'"{node.name}" takes whole numbers from 0 on'
            )
            hint = "number the values from 0, or leave those rows out"
            findings.add("G320", message, node.node.origin.head, hint=hint)


def looked_up(network: Network, fitted: Preprocessing) -> Iterator[tuple[ResolvedNode, str]]:
    """Give each layer that looks up what an input gives, with each column of whole numbers."""
    inputs = {node.name for node in network.inputs}
    lone = next(iter(fitted.inputs)) if len(fitted.inputs) == 1 else None
    for node in network.nodes:
        for source in node.node.sources:
            if isinstance(node.layer, Lookup) and source.node in inputs:
                for column in fitted.inputs.get(lone or source.node, ()):
                    if isinstance(fitted.columns[column], IntegerFit):
                        yield node, column


def whole_numbers(values: Values) -> Rows:
    """Return the numbers of a column, 0 for a missing one, which a constant fills."""
    present = np.nan_to_num(values) if values.dtype.kind == "f" else values
    return present.astype(np.int64, copy=False)


def below_zero(dataset: Dataset, column: str) -> tuple[int, int] | None:
    """Return the first number below 0, and its row in the data counted from 1.

    Over a series it is the row of the target.
    """
    for name in SPLITS:
        split = dataset.splits[name]
        values = whole_numbers(split.features[column].values)
        wrong = np.argwhere(values < 0)
        if len(wrong):
            return int(values[tuple(wrong[0])]), int(split.rows[wrong[0][0]]) + 1
    return None
