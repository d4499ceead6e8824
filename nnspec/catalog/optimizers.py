"""Optimizers: how weights follow the gradient; floor 2."""

import re
from typing import Annotated, ClassVar, Self

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.schedules import Schedule
from nnspec.catalog.types import (
    Flag,
    NonNegative,
    NonNegativeNumber,
    Number,
    Positive,
    PositiveNumber,
    Rate,
    Text,
)

Memory = Annotated[float, Field(strict=True, ge=0, lt=1, allow_inf_nan=False)]
"""Share of a running mean that is kept from one step to the next."""
OpenMemory = Annotated[float, Field(strict=True, gt=0, le=1, allow_inf_nan=False)]
NonPositiveNumber = Annotated[float, Field(strict=True, le=0, allow_inf_nan=False)]
Accumulation = Annotated[int, Field(strict=True, ge=2, le=2**31 - 1)]


class Optimizer(CatalogObject, family="optimizers"):
    """Changes the weights along the gradient."""

    shorthand: ClassVar[str | None] = "learning_rate"
    keeps: ClassVar[int] = 0
    """Arrays of the size of the weights that it always keeps."""

    learning_rate: PositiveNumber | Schedule = 0.001
    """How far one step goes, or a schedule of it."""
    weight_decay: NonNegativeNumber | None = None
    """Share of each weight, times the learning rate, that is taken off at each step."""
    clipnorm: PositiveNumber | None = None
    """Largest Euclidean norm of the gradient of each weight array."""
    clipvalue: PositiveNumber | None = None
    """Largest size of each element of the gradient."""
    global_clipnorm: PositiveNumber | None = None
    """Largest Euclidean norm of all gradients together."""
    use_ema: Flag = False
    """Whether a moving average of the weights is kept, and put in place at the end."""
    ema_momentum: Rate = 0.99
    """Share of that average that is kept from one step to the next."""
    ema_overwrite_frequency: Positive | None = None
    """Steps after which the weights become their average; only at the end if absent."""
    loss_scale_factor: PositiveNumber | None = None
    """Factor on the loss, divided out of the gradient again: for float16."""
    gradient_accumulation_steps: Accumulation | None = None
    """Batches whose gradients are averaged into one step; each its own if absent."""
    name: Text | None = None
    """Name of its variables; the class in small letters if absent."""

    @property
    def slots(self) -> int:
        """Return how many arrays of the size of the weights it keeps, for memory estimates."""
        return self.keeps + self.use_ema + (self.gradient_accumulation_steps is not None)

    @model_validator(mode="after")
    def check_clipping(self) -> Self:
        """Refuse two ways of clipping the gradient at once."""
        ways = ("clipnorm", "clipvalue", "global_clipnorm")
        given = [name for name in ways if getattr(self, name) is not None]
        if len(given) > 1:
            raise PydanticCustomError(
                "contradiction",
                "only one way of clipping is possible; got {given}",
                {"given": " and ".join(given), "field": given[-1]},
            )
        return self


class Moments(Optimizer, abstract=True):
    """Keeps running means of the gradient and of its square."""

    keeps = 2

    beta_1: Memory = 0.9
    """Share of the gradient's mean that is kept at each step."""
    beta_2: Memory = 0.999
    """Share of the squares' mean that is kept at each step."""
    epsilon: NonNegativeNumber = 1e-07
    """Added to the divisor, so that it is never 0."""


class SGD(Optimizer):
    """Goes along the gradient, with momentum if asked for."""

    aliases = ("sgd",)

    learning_rate: PositiveNumber | Schedule = 0.01
    """How far one step goes, or a schedule of it."""
    momentum: Rate = 0.0
    """Share of the last step that is taken again."""
    nesterov: Flag = False
    """Whether the gradient counts as taken after the momentum's part."""

    @property
    def slots(self) -> int:
        """Return how many arrays of the size of the weights it keeps."""
        return super().slots + (self.momentum > 0)


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


