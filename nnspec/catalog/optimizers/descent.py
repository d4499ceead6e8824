"""Optimizers whose steps are the gradient's, its sign's, or a matrix made of it; floor 2."""

import re
from typing import Annotated

from pydantic import Field, field_validator

from nnspec.catalog.optimizers import Memory, NonPositiveNumber, Optimizer
from nnspec.catalog.schedules import Schedule
from nnspec.catalog.types import (
    Flag,
    NonNegativeNumber,
    Number,
    Positive,
    PositiveNumber,
    Rate,
    Text,
)

OpenMemory = Annotated[float, Field(strict=True, gt=0, le=1, allow_inf_nan=False)]


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


class Lion(Optimizer):
    """Steps by the sign of the gradient's running mean: needs a rate 3 to 10 times smaller."""

    aliases = ("lion",)
    keeps = 1

    beta_1: OpenMemory = 0.9
    """Share of the running mean, against the gradient, in the sign of a step."""
    beta_2: Memory = 0.99
    """Share of the running mean that is kept at each step."""


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
    exclude_layers: tuple[Text, ...] | None = Field(default=None, examples=[["embedding"]])
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
