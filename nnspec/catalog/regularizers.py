"""Regularizers: penalties that keep weights or outputs small; floor 2."""

from typing import Literal

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.types import NonNegativeNumber
from nnspec.shapes import Shape

MATRIX = 2
"""Axes of a matrix."""


class Regularizer(CatalogObject, family="regularizers"):
    """Adds a penalty on a weight or an output to the loss."""

    def misfit(self, shape: Shape) -> str | None:
        """Return why a shape cannot be penalized, None if it can."""
        del shape
        return None


class L1(Regularizer):
    """Adds l1 * sum(|x|): drives weights to exactly zero."""

    aliases = ("l1",)
    shorthand = "l1"

    l1: NonNegativeNumber = 0.01
    """Factor on the sum of sizes."""


class L2(Regularizer):
    """Adds l2 * sum(x²): keeps weights small."""

    aliases = ("l2",)
    shorthand = "l2"

    l2: NonNegativeNumber = 0.01
    """Factor on the sum of squares."""


class L1L2(Regularizer):
    """Adds l1 * sum(|x|) + l2 * sum(x²)."""

    aliases = ("l1l2", "l1_l2")

    l1: NonNegativeNumber = 0.0
    """Factor on the sum of sizes."""
    l2: NonNegativeNumber = 0.0
    """Factor on the sum of squares."""


class OrthogonalRegularizer(Regularizer):
    """Adds factor * mean(|cosine|) over the pairs of rows or columns of a matrix."""

    aliases = ("orthogonal_regularizer",)
    shorthand = "factor"

    factor: NonNegativeNumber = 0.01
    """Factor on the mean cosine."""
    mode: Literal["rows", "columns"] = "rows"
    """Which vectors of the matrix are to be orthogonal."""

    def misfit(self, shape: Shape) -> str | None:
        """Return why a shape is no matrix of several known rows, or columns."""
        if len(shape) != MATRIX:
            return "takes two axes"
        size = shape[0 if self.mode == "rows" else 1]
        return f"compares {self.mode}, two or more of them" if size in (None, 1) else None
