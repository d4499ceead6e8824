"""Floor 8, what a map answered: each row's nearest unit, the next one, and how far it is."""

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from nnspec.build.clusters import ClusterBack
from nnspec.build.program import Program
from nnspec.data.fit.cluster_labels import labels_beside
from nnspec.data.table import Table, Values
from nnspec.engine import Won
from nnspec.judge.answers import Answers, Floats, check_finite
from nnspec.judge.heads import Clusters, Head

Integers = npt.NDArray[np.int64]
NONE_SEEN = np.zeros((0, 0))


@dataclass(frozen=True, slots=True)
class ClusterAnswers(Answers):
    """The rows of one split with their clusters, which `prediction` holds; `target` has labels."""

    distance: Floats = field(default_factory=lambda: np.zeros(0))
    """How far each row is from its unit, as the map sees them, (rows,)."""
    second: Integers | None = None
    """The unit that is nearest after it, (rows,); None where units have no places on a map."""
    seen: Values = field(default_factory=lambda: NONE_SEEN)
    """The rows as the map sees them, (rows, features)."""


def cluster_answers(rows: Integers, won: Won, labels: Values | None) -> ClusterAnswers:
    """Return the answers of some rows.

    Raises:
        RunFailed: R104 where a distance is NaN or infinite.
    """
    check_finite(rows, won.distance)
    return ClusterAnswers(
        rows, won.cluster, labels, distance=won.distance, second=won.second, seen=won.seen
    )


def labels_of_rows(program: Program, head: Head, targets: Table) -> Values | None:
    """Return the labels of rows that clusters are compared with, None where there are none."""
    return labels_beside(program.fitted.targets[head.name], targets)


def on_its_map(program: Program, head: Head) -> Head:
    """Return a head of clusters with the grid that they lie on."""
    back = program.backs[head.name]
    if isinstance(head, Clusters) and isinstance(back, ClusterBack):
        return replace(head, lattice=back.lattice)
    return head
