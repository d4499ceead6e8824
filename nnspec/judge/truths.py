"""Floor 8, truths: what is known of rows beside what the network answers, and what of it counts."""

from typing import assert_never

import numpy as np

from nnspec.build.program import Program
from nnspec.data import Dataset, SplitName, Table, TargetFit
from nnspec.data.fit.inputs import input_in_units
from nnspec.data.fit.targets import counted_positions
from nnspec.data.table import Values
from nnspec.judge.answers import Truth, Truths
from nnspec.judge.cluster_answers import labels_of_rows
from nnspec.judge.heads import (
    ClassPerPosition,
    Clusters,
    Head,
    Numbers,
    OneClass,
    Reconstruction,
    SeveralLabels,
    Unjudged,
)


def known_truth(program: Program, head: Head, dataset: Dataset, split: SplitName) -> Truth:
    """Return the targets of a split in their own units; a reconstruction's are its inputs."""
    fit, rows = program.fitted.targets[head.name], dataset.splits[split]
    if isinstance(head, Clusters):
        return Truth(labels_of_rows(program, head, rows.targets))
    if fit.reconstructs:
        return Truth(reconstructed(program, rows.features, fit))
    return Truth(dataset.raw_targets(split)[head.name], counted_positions(fit, rows.targets))


def reconstructed(program: Program, features: Table, fit: TargetFit) -> Values:
    """Return what an output reconstructs, in the units of its columns."""
    fitted = program.fitted
    columns = fitted.inputs[str(fit.reconstructs)]
    return input_in_units([(fitted.columns[name], features[name]) for name in columns])


def cut_to(head: Head, mask: Truths | None, counted: Truths | None) -> Truths | None:
    """Return which steps or pixels of a head count, by the network's mask and the target's labels.

    The mask of an output that has no steps is of no step of the answer.
    """
    positions = positions_of(head)
    if mask is None or len(positions) < mask.ndim - 1:
        return counted
    spread = mask.reshape(*mask.shape, *(1 for _ in positions[mask.ndim - 1 :]))
    masked: Truths = np.broadcast_to(spread, (len(mask), *positions)).astype(np.bool_)
    return masked if counted is None else masked & counted


def positions_of(head: Head) -> tuple[int, ...]:
    """Return the steps or pixels that a row of a head has; none where it has none."""
    match head:
        case ClassPerPosition():
            return head.shape
        case Numbers() | Reconstruction() | SeveralLabels():
            return head.cell[:-1]
        case OneClass() | Clusters() | Unjudged():
            return ()
        case _:
            assert_never(head)
