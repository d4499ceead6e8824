"""Layers that act in training only, against overfitting: dropout and noise; floor 2."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from nnspec.catalog.layer import Layer
from nnspec.catalog.layers.core import FLOATS, Extents
from nnspec.catalog.layers.spatial import Spatial
from nnspec.catalog.types import NonNegativeNumber, Rate, Seed
from nnspec.shapes import Shape, ShapeError, broadcast, show

DropRate = Annotated[float, Field(strict=True, ge=0, lt=1, allow_inf_nan=False)]
"""A share of one that leaves something over."""


class Random(Layer, abstract=True):
    """Draws anew for every batch of the training: (batch, ...) in and out."""

    consumes = FLOATS

    seed: Seed | None = Field(default=None, examples=[0])
    """Seed of the draws; drawn from the run's seed if absent."""


class Drop(Random, abstract=True):
    """Drops a share of the values."""

    shorthand = "rate"

    rate: DropRate = Field(examples=[0.2])
    """Share that is dropped, from 0 to below 1."""


class PatternedDrop(Drop, abstract=True):
    """Drops along a pattern that may repeat."""

    noise_shape: Extents | None = Field(default=None, examples=[[None, 1, 64]])
    """Shape of the pattern, batch included: 1 repeats along an axis, null follows the input."""

    def infer_shape(self, shape: Shape) -> Shape:
        """Return the shape, once the pattern is known to fit it."""
        pattern = self.noise_shape
        if pattern is None:
            return shape
        fits = len(pattern) == len(shape) and broadcast(shape, pattern) is not None
        if not fits or any(
            extent == 1 and noise not in (1, None)
            for extent, noise in zip(shape, pattern, strict=True)
        ):
            raise ShapeError(
                "G304",
                f"noise_shape {list(pattern)} does not fit an input of {show(shape)}",
                field="noise_shape",
                hint=f"give {len(shape)} entries (batch first), each 1, null or the axis' length",
            )
        return shape


class Dropout(PatternedDrop):
    """Sets a random share of the values to zero and scales the rest up: (batch, ...) in and out."""


class AlphaDropout(PatternedDrop):
    """Drops values but keeps mean and variance, for networks of selu: (batch, ...) in and out."""


class GaussianDropout(Drop):
    """Multiplies with noise around 1 of variance rate / (1 - rate): (batch, ...) in and out."""


class GaussianNoise(Random):
    """Adds noise around 0: (batch, ...) in and out."""

    shorthand = "stddev"

    stddev: Rate = Field(examples=[0.1])
    """Standard deviation of the noise, in the input's units, from 0 to 1."""


class ChannelDrop(Drop, abstract=True):
    """Drops whole channels."""

    additions: ClassVar[Mapping[str, str]] = {
        "trainable": "the layer has no weights; Keras takes no such argument here"
    }


class SpatialDropout1D(ChannelDrop):
    """Drops whole channels of a series: (batch, steps, channels) in and out."""

    ranks = (3,)


class SpatialDropout2D(ChannelDrop, Spatial):
    """Drops whole channels of images: (batch, rows, columns, channels) in and out."""

    ranks = (4,)
    dimensions = 2


class SpatialDropout3D(ChannelDrop, Spatial):
    """Drops whole channels of volumes: (batch, planes, rows, columns, channels) in and out."""

    ranks = (5,)
    dimensions = 3


class ActivityRegularization(Layer):
    """Adds a penalty on its input to the loss and returns it unchanged: (batch, ...) in and out."""

    consumes = ("float", "integer")
    produces = None

    l1: NonNegativeNumber = 0.0
    """Factor on the sum of sizes."""
    l2: NonNegativeNumber = 0.0
    """Factor on the sum of squares."""
