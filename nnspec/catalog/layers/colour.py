"""Augmentation by colour: brightness, contrast, hue and sharpness changed at random; floor 2."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from nnspec.catalog.layers.image import (
    Image,
    Interpolation,
    Picture,
    Probability,
    Seeded,
    Signed,
    Valued,
)
from nnspec.catalog.layers.preprocessing import contradiction
from nnspec.catalog.types import Flag, Pair, Positive, PositiveNumber, Rate
from nnspec.shapes import Shape

COLOURED = (3,)
COLOURED_OR_GREY = (1, 3)
Bits = Annotated[int, Field(strict=True, ge=1, le=8)]


class AutoContrast(Picture, Valued):
    """Stretches each channel of an image to the whole value_range.

    (batch, rows, columns, channels) in and out.
    """


class Equalization(Image, Valued):
    """Spreads the values of each image evenly over the range.

    (batch, rows, columns, channels) in and out, in the units of value_range.
    """

    needs = ("channels",)
    passes_mask = True

    bins: Positive = 256
    """Number of steps of the histogram."""


class ContrastLimitedAdaptiveHistogramEqualization(Image, Valued):
    """Spreads the values evenly tile by tile, as far as the noise allows (CLAHE).

    (batch, rows, columns, channels) in and out, in the units of value_range.
    """

    needs = ("size",)

    clip_limit: PositiveNumber = 4.0
    """Most that a value may stand out of the histogram, as a multiple of the mean."""
    tile_grid_size: Pair = (8, 8)
    """Number of tiles (rows, columns)."""


class Solarization(Picture, Valued, Seeded):
    """Adds a random number to each pixel, then inverts those above a random threshold.

    (batch, rows, columns, channels) in and out.
    """

    addition_factor: Rate | tuple[Rate, Rate] = 0.0
    """Largest number to add, or the range, as a share of the range of values."""
    threshold_factor: Rate | tuple[Rate, Rate] = 0.0
    """Largest threshold, or the range, as a share of the range of values."""


class RandomBrightness(Picture, Valued, Seeded):
    """Makes images brighter or darker: (batch, rows, columns, channels) in and out."""

    shorthand = "factor"

    factor: Signed | tuple[Signed, Signed] = Field(examples=[0.1])
    """Largest change either way, or the range, as a share of the range of values."""


class RandomContrast(Picture, Valued, Seeded):
    """Spreads or narrows the values around each channel's mean.

    (batch, rows, columns, channels) in and out.
    """

    shorthand = "factor"

    factor: Rate | tuple[Rate, Rate] = Field(examples=[0.1])
    """Largest change either way, or the range, as a share of the contrast."""


class RandomColorDegeneration(Image, Valued, Seeded):
    """Mixes images with their grey form: (batch, rows, columns, 3) in and out."""

    needs = ("channels",)
    shorthand = "factor"
    channels = COLOURED

    factor: Signed | tuple[Signed, Signed] = Field(examples=[0.1])
    """Largest share of grey, or the range; 1 is grey."""


class RandomSaturation(Image, Valued, Seeded):
    """Makes colours stronger or paler: (batch, rows, columns, 3) in and out.

    The values are those from 0 to 1.
    """

    shorthand = "factor"
    channels = COLOURED

    factor: Signed | tuple[Signed, Signed] = Field(examples=[0.1])
    """Largest change, or the range; 0 is grey, 0.5 leaves colours as they are."""


class RandomHue(Image, Valued, Seeded):
    """Turns colours around the colour circle: (batch, rows, columns, 3) in and out."""

    shorthand = "factor"
    channels = COLOURED

    factor: Rate | tuple[Rate, Rate] = Field(examples=[0.1])
    """Largest turn, or the range, as a share of half the circle."""


class RandomGrayscale(Image, Seeded):
    """Turns a share of the images grey: (batch, rows, columns, channels) in and out.

    The channels are 1 or 3, and stay as many.
    """

    needs = ("channels",)
    shorthand = "factor"
    channels = COLOURED_OR_GREY

    factor: Rate = 0.5
    """Share of images that turn grey."""


class RandomColorJitter(Image, Valued, Seeded):
    """Changes brightness, contrast, saturation and hue, each as far as it is given.

    (batch, rows, columns, channels) in and out.
    """

    channels = COLOURED

    brightness_factor: Signed | tuple[Signed, Signed] | None = Field(default=None, examples=[0.2])
    """Largest change of brightness, or the range; none if absent."""
    contrast_factor: Rate | tuple[Rate, Rate] | None = Field(default=None, examples=[0.2])
    """Largest change of contrast, or the range; none if absent."""
    saturation_factor: Signed | tuple[Signed, Signed] | None = Field(default=None, examples=[0.2])
    """Largest change of saturation, or the range; none if absent."""
    hue_factor: Rate | tuple[Rate, Rate] | None = Field(default=None, examples=[0.1])
    """Largest turn of the hue, or the range; none if absent."""

    @property
    def coloured(self) -> bool:
        """Return whether colours are changed, not only light and dark."""
        return self.saturation_factor is not None or self.hue_factor is not None

    @model_validator(mode="after")
    def check_format(self) -> Self:
        """Refuse to look for colours where Keras does not: it takes the last axis."""
        if self.coloured and self.data_format == "channels_first":
            raise contradiction(
                "saturation_factor and hue_factor work on channels_last only", "data_format"
            )
        return self

    def infer_shape(self, shape: Shape) -> Shape:
        """Return the same shape; saturation and hue need three channels (G304)."""
        return super().infer_shape(shape) if self.coloured else shape


class RandomSharpness(Image, Valued, Seeded):
    """Makes images sharper or softer: (batch, rows, columns, channels) in and out."""

    shorthand = "factor"

    factor: Rate | tuple[Rate, Rate] = Field(examples=[0.1])
    """Largest change, or the range; 0 is blurred, 0.5 leaves images as they are."""


class RandomPosterization(Image, Valued, Seeded):
    """Leaves fewer values per channel: (batch, rows, columns, channels) in and out."""

    shorthand = "factor"

    factor: Bits | tuple[Bits, Bits] = Field(examples=[4])
    """Number of bits kept per value, or the range, from 1 to 8."""


class RandomInvert(Image, Probability, Valued, Seeded):
    """Turns a share of the images into their negative.

    (batch, rows, columns, channels) in and out.
    """


class RandomGaussianBlur(Image, Probability, Valued, Seeded):
    """Blurs a share of the images: (batch, rows, columns, channels) in and out."""

    uncomputed = ("float16", "mixed_float16")

    kernel_size: Positive | tuple[Positive, Positive] = 3
    """Window extent (rows, columns), in pixels, odd; a number stands for both."""
    sigma: Rate | tuple[Rate, Rate] = 1.0
    """Width of the blur, or the range, in pixels."""

    @model_validator(mode="after")
    def check_odd(self) -> Self:
        """Refuse windows without a middle."""
        sizes = (self.kernel_size,) if isinstance(self.kernel_size, int) else self.kernel_size
        if any(size % 2 == 0 for size in sizes):
            raise contradiction(f"kernel_size must be odd; got {list(sizes)}", "kernel_size")
        return self


class Mixture(Image, Valued, Seeded, abstract=True):
    """Applies several other augmentations."""

    needs = ("channels",)
    channels = COLOURED_OR_GREY

    interpolation: Interpolation = "bilinear"
    """How pixels between the old ones are found."""


class RandAugment(Mixture):
    """Applies a few augmentations, drawn for each batch (Cubuk and others, 2020).

    (batch, rows, columns, channels) in and out, of 1 or 3 channels.
    """

    num_ops: Positive = 2
    """Number of augmentations in a row."""
    factor: Rate | tuple[Rate, Rate] = 0.5
    """Strength of each, or the range."""


class AugMix(Mixture):
    """Mixes chains of augmentations with the image itself (Hendrycks and others, 2020).

    (batch, rows, columns, channels) in and out, of 1 or 3 channels.
    """

    num_chains: Positive = 3
    """Number of chains side by side."""
    chain_depth: Positive = 3
    """Number of augmentations in each chain."""
    factor: Rate | tuple[Rate, Rate] = 0.3
    """Strength of each augmentation, or the range."""
    alpha: PositiveNumber = 1.0
    """How evenly the chains are mixed: larger is more even."""
    all_ops: Flag = True
    """Whether changes of brightness, colour, contrast and sharpness are among them."""
