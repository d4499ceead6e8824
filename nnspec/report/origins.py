"""Floor 8, parts of a report that are facts alone: how the network was trained, and from what.

They are here, apart from what measures, so that a report is read without the libraries that train.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TrainingFacts:
    """How the network was trained."""

    optimizer: str
    loss: str
    batch_size: int
    epochs: int
    """Epochs that were completed."""
    epochs_planned: int
    seconds: float
    """Duration of the training."""
    stopped: str | None = None
    """Why it ended before its last epoch."""
    execution: tuple[str, ...] = ()
    """What ran, what was compiled, and why."""


@dataclass(frozen=True, slots=True)
class Origins:
    """What the run can be repeated from."""

    seed: int
    spec_sha256: str
    data: str
    """Fingerprint of the data."""
    versions: Mapping[str, str] = field(default_factory=dict)
