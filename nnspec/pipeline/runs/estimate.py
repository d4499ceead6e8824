"""How long a training would take: by what a like run took, or by counting its arithmetic."""

from collections.abc import Iterable
from dataclasses import dataclass

from nnspec.catalog.layers.embedding import Embedding
from nnspec.catalog.layers.recurrent import Recurrent
from nnspec.catalog.layers.wrappers import Bidirectional
from nnspec.network.network import Network, ResolvedNode
from nnspec.pipeline.runs.record import Record
from nnspec.rules.kinds import inner
from nnspec.spec.training import TrainingSection

STEP_SECONDS = 5e-5
"""Least time of a step: the dense networks of `bench/engine.py` take about this on a CPU."""
RATE = 3e10
"""Arithmetic operations a second, by order of magnitude: the same networks on two CPU cores."""
OPERATIONS = 6
"""Operations per weight, use and row: a product and a sum forward, twice as many backward."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """How long a training would take, compiling and judging left out."""

    seconds: float
    run: str | None
    """The run that it follows from; None where it follows from counts alone."""


def by_runs(records: Iterable[Record], epochs: int) -> Estimate | None:
    """Return what a training would take as the latest of some like runs did; None without one."""
    known = [one for one in records if one.epochs and one.seconds is not None]
    if not known:
        return None
    latest = max(known, key=lambda one: one.started)
    assert latest.seconds is not None
    assert latest.epochs
    return Estimate(latest.seconds / latest.epochs * epochs, latest.name)


def by_counts(network: Network, training: TrainingSection, rows: int | None) -> Estimate | None:
    """Return what a training would take by its arithmetic; None where shapes or rows are unknown.

    Args:
        network: with shapes as far as they are known.
        training: says how many epochs, of which batches.
        rows: training rows.
    """
    operations = [count_operations(one) for one in network.nodes]
    known = [one for one in operations if one is not None]
    if rows is None or len(known) < len(operations):
        return None
    steps = -(-rows // training.batch_size)
    step = max(STEP_SECONDS, sum(known) * training.batch_size / RATE)
    return Estimate(steps * step * training.epochs, None)


def count_operations(node: ResolvedNode) -> int | None:
    """Return about how many operations a layer takes for one row, there and back.

    Each weight is used once at every place of the output, or at every step of a recurrent layer;
    a table of vectors is only looked up.
    """
    if node.outputs is None or node.inputs is None:
        return None if node.outputs is None else 0
    weights = node.parameters
    layer = node.layer and inner(node.layer)
    if weights is None:
        return None
    if isinstance(layer, Embedding) or not weights:
        return 0
    walks = isinstance(layer, Recurrent | Bidirectional)
    shape = node.inputs[0].shape if walks else node.outputs[0].shape
    places = 1
    for extent in shape[1:-1]:
        places *= extent or 1
    return OPERATIONS * weights * places
