"""Schedules: learning rates that change as training goes on; floor 2.

Keras counts optimizer steps, one per batch. A spec may count epochs instead (`unit: epochs`):
the number of steps in one follows from the data and the batch size, which a spec does not know.
"""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.types import (
    Flag,
    NonNegative,
    NonNegativeNumber,
    Positive,
    PositiveNumber,
    Text,
)


class Schedule(CatalogObject, family="schedules"):
    """Changes the learning rate with the steps."""

    additions: ClassVar[dict[str, str]] = {
        "unit": "Keras counts steps only; epochs do not change with the batch size"
    }
    lengths: ClassVar[tuple[str, ...]] = ()
    """Fields that count steps or epochs."""

    unit: Literal["steps", "epochs"] = "steps"
    """What the lengths count: batches trained on, or passes over the training rows."""

    def in_steps(self, steps_per_epoch: int) -> Self:
        """Return the same schedule with its lengths in steps.

        Args:
            steps_per_epoch: number of batches in one pass over the training rows.
        """
        if self.unit == "steps":
            return self
        longer: dict[str, object] = {"unit": "steps"}
        for name in self.lengths:
            match getattr(self, name):
                case int(length):
                    longer[name] = length * steps_per_epoch
                case tuple(lengths):
                    longer[name] = tuple(length * steps_per_epoch for length in lengths)
        return self.model_copy(update=longer)


class CosineDecay(Schedule):
    """Falls along half a cosine, after a warm-up if one is asked for."""

    lengths = ("decay_steps", "warmup_steps")

    initial_learning_rate: NonNegativeNumber = Field(examples=[0.01])
    """Rate at the start; of the warm-up if there is one, which may begin at 0."""
    decay_steps: Positive = Field(examples=[1000])
    """Length of the fall."""
    alpha: NonNegativeNumber = 0.0
    """Rate at the end, as a share of the rate that the fall begins with."""
    warmup_target: PositiveNumber | None = Field(default=None, examples=[0.01])
    """Rate that the warm-up rises to; no warm-up if absent."""
    warmup_steps: NonNegative = 0
    """Length of the warm-up, straight from the initial rate to its target."""
    name: Text = "CosineDecay"
    """Name of its operations in the graph."""

    @model_validator(mode="after")
    def check_start(self) -> Self:
        """Refuse a rate that is 0 and stays so."""
        if self.initial_learning_rate == 0 and self.warmup_target is None:
            raise PydanticCustomError(
                "contradiction",
                "initial_learning_rate 0 needs a warmup_target above 0",
                {"field": "initial_learning_rate"},
            )
        return self


class CosineDecayRestarts(Schedule):
    """Falls along half a cosine, again and again."""

    lengths = ("first_decay_steps",)

    initial_learning_rate: PositiveNumber = Field(examples=[0.01])
    """Rate at the start of the first fall."""
    first_decay_steps: Positive = Field(examples=[1000])
    """Length of the first fall."""
    t_mul: PositiveNumber = 2.0
    """How many times as long each fall is as the one before."""
    m_mul: PositiveNumber = 1.0
    """How many times as high each fall begins as the one before."""
    alpha: NonNegativeNumber = 0.0
    """Lowest rate, as a share of the initial one."""
    name: Text = "SGDRDecay"
    """Name of its operations in the graph."""


class Decaying(Schedule, abstract=True):
    """Falls at a rate of its own from an initial one."""

    lengths = ("decay_steps",)

    initial_learning_rate: PositiveNumber = Field(examples=[0.01])
    """Rate at the start."""
    decay_steps: Positive = Field(examples=[1000])
    """Length after which the decay rate has been applied once."""
    decay_rate: NonNegativeNumber = Field(examples=[0.9])
    """How strongly the rate falls in that length."""
    staircase: Flag = False
    """Whether it falls once per length, not continuously."""


class ExponentialDecay(Decaying):
    """Multiplies the rate by decay_rate in each length."""

    name: Text = "ExponentialDecay"
    """Name of its operations in the graph."""


class InverseTimeDecay(Decaying):
    """Divides the initial rate by 1 + decay_rate * lengths gone by."""

    name: Text = "InverseTimeDecay"
    """Name of its operations in the graph."""


class PiecewiseConstantDecay(Schedule):
    """Holds one rate after another."""

    lengths = ("boundaries",)

    boundaries: Annotated[tuple[NonNegative, ...], Field(min_length=1)] = Field(
        examples=[[1000, 5000]]
    )
    """Counts up to which a rate holds, rising."""
    values: Annotated[tuple[PositiveNumber, ...], Field(min_length=2)] = Field(
        examples=[[0.01, 0.001, 0.0001]]
    )
    """The rates, one more than boundaries."""
    name: Text = "PiecewiseConstant"
    """Name of its operations in the graph."""

    @model_validator(mode="after")
    def check_pieces(self) -> Self:
        """Refuse pieces without a rate, and boundaries that do not rise."""
        if len(self.values) != len(self.boundaries) + 1:
            raise PydanticCustomError(
                "contradiction",
                "{boundaries} boundaries need {wanted} values; got {values}",
                {
                    "boundaries": len(self.boundaries),
                    "wanted": len(self.boundaries) + 1,
                    "values": len(self.values),
                    "field": "values",
                },
            )
        if list(self.boundaries) != sorted(set(self.boundaries)):
            raise PydanticCustomError(
                "contradiction",
                "boundaries must rise; got {boundaries}",
                {"boundaries": list(self.boundaries), "field": "boundaries"},
            )
        return self


class PolynomialDecay(Schedule):
    """Falls from one rate to another along a power of the way gone."""

    lengths = ("decay_steps",)

    initial_learning_rate: PositiveNumber = Field(examples=[0.01])
    """Rate at the start."""
    decay_steps: Positive = Field(examples=[1000])
    """Length of the fall."""
    end_learning_rate: NonNegativeNumber = 0.0001
    """Rate at the end."""
    power: PositiveNumber = 1.0
    """Power of the fall: 1 is a straight line."""
    cycle: Flag = False
    """Whether it begins again, longer each time, when the end is reached."""
    name: Text = "PolynomialDecay"
    """Name of its operations in the graph."""
