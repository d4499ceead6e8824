"""Floor 8, what an engine is asked and what it answers: plan, execution, outcome."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from nnspec.catalog.learning_rules import LearningRule
from nnspec.engine.snapshot import Snapshot

TOLD_BY_RULE = "rule: "
"""How lines on what a learning rule came to begin."""
EngineName = Literal["auto", "fused", "keras"]
XlaMode = Literal["auto", "required", "off"]


@dataclass(frozen=True, slots=True)
class Plan:
    """How a training proceeds."""

    batch_size: int = 32
    """Rows per step."""
    epochs: int = 1
    """Epochs of the whole training, those before `first_epoch` included."""
    seed: int = 0
    """Decides the order of rows, with the epoch."""
    shuffle: bool = True
    engine: EngineName = "auto"
    xla: XlaMode = "auto"
    first_epoch: int = 0
    """The epoch to begin with, counted from 0."""
    first_step: int = 0
    """The step of the first epoch to begin with, counted from 0."""
    rule: LearningRule | None = None
    """What changes the weights in the place of optimizer and loss; None: gradient descent."""
    taken_up: Snapshot | None = None
    """What the training goes on from; it then begins at the epoch and step of that."""

    def steps(self, rows: int) -> int:
        """Return the steps of one epoch, the partial last batch included."""
        return -(-rows // self.batch_size)


@dataclass(frozen=True, slots=True)
class Execution:
    """What ran, and how: the words of the report."""

    engine: Literal["fused", "keras", "perceptron"]
    device: str
    compiled: tuple[str, ...] = ()
    """The parts that XLA compiled."""
    uncompiled: tuple[str, ...] = ()
    """The parts that ran as a TensorFlow graph."""
    reasons: tuple[str, ...] = ()
    """Why each choice was made."""
    passes: tuple[str, ...] = ()
    """The rewrites that applied, with the layers they touched."""

    def lines(self) -> tuple[str, ...]:
        """Return the execution as lines for a report."""
        return (
            f"engine: {self.engine} on {self.device}",
            *(f"compiled with XLA: {one}" for one in self.compiled),
            *(f"not compiled: {one}" for one in self.uncompiled),
            *self.reasons,
            *(f"rewritten: {one}" for one in self.passes),
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a training led to; the weights are in the model."""

    history: Mapping[str, list[float]]
    """Figure -> one value per epoch; `val_` marks those of the validation rows."""
    epochs: int
    """Epochs that were completed, those before `first_epoch` included."""
    execution: Execution
    stopped: str | None = None
    """Why the training ended before its last epoch."""
    timings: Mapping[str, float] = field(default_factory=dict)
    """Part -> seconds: `prepare` (trace and compile), `train`, `validate`."""
