"""The rule of competitive layers: whoever is nearest learns, and its neighbours with it; floor 2.

Sources: T. Kohonen, Self-Organizing Maps, 3rd edition, 2001, sections 3.1 (online) and 3.6 (batch);
J. MacQueen, Some methods for classification, 1967, for a radius of 0.
"""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from nnspec.catalog.learning_rules import LearningRule
from nnspec.catalog.types import NonNegativeNumber

LearningRate = Annotated[float, Field(strict=True, gt=0, le=1, allow_inf_nan=False)]
NEAREST = 0.5
"""Radius at which a gaussian leaves the next unit an eighth of what the winner learns."""
RATES = (0.5, 0.01)
"""Learning rates of the online rule at its beginning and end."""


class Kohonen(LearningRule):
    """Trains a SelfOrganizingMap: each row's nearest unit comes nearer, its neighbours with it.

    `batch` moves each unit, at the end of an epoch, to the mean of the rows, each counted by how
    near its own unit lies on the map; with a radius of 0 that is k-means. `online` moves units row
    by row. The loss in the logs is the mean squared distance of rows from their nearest unit, and
    `quantization_error` the mean distance.
    """

    keras_name = "kohonen"
    beyond_keras = "Keras trains along gradients alone"

    logs: ClassVar[tuple[str, ...]] = ("quantization_error",)

    method: Literal["batch", "online"] = "batch"
    """Whether units move once an epoch, or after each row."""
    neighbourhood: Literal["gaussian", "bubble"] = "gaussian"
    """How much units learn around the nearest one: less with their distance on the map, or as much
    as it within the radius."""
    initial_radius: NonNegativeNumber | None = Field(default=None, examples=[4.0])
    """Radius of the neighbourhood at the beginning, in units of the map; half its longer side if
    absent; 0: the nearest unit alone."""
    end_radius: NonNegativeNumber | None = Field(default=None, examples=[0.5])
    """Radius at the end; 0.5, or the initial radius if that is smaller, if absent."""
    initial_learning_rate: LearningRate | None = Field(default=None, examples=[0.5])
    """Share of the way to a row that its unit goes at the beginning, of the online rule alone; 0.5
    if absent."""
    end_learning_rate: LearningRate | None = Field(default=None, examples=[0.01])
    """The same at the end; 0.01 if absent."""
    decay: Literal["exponential", "linear"] = "exponential"
    """How radius and learning rate go from beginning to end over the whole training."""

    @model_validator(mode="after")
    def check_rates(self) -> Self:
        """Refuse learning rates of the batch rule, which has none."""
        for name in ("initial_learning_rate", "end_learning_rate"):
            if self.method == "batch" and getattr(self, name) is not None:
                raise PydanticCustomError(
                    "contradiction",
                    "the batch rule has no learning rate; write method: online, or remove {name}",
                    {"name": name, "field": name},
                )
        return self

    @model_validator(mode="after")
    def check_decay(self) -> Self:
        """Refuse an end that is not below its beginning, or that a decay never comes to."""
        if self.initial_radius is not None and (self.end_radius or 0.0) > self.initial_radius:
            raise PydanticCustomError(
                "contradiction",
                "the radius cannot grow from {initial} to {end}",
                {
                    "initial": self.initial_radius,
                    "end": self.end_radius,
                    "field": "end_radius",
                    "hint": f"exchange them: initial_radius: {self.end_radius:g}, "
                    f"end_radius: {self.initial_radius:g}",
                },
            )
        if self.decay == "exponential" and self.end_radius == 0 and self.initial_radius != 0:
            raise PydanticCustomError(
                "contradiction",
                "an exponential decay never comes to 0; write decay: linear, or a small end_radius",
                {"field": "end_radius"},
            )
        return self

    def radii(self, longest: int) -> tuple[float, float]:
        """Return the radius at the beginning and at the end.

        Args:
            longest: units along the longer side of the map.
        """
        initial = longest / 2 if self.initial_radius is None else self.initial_radius
        return initial, min(NEAREST, initial) if self.end_radius is None else self.end_radius

    @property
    def rates(self) -> tuple[float, float]:
        """Return the learning rate at the beginning and at the end."""
        initial, end = self.initial_learning_rate, self.end_learning_rate
        return initial or RATES[0], end or min(RATES[1], initial or RATES[1])
