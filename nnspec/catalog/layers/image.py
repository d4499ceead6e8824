"""Layers that change the size of images, and the bases of all image layers; floor 2.

Images are (batch, rows, columns, channels), or (batch, channels, rows, columns).
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from nnspec.catalog.layer import Layer
from nnspec.catalog.layers.core import NUMERIC
from nnspec.catalog.layers.preprocessing import contradiction
from nnspec.catalog.layers.spatial import Spatial
from nnspec.catalog.types import Flag, Number, Positive, Rate, Seed, ValueRange
from nnspec.shapes import Shape, ShapeError, show

Signed = Annotated[float, Field(strict=True, ge=-1, le=1, allow_inf_nan=False)]
"""A share that may be negative: -0.2 is 20 % less."""
Zoom = Annotated[float, Field(strict=True, gt=-1, le=1, allow_inf_nan=False)]
"""A change of size: 0.2 is 20 % farther, -0.2 is 20 % nearer."""
Interpolation = Literal["nearest", "bilinear"]
Fill = Literal["reflect", "wrap", "constant", "nearest"]


class Picture(Layer, abstract=True):
    """Takes a batch of images."""

    ranks = (4,)
    passes_mask = False
    consumes = NUMERIC
    fixed: ClassVar[Mapping[str, object]] = {"data_format": "channels_last"}


class Image(Picture, Spatial, abstract=True):
    """Takes a batch of images with channels last or first."""

    dimensions = 2

    channels: ClassVar[tuple[int, ...]] = ()
    """Numbers of channels that the layer takes; any if empty."""
    needs: ClassVar[tuple[str, ...]] = ()
    """What Keras must know while it builds the graph: "size", "channels"."""

    def infer_shape(self, shape: Shape) -> Shape:
        """Return the same shape (G304 for channels that the layer cannot work on)."""
        self.check_known(shape)
        found = shape[self.channel_axis]
        if self.channels and found is not None and found not in self.channels:
            wanted = " or ".join(str(count) for count in self.channels)
            raise ShapeError(
                "G304",
                f"{self.keras_name} works on colours, {wanted} channels; got {found} in "
                f"{show(shape)}",
            )
        return shape

    def check_known(self, shape: Shape) -> None:
        """Refuse lengths that only the run will tell, where Keras needs them (G306)."""
        first = 2 if self.channel_axis == 1 else 1
        for axis in (first, first + 1) if "size" in self.needs else ():
            self.known(shape, axis, "to place its pixels")
        if "channels" in self.needs:
            self.known(shape, self.channel_axis, "to mix its channels")


class Valued(Layer, abstract=True):
    """Needs to know what black and white are."""

    value_range: ValueRange = (0.0, 255.0)
    """Lowest and highest value of a pixel."""


class Seeded(Layer, abstract=True):
    """Draws anew for each image in training, and changes nothing afterwards."""

    seed: Seed | None = Field(default=None, examples=[0])
    """Seed of the draws; drawn from the run's seed if absent."""


class Sized(Image, abstract=True):
    """Gives all images one size."""

    height: Positive = Field(examples=[64])
    """Number of rows that leave, in pixels."""
    width: Positive = Field(examples=[64])
    """Number of columns that leave, in pixels."""

    def infer_shape(self, shape: Shape) -> Shape:
        """Replace rows and columns."""
        self.check_known(shape)
        return self.arrange(shape, (self.height, self.width), shape[self.channel_axis])


class Resizing(Sized):
    """Resizes images to height and width, in pixels.

    (batch, rows, columns, channels) in, (batch, height, width, channels) out. Values keep their
    units, but for bicubic and lanczos, which may overshoot them.
    """

    interpolation: Literal["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5", "area"] = (
        "bilinear"
    )
    """How pixels between the old ones are found."""
    crop_to_aspect_ratio: Flag = False
    """Whether images are cut to the new aspect ratio first, not distorted."""
    pad_to_aspect_ratio: Flag = False
    """Whether images are padded to the new aspect ratio first, not distorted."""
    fill_mode: Literal["constant"] = "constant"
    """What padding holds: fill_value."""
    fill_value: Number = 0.0
    """Value of padded pixels."""
    antialias: Flag = False
    """Whether images are smoothed before they are made smaller."""

    @model_validator(mode="after")
    def check_aspect_ratio(self) -> Self:
        """Refuse cutting and padding at once."""
        if self.crop_to_aspect_ratio and self.pad_to_aspect_ratio:
            raise contradiction(
                "crop_to_aspect_ratio and pad_to_aspect_ratio exclude each other",
                "pad_to_aspect_ratio",
            )
        return self


class CenterCrop(Sized):
    """Cuts out the middle; images that are too small are resized.

    (batch, rows, columns, channels) in, (batch, height, width, channels) out, in pixels.
    """


class RandomCrop(Sized, Seeded):
    """Cuts out a part at random in training; too small images are resized.

    (batch, rows, columns, channels) in, (batch, height, width, channels) out, in pixels.
    Outside training Keras returns images as they came: only a network that takes any size can
    follow.
    """

    needs = ("size",)


class Probability(Layer, abstract=True):
    """Changes a share of the images."""

    factor: Rate | tuple[Rate, Rate] = 1.0
    """Share of images that are changed, or bounds it is drawn from."""
