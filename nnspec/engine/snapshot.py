"""Floor 8, a snapshot: a training between two stretches of steps, all that the rest follows from.

Rows come from the spec's data, their order from seed and epoch; everything else is here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

State = Mapping[str, npt.NDArray[np.generic]]
"""All that the steps to come depend on beside the rows and their order, by name: weights, the
optimizer's variables, the metrics so far, seeds, and what stateful layers carry on."""
Memory = Mapping[str, Any]
"""What a callback has to remember, by name: None, numbers, texts, arrays, lists of arrays."""


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """A training as it stands."""

    epoch: int
    """The epoch to go on with, counted from 0."""
    step: int
    """Steps of that epoch that have run; all of them where only its validation is to come."""
    arrays: State
    """What the executor goes on from."""
    memories: tuple[tuple[str, Memory], ...] = ()
    """What each callback remembers, in their order, by the name of its class."""
    logs: Mapping[str, float] = field(default_factory=dict)
    """Figures since the last epoch began."""
    history: Mapping[str, list[float]] = field(default_factory=dict)
    """Figures of the epochs that were completed."""
    stopped: str | None = None
    """Why no further epoch follows."""
    seconds: float = 0.0
    """How long the training has taken."""
    route: str = ""
    """Which program computes the steps; another one rounds otherwise."""

    @property
    def place(self) -> tuple[int, int]:
        """Return how far it has come: epoch and step."""
        return self.epoch, self.step
