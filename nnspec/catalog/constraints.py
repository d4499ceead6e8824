"""Constraints: sets that weights are projected into after each step; floor 2."""

from typing import Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.types import Axes, NonNegativeNumber, Rate
from nnspec.shapes import Shape


class Constraint(CatalogObject, family="constraints"):
    """Projects a weight back into a set after each step."""

    def misfit(self, shape: Shape) -> str | None:
        """Return why weights of a shape cannot be projected, None if they can."""
        del shape
        return None


class Normed(Constraint, abstract=True):
    """Bounds Euclidean norms along some axes of a weight."""

    axis: Axes = 0
    """Axes over which a norm is taken: 0 in Dense, [0, 1, 2] in Conv2D (channels last)."""

    def misfit(self, shape: Shape) -> str | None:
        """Return which of the axes weights of a shape lack."""
        rank = len(shape)
        axes = (self.axis,) if isinstance(self.axis, int) else self.axis
        beyond = [axis for axis in axes if not -rank <= axis < rank]
        return f"takes norms along axis {beyond[0]}" if beyond else None


class MaxNorm(Normed):
    """Shrinks vectors whose norm is above a bound."""

    aliases = ("max_norm",)
    shorthand = "max_value"

    max_value: NonNegativeNumber = 2.0
    """Largest norm."""


class NonNeg(Constraint):
    """Sets negative weights to zero."""

    aliases = ("non_neg",)


class UnitNorm(Normed):
    """Scales vectors to norm 1."""

    aliases = ("unit_norm",)


class MinMaxNorm(Normed):
    """Scales vectors whose norm is outside two bounds towards them."""

    aliases = ("min_max_norm",)

    min_value: NonNegativeNumber = 0.0
    """Smallest norm."""
    max_value: NonNegativeNumber = 1.0
    """Largest norm."""
    rate: Rate = 1.0
    """Share of the way that one step goes: 1 puts the norm within its bounds at once."""

    @model_validator(mode="after")
    def check_bounds(self) -> Self:
        """Refuse an upper bound below the lower one."""
        if self.max_value < self.min_value:
            raise PydanticCustomError(
                "contradiction",
                "max_value {max_value} is below min_value {min_value}",
                {"max_value": self.max_value, "min_value": self.min_value, "field": "max_value"},
            )
        return self
