"""Optimizers: how weights follow the gradient; floor 2."""

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.schedules import Schedule
from nnspec.catalog.types import (
    Flag,
    NonNegativeNumber,
    Positive,
    PositiveNumber,
    Rate,
    Text,
)

Memory = Annotated[float, Field(strict=True, ge=0, lt=1, allow_inf_nan=False)]
"""Share of a running mean that is kept from one step to the next."""
NonPositiveNumber = Annotated[float, Field(strict=True, le=0, allow_inf_nan=False)]
Accumulation = Annotated[int, Field(strict=True, ge=2, le=2**31 - 1)]


class Optimizer(CatalogObject, family="optimizers"):
    """Changes the weights along the gradient."""

    shorthand: ClassVar[str | None] = "learning_rate"
    keeps: ClassVar[int] = 0
    """Arrays of the size of the weights that it always keeps."""

    learning_rate: PositiveNumber | Schedule = 0.001
    """How far one step goes, or a schedule of it."""
    weight_decay: NonNegativeNumber | None = Field(default=None, examples=[0.004])
    """Share of each weight, times the learning rate, that is taken off at each step."""
    clipnorm: PositiveNumber | None = Field(default=None, examples=[1.0])
    """Largest Euclidean norm of the gradient of each weight array."""
    clipvalue: PositiveNumber | None = Field(default=None, examples=[0.5])
    """Largest size of each element of the gradient."""
    global_clipnorm: PositiveNumber | None = Field(default=None, examples=[1.0])
    """Largest Euclidean norm of all gradients together."""
    use_ema: Flag = False
    """Whether a moving average of the weights is kept, and put in place at the end."""
    ema_momentum: Rate = 0.99
    """Share of that average that is kept from one step to the next."""
    ema_overwrite_frequency: Positive | None = Field(default=None, examples=[100])
    """Steps after which the weights become their average; only at the end if absent."""
    loss_scale_factor: PositiveNumber | None = Field(default=None, examples=[128.0])
    """Factor on the loss, divided out of the gradient again: for float16."""
    gradient_accumulation_steps: Accumulation | None = Field(default=None, examples=[4])
    """Batches whose gradients are averaged into one step; each its own if absent."""
    name: Text | None = Field(default=None, examples=["measured"])
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
