"""Losses: what training makes small; floor 2.

A class also says which targets and predictions its loss is for, so that a spec whose head, loss
and data do not fit together is refused before it trains.
"""

from typing import ClassVar, Literal

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.types import (
    Flag,
    Integer,
    Rate,
)

Task = Literal["regression", "binary", "multiclass"]
Targets = Literal[
    "numbers", "non_negative", "zero_one", "signed", "indices", "one_hot", "distribution"
]
"""numbers: any; signed: -1 or 1; indices: class numbers; distribution: shares that sum to 1."""
Predictions = Literal[
    "numbers", "positive", "probability", "distribution", "scores", "indices", "vectors"
]
"""probability: each unit in 0 to 1; distribution: sums to 1; scores: any, larger is likelier."""
Reduction = Literal["sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none"]
FloatType = Literal["float16", "bfloat16", "float32", "float64"]


class Loss(CatalogObject, family="losses"):
    """Measures what training makes small."""

    task: ClassVar[Task | None] = None
    """Task that the loss is for; None: several, or one of its own."""
    targets: ClassVar[Targets] = "numbers"
    """What the targets are."""
    predictions: ClassVar[Predictions] = "numbers"
    """What the network gives, unless `from_logits` says that it gives scores."""
    takes_logits: ClassVar[bool] = False
    """Whether there is a field `from_logits`."""

    @property
    def units_each(self) -> int:
        """Return how many units the loss takes for one number of the target."""
        return 1


class Reduced(Loss, abstract=True):
    """A loss that is computed for each row and then reduced to one number."""

    reduction: Reduction | None = "sum_over_batch_size"
    """How losses of rows become one: their mean, their sum, or not at all."""
    dtype: FloatType | None = None
    """Type of numbers that the loss is computed in; float32 if absent."""


class Logits(Reduced, abstract=True):
    """A cross-entropy, of probabilities or of the scores before them."""

    takes_logits = True

    from_logits: Flag = False
    """Whether the network gives scores (a linear head) in place of probabilities."""
    axis: Integer = -1
    """Axis of the classes, batch axis 0; -1 is the last."""


class Smoothed(Logits, abstract=True):
    """A cross-entropy whose targets may be softened."""

    label_smoothing: Rate = 0.0
    """Share of each target that is spread evenly over the classes."""
