"""A run whose training has ended: what `train` hands to `conclude`."""

from collections.abc import Mapping
from dataclasses import dataclass

from nnspec.build.program import Program
from nnspec.data import Arrays, Dataset, SplitName
from nnspec.network.network import Network
from nnspec.run.folder import RunFolder
from nnspec.run.manifest import TrainingRecord
from nnspec.spec.spec import Spec


@dataclass(frozen=True, slots=True)
class Trained:
    """A run whose training has ended, and what the training led to.

    Attributes:
        network: resolved with the tensors that the fitted front gives.
        program: holds the trained weights.
        splits: every split that has rows, as the core takes it.
        record: how the training went.
    """

    spec: Spec
    network: Network
    dataset: Dataset
    program: Program
    folder: RunFolder
    splits: Mapping[SplitName, Arrays]
    record: TrainingRecord
