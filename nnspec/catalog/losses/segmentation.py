"""Losses of predicted masks; floor 2."""

from pydantic import Field

from nnspec.catalog.losses import Reduced
from nnspec.catalog.types import Axes, NonNegativeNumber, Text


class Overlap(Reduced, abstract=True):
    """One minus an overlap of two masks, for segmentation."""

    targets = "zero_one"
    predictions = "probability"

    axis: Axes | None = Field(default=None, examples=[-1])
    """Axes that the overlap is counted over, batch axis 0; all if absent."""


class Dice(Overlap):
    """One minus twice the common area over the sum of both areas."""

    aliases = ("dice",)

    name: Text = "dice"
    """Name in the logs."""


class Tversky(Overlap):
    """One minus an overlap that weighs the two kinds of error; 0.5 and 0.5 give Dice."""

    aliases = ("tversky",)

    alpha: NonNegativeNumber = 0.5
    """Weight of the pixels of the target that the prediction lacks."""
    beta: NonNegativeNumber = 0.5
    """Weight of the pixels of the prediction that the target lacks."""
    name: Text = "tversky"
    """Name in the logs."""