class Lion(Optimizer):
    """Steps by the sign of the gradient's running mean: needs a rate 3 to 10 times smaller."""

    aliases = ("lion",)
    keeps = 1

    beta_1: OpenMemory = 0.9
    """Share of the running mean, against the gradient, in the sign of a step."""
    beta_2: Memory = 0.99
    """Share of the running mean that is kept at each step."""


class ScheduleFreeAdamW(Moments):
    """AdamW that averages its own weights and so needs no schedule."""

    aliases = ("schedulefreeadamw",)

    learning_rate: PositiveNumber | Schedule = 0.0025
    """How far one step goes, or a schedule of it."""
    epsilon: NonNegativeNumber = 1e-08
    """Added to the divisor, so that it is never 0."""
    warmup_steps: NonNegative = 0
    """Steps in which the learning rate rises from 0."""


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


class Ftrl(Optimizer):
    """Follow the regularized leader: for wide, sparse linear models."""

    aliases = ("ftrl",)
    keeps = 2

    learning_rate_power: NonPositiveNumber = -0.5
    """Power of the sum of squares that the learning rate falls with; 0 keeps it fixed."""
    initial_accumulator_value: NonNegativeNumber = 0.1
    """What the sum of squares begins with."""
    l1_regularization_strength: NonNegativeNumber = 0.0
    """Factor on the sizes of the weights."""
    l2_regularization_strength: NonNegativeNumber = 0.0
    """Factor on the squares of the weights."""
    l2_shrinkage_regularization_strength: NonNegativeNumber = 0.0
    """Factor on the squares of the weights, felt where the gradient is not 0."""
    beta: NonNegativeNumber = 0.0
    """Added to the root of the sum of squares."""


class Muon(Optimizer):
    """Makes the steps of matrices orthogonal; all other weights follow AdamW."""

    aliases = ("muon",)
    keeps = 2

    weight_decay: NonNegativeNumber | None = 0.004
    """Share of each matrix, times the learning rate, that is taken off at each step."""
    adam_beta_1: Memory = 0.9
    """AdamW: share of the gradient's mean that is kept at each step."""
    adam_beta_2: Memory = 0.999
    """AdamW: share of the squares' mean that is kept at each step."""
    adam_weight_decay: NonNegativeNumber | None = 0.004
    """AdamW: share of each weight, times the learning rate, taken off at each step."""
    adam_lr_ratio: PositiveNumber = 1.0
    """AdamW: factor on the learning rate."""
    epsilon: NonNegativeNumber = 1e-07
    """AdamW: added to the divisor, so that it is never 0."""
    exclude_layers: tuple[Text, ...] | None = None
    """Regular expressions; weights whose path holds one of them follow AdamW."""
    exclude_embeddings: Flag = True
    """Whether embeddings follow AdamW."""
    muon_a: Number = 3.4445
    """First coefficient of the Newton-Schulz iteration."""
    muon_b: Number = -4.775
    """Second coefficient of the Newton-Schulz iteration."""
    muon_c: Number = 2.0315
    """Third coefficient of the Newton-Schulz iteration."""
    momentum: Rate = 0.95
    """Share of the last step that is taken again."""
    ns_steps: Positive = 5
    """Number of Newton-Schulz iterations."""
    nesterov: Flag = True
    """Whether the gradient counts as taken after the momentum's part."""
    rms_rate: PositiveNumber | None = 0.2
    """Root mean square that steps are scaled to, as AdamW's have it; not scaled if null."""

    @field_validator("exclude_layers")
    @classmethod
    def check_expressions(cls, expressions: tuple[str, ...] | None) -> tuple[str, ...] | None:
        """Refuse what is no regular expression."""
        for expression in expressions or ():
            try:
                re.compile(expression)
            except re.error as error:
                message = f"exclude_layers: {expression!r} is no regular expression: {error}"
                raise ValueError(message) from None
        return expressions
