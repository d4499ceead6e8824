"""Competitive layers, whose units are points among the rows; floor 2."""

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from nnspec.catalog.layer import Layer, Tensors
from nnspec.catalog.layers.core import NUMERIC
from nnspec.catalog.types import Positive, Seed
from nnspec.shapes import Shape, Weight

MOST_UNITS = 4096
"""Units of a map, all of which are neighbours of all."""


class SelfOrganizingMap(Layer):
    """Gives the distance of each row from each unit: (batch, features) in, (batch, units) out.

    Its units are prototypes that lie on a grid or a line, counted row by row from 0. It is the last
    layer, the only one with weights, and is trained by `training: {rule: kohonen}`, without a
    target. The answers are `cluster` (the nearest unit), `distance` from it, and its place on the
    map, `map_row` and `map_column`.
    """

    beyond_keras = "Keras has no competitive layer"
    keras_module: ClassVar[str | None] = "nnspec.build.competitive"
    shorthand = "grid"
    ranks = (2,)
    passes_mask = False
    consumes = NUMERIC

    grid: Positive | tuple[Positive, Positive] = Field(examples=[[8, 8]])
    """Rows and columns of the map, in units; a single number: the units of a line."""
    topology: Literal["rectangular", "hexagonal"] = "rectangular"
    """Whether a unit has neighbours on four sides, and at four corners, or on six sides."""
    initialization: Literal["components", "rows", "random"] = "components"
    """Where units begin: on the plane of the two principal components of the training rows (a line
    on the first), on rows of theirs drawn at random, or anywhere between their extremes."""
    seed: Seed | None = Field(default=None, examples=[0])
    """Seed of that draw; the run's if absent."""

    @property
    def sides(self) -> tuple[int, int]:
        """Return rows and columns; a line is one row."""
        return (1, self.grid) if isinstance(self.grid, int) else self.grid

    @property
    def units(self) -> int:
        """Return the number of units."""
        return self.sides[0] * self.sides[1]

    @model_validator(mode="after")
    def check_size(self) -> Self:
        """Refuse a map of one unit, and one of too many."""
        if not 1 < self.units <= MOST_UNITS:
            raise PydanticCustomError(
                "contradiction",
                "a map has 2 to {most} units; got {units}",
                {"most": MOST_UNITS, "units": self.units, "field": "grid"},
            )
        return self

    def infer_shape(self, shape: Shape) -> Shape:
        """Replace the features by the units."""
        self.known(shape, 1, "to place its units")
        return (shape[0], self.units)

    def infer_weights(self, inputs: Tensors) -> tuple[Weight, ...]:
        """Return the prototypes, a line of features for each unit."""
        return (Weight("prototypes", (self.units, inputs[0].shape[1])),)

    def infer_operations(self, inputs: Tensors) -> int | None:
        """Return a difference, its square and its sum for each feature of each unit."""
        features = inputs[0].shape[1]
        return None if features is None else 3 * self.units * features
