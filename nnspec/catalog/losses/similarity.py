"""Losses of vectors, by the angle between them; floor 2."""

from nnspec.catalog.losses import Reduced
from nnspec.catalog.types import Flag, Integer, Number, PositiveNumber, Text


class CosineSimilarity(Reduced):
    """Minus the cosine between target and prediction: -1 when they point the same way."""

    aliases = ("cosine_similarity",)
    task = "regression"

    axis: Integer = -1
    """Axis of the vectors, batch axis 0; -1 is the last."""
    name: Text = "cosine_similarity"
    """Name in the logs."""


class Circle(Reduced):
    """Pulls vectors of one class together and others apart; predictions of norm 1."""

    aliases = ("circle",)
    targets = "indices"
    predictions = "vectors"

    gamma: PositiveNumber = 80.0
    """Factor on similarities."""
    margin: Number = 0.4
    """How far apart similarities of equal and unequal classes are to be."""
    remove_diagonal: Flag = True
    """Whether a row is not compared with itself."""
    name: Text = "circle"
    """Name in the logs."""
