"""Metrics: what is measured beside the loss; floor 2.

A class also says what its figure is about, so that the report can turn it into the target's own
unit, an early stop knows which way is better, and a metric of another task is refused.
"""

from typing import ClassVar, Literal

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.losses import FloatType, Predictions, Targets, Task

Reach = tuple[float | None, float | None]
"""Smallest and largest value of a figure; None: no bound."""


class Metric(CatalogObject, family="metrics"):
    """Measures how good predictions are, without steering the training."""

    task: ClassVar[tuple[Task, ...]] = ()
    """Tasks that the metric is for; any if empty."""
    targets: ClassVar[Targets] = "numbers"
    """What the targets are."""
    predictions: ClassVar[Predictions] = "numbers"
    """What the network gives, unless `from_logits` says that it gives scores."""
    direction: ClassVar[Literal["min", "max"] | None] = None
    """Whether less or more is better; None: neither."""
    reach: ClassVar[Reach] = (None, None)
    """Smallest and largest value that the figure can have; None: no bound."""
    power: ClassVar[int | None] = None
    """Power of the factor by which the figure grows when targets and predictions are multiplied
    by one and shifted by another number: 1 for the root mean square error, 0 for R²; None: no
    such rule, so a figure of scaled targets says nothing about the target's own unit."""


class Computed(Metric, abstract=True):
    """A metric of one rule, whatever the shapes."""

    dtype: FloatType | None = None
    """Type of numbers that the metric is computed in; float32 if absent."""

    def arguments(self) -> dict[str, object]:
        """Return what the Keras class is called with; Keras' metrics take lists, not tuples."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in super().arguments().items()
        }
