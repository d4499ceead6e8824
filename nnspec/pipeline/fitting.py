"""A network against the rows that will pass through it: targets, batches, indices.

Shapes and rules know what a spec says; what only the data says is compared here.
"""

from collections.abc import Iterator

import numpy as np

from nnspec.catalog.layers.embedding import Lookup
from nnspec.data import SPLITS, Dataset, Preprocessing
from nnspec.data.fit.fitted import CategoryFit, IntegerFit
from nnspec.diagnostics import Findings
from nnspec.network.network import Network, ResolvedNode
from nnspec.rules.runtime import built_batch


def check_fit(network: Network, dataset: Dataset, findings: Findings) -> None:
    """Record rows that the network cannot take (D111, D125)."""
    check_batches(network, dataset, findings)
    check_indices(network, dataset, findings)


def check_targets(network: Network, fitted: Preprocessing, findings: Findings) -> None:
    """Record outputs whose shape is not that of their target."""
    for output in network.graph.outputs:
        target, tensor = fitted.targets.get(output.name), network.output(output.name)
        if target is None or tensor is None or target.need == "none":
            continue
        if target.reconstructs:
            wanted = fitted.tensors[target.reconstructs].shape[1:]
        elif target.need == "multiclass":
            wanted = (*target.shape, len(target.labels))
        else:
            wanted = target.shape
        if tuple(tensor.shape[1:]) != tuple(wanted):
            message = (
                f'the output "{output.name}" has shape {list(tensor.shape[1:])}; '
                f"its target needs {list(wanted)}"
            )
            if target.labels:
                message += f": one unit per class of {', '.join(map(str, target.labels[:10]))}"
            node = network.by_name[output.source.node].node
            findings.add("M105", message, node.origin.of("units"))


def check_batches(network: Network, dataset: Dataset, findings: Findings) -> None:
    """Record splits that do not fill one batch, where the network is built for its size.

    The test rows need not: a short last batch is filled up when it is predicted.
    """
    for node in network.inputs:
        size = built_batch(node)
        for name in ("train", "validation"):
            rows = len(dataset.splits[name])
            if size is not None and 0 < rows < size:
                message = (
                    f'"{node.name}" is built for batches of {size} rows; '
                    f"the {name} split has {rows}"
                )
                hint = f"write a batch_size of {rows} or less, here and under training"
                findings.add("D111", message, node.node.origin.of("batch_size"), hint=hint)


def check_indices(network: Network, dataset: Dataset, findings: Findings) -> None:
    """Record columns that hold numbers beyond the rows of the Embedding that reads them."""
    for node, layer, column in embedded_columns(network, dataset.fitted):
        found = outside(dataset, column, layer.input_dim)
        if found is None:
            continue
        value, place = found
        message = (
            f'column "{column}" holds {value:g}{place}; "{node.name}" takes whole numbers '
            f"from 0 to {layer.input_dim - 1}"
        )
        enough = f"write input_dim: {value + 1:.0f} or more"
        hint = enough if value >= 0 else f'leave out or repair the numbers below 0 of "{column}"'
        findings.add("D125", message, node.node.origin.of("input_dim"), hint=hint)


def embedded_columns(
    network: Network, fitted: Preprocessing
) -> Iterator[tuple[ResolvedNode, Lookup, str]]:
    """Give each layer that looks up what an input gives, with each column of that input."""
    inputs = {node.name for node in network.inputs}
    lone = next(iter(fitted.inputs)) if len(fitted.inputs) == 1 else None
    for node in network.nodes:
        for source in node.node.sources:
            if isinstance(node.layer, Lookup) and source.node in inputs:
                for column in fitted.inputs.get(lone or source.node, ()):
                    yield node, node.layer, column


def outside(dataset: Dataset, column: str, count: int) -> tuple[float, str] | None:
    """Return the farthest number of a column that is not in 0 to `count` - 1, and where it is."""
    fit = dataset.fitted.columns[column]
    if isinstance(fit, CategoryFit):
        most = len(fit.vocabulary)  # 0 stands for what training rows do not have
        wide = fit.encoding == "index" and most >= count
        return (float(most), f' as the number of "{fit.vocabulary[-1]}"') if wide else None
    if not isinstance(fit, IntegerFit):
        return None
    for name in SPLITS:
        split = dataset.splits[name]
        cells = split.features[column].values.astype(np.float64)
        wrong = np.argwhere((cells < 0) | (cells >= count))
        if len(wrong):
            far = max(wrong, key=lambda place: abs(cells[tuple(place)]))
            rows = "" if dataset.fitted.window else f" in row {split.rows[far[0]] + 1} of the data"
            return float(cells[tuple(far)]), rows
    return None
