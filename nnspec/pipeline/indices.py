"""Numbers for which an Embedding has no row, in the columns that it reads.

TensorFlow refuses them on a CPU, and reads another row under XLA or on a GPU without a word.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from nnspec.catalog.layers.embedding import Lookup
from nnspec.data import SPLITS, Dataset, Preprocessing, Values
from nnspec.data.fit.fitted import IntegerFit
from nnspec.data.split.parts import Split
from nnspec.data.table import Rows
from nnspec.diagnostics import Findings, Refused
from nnspec.network.network import Network, ResolvedNode
from nnspec.rules.vocabulary import PASSING


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


def check_new_indices(network: Network, fitted: Preprocessing, rows: Split) -> None:
    """Refuse rows to predict whose whole numbers have no row in a table that they are looked up in.

    Raises:
        Refused: D112 with the column, the first such number and its row.
    """
    findings = Findings()
    checked = {(column, rows_of(node)) for node, column in looked_up(network, fitted)}
    for column, count in sorted(checked):
        found = first_beyond(rows, column, count)
        if found is not None:
            message = (
                f'column "{column}", row {found[1]}: {found[0]} is looked up in a table with rows '
                f"for 0 to {count - 1:,}"
            )
            hint = "leave the row out, or train with a larger input_dim"
            findings.add("D112", message, hint=hint)
    if findings.errors:
        raise Refused(findings.errors)


def looked_up(network: Network, fitted: Preprocessing) -> Iterator[tuple[ResolvedNode, str]]:
    """Give each layer that looks up what an input gives, with each column of whole numbers."""
    lone = next(iter(fitted.inputs)) if len(fitted.inputs) == 1 else None
    for node in network.nodes:
        if isinstance(node.layer, Lookup):
            for name in inputs_behind(network, node):
                for column in fitted.inputs.get(lone or name, ()):
                    if isinstance(fitted.columns[column], IntegerFit):
                        yield node, column


def inputs_behind(network: Network, node: ResolvedNode) -> Iterator[str]:
    """Give the inputs whose whole numbers reach a layer as they are."""
    inputs = {one.name for one in network.inputs}
    waiting, seen = [source.node for source in node.node.sources], set[str]()
    while waiting:
        name = waiting.pop()
        before = network.by_name.get(name)
        if name in seen or before is None:
            continue
        seen.add(name)
        if name in inputs:
            yield name
        elif before.layer is not None and before.layer.keras_name in PASSING:
            waiting += [source.node for source in before.node.sources]


def rows_of(node: ResolvedNode) -> int:
    """Return the rows of a layer's table."""
    assert isinstance(node.layer, Lookup), "only these are looked up in"
    assert node.layer.rows is not None, "open data tells how many"
    return node.layer.rows


def whole_numbers(values: Values) -> Rows:
    """Return the numbers of a column, 0 for a missing one, which a constant fills."""
    present = np.nan_to_num(values) if values.dtype.kind == "f" else values
    return present.astype(np.int64, copy=False)


def below_zero(dataset: Dataset, column: str) -> tuple[int, int] | None:
    """Return the first number below 0 in the splits, and its row in the data counted from 1."""
    found = (first_beyond(dataset.splits[name], column) for name in SPLITS)
    return next((one for one in found if one is not None), None)


def first_beyond(split: Split, column: str, count: int | None = None) -> tuple[int, int] | None:
    """Return the first number below 0, or not below a count, and its row counted from 1.

    Over a series it is the row of the target.
    """

    def beyond(cells: Values) -> NDArray[np.bool_]:
        values = whole_numbers(cells)
        return values < 0 if count is None else (values < 0) | (values >= count)

    if not beyond(split.features.cells(column)).any():
        return None
    values = whole_numbers(split.features[column].values)
    wrong = np.argwhere(beyond(values))
    return (int(values[tuple(wrong[0])]), int(split.rows[wrong[0][0]]) + 1) if len(wrong) else None
