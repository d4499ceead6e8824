"""Optimizers that divide the gradient by the size of past ones; floor 2."""

from nnspec.catalog.optimizers import Memory, NonPositiveNumber, Optimizer
from nnspec.catalog.types import Flag, NonNegativeNumber, PositiveNumber, Rate


class RMSprop(Optimizer):
    """Divides the gradient by the root of the running mean of its squares."""

    aliases = ("rmsprop",)
    keeps = 1

    rho: Memory = 0.9
    """Share of the squares' mean that is kept at each step."""
    momentum: Rate = 0.0
    """Share of the last step that is taken again."""
    epsilon: NonNegativeNumber = 1e-07
    """Added to the divisor, so that it is never 0."""
    centered: Flag = False
    """Whether the variance divides, not the mean square; costs one more array."""

    @property
    def slots(self) -> int:
        """Return how many arrays of the size of the weights it keeps."""
        return super().slots + (self.momentum > 0) + self.centered


class Adagrad(Optimizer):
    """Divides the gradient by the root of the sum of all its squares so far."""

    aliases = ("adagrad",)
    keeps = 1

    initial_accumulator_value: NonNegativeNumber = 0.1
    """What the sum of squares begins with."""
    epsilon: NonNegativeNumber = 1e-07
    """Added to the divisor, so that it is never 0."""


class Adadelta(Optimizer):
    """Scales the gradient by the running size of steps over that of gradients."""

    aliases = ("adadelta",)
    keeps = 2

    rho: Memory = 0.95
    """Share of the running means that is kept at each step."""
    epsilon: NonNegativeNumber = 1e-07
    """Added to both means, so that they are never 0."""


class Adafactor(Optimizer):
    """Adam with the squares of a matrix kept as one value for each row and column."""

    aliases = ("adafactor",)
    keeps = 1

    beta_2_decay: NonPositiveNumber = -0.8
    """Power of the step count that is forgotten of the mean square."""
    epsilon_1: NonNegativeNumber = 1e-30
    """Added to squares of the gradient."""
    epsilon_2: NonNegativeNumber = 0.001
    """Smallest size of weights that a step is scaled to."""
    clip_threshold: PositiveNumber = 1.0
    """Largest root mean square of a step before scaling."""
    relative_step: Flag = True
    """Whether the learning rate is bounded by one over the root of the step count."""
