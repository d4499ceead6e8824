"""Adam and the optimizers that keep the same two means; floor 2."""

from nnspec.catalog.optimizers import Moments
from nnspec.catalog.schedules import Schedule
from nnspec.catalog.types import Flag, NonNegative, NonNegativeNumber, PositiveNumber


class Adam(Moments):
    """Divides the gradient's running mean by the root of the running mean of its squares."""

    aliases = ("adam",)

    amsgrad: Flag = False
    """Whether the largest mean square so far divides; costs one more array."""

    @property
    def slots(self) -> int:
        """Return how many arrays of the size of the weights it keeps."""
        return super().slots + self.amsgrad


class AdamW(Adam):
    """Adam with weight decay beside the gradient."""

    aliases = ("adamw",)

    weight_decay: NonNegativeNumber = 0.004
    """Share of each weight, times the learning rate, that is taken off at each step."""


class Adamax(Moments):
    """Adam by the largest gradient in place of the mean square."""

    aliases = ("adamax",)


class Nadam(Moments):
    """Adam with Nesterov's momentum."""

    aliases = ("nadam",)


class Lamb(Moments):
    """Adam with steps scaled to each layer's weights, for very large batches."""


class ScheduleFreeAdamW(Moments):
    """AdamW that averages its own weights and so needs no schedule."""

    aliases = ("schedulefreeadamw",)

    learning_rate: PositiveNumber | Schedule = 0.0025
    """How far one step goes, or a schedule of it."""
    epsilon: NonNegativeNumber = 1e-08
    """Added to the divisor, so that it is never 0."""
    warmup_steps: NonNegative = 0
    """Steps in which the learning rate rises from 0."""
