"""Augmentation by geometry: images turned, moved, bent or covered at random in training; floor 2.

A factor given as one number f stands for the range from -f to f, cut off at the lowest value
that makes sense.
"""

from typing import Literal

from pydantic import Field

from nnspec.catalog.layer import Layer
from nnspec.catalog.layers.image import (
    Fill,
    Image,
    Interpolation,
    Probability,
    Seeded,
    Signed,
    Valued,
    Zoom,
)
from nnspec.catalog.types import Number, Rate


class Interpolated(Layer, abstract=True):
    """Moves pixels to places between the old ones."""

    interpolation: Interpolation = "bilinear"
    """How pixels between the old ones are found."""
    fill_value: Number = 0.0
    """Value of pixels from outside the image where they are constant."""


class Filled(Interpolated, abstract=True):
    """Shows places outside the image."""

    fill_mode: Fill = "reflect"
    """What lies outside: the image mirrored, repeated, fill_value, or the nearest pixel."""


class RandomFlip(Image, Seeded):
    """Mirrors images at random: (batch, rows, columns, channels) in and out."""

    shorthand = "mode"

    mode: Literal["horizontal", "vertical", "horizontal_and_vertical"] = "horizontal_and_vertical"
    """Which way: left and right, top and bottom, or both."""


class RandomRotation(Image, Filled, Seeded):
    """Turns images by a random angle: (batch, rows, columns, channels) in and out."""

    shorthand = "factor"

    factor: Signed | tuple[Signed, Signed] = Field(examples=[0.1])
    """Largest angle either way, or the range, in full turns: 0.1 is 36 degrees."""


class RandomTranslation(Image, Filled, Seeded):
    """Moves images by a random distance: (batch, rows, columns, channels) in and out."""

    height_factor: Signed | tuple[Signed, Signed] = Field(examples=[0.1])
    """Largest way down or up, or the range (negative is up), as a share of the height."""
    width_factor: Signed | tuple[Signed, Signed] = Field(examples=[0.1])
    """Largest way right or left, or the range (negative is left), as a share of the width."""


class RandomZoom(Image, Filled, Seeded):
    """Zooms in or out at random: (batch, rows, columns, channels) in and out.

    The number of pixels stays; what lies outside the image is filled.
    """

    shorthand = "height_factor"

    height_factor: Zoom | tuple[Zoom, Zoom] = Field(examples=[0.1])
    """Largest change of height, or the range; negative zooms in, positive zooms out."""
    width_factor: Zoom | tuple[Zoom, Zoom] | None = Field(default=None, examples=[0.1])
    """The same for the width; as the height, which keeps the aspect ratio, if absent."""


class RandomShear(Image, Filled, Seeded):
    """Slants images at random: (batch, rows, columns, channels) in and out."""

    x_factor: Rate | tuple[Rate, Rate] = 0.0
    """Largest slant sideways, or the range, as a share of the height."""
    y_factor: Rate | tuple[Rate, Rate] = 0.0
    """Largest slant up and down, or the range, as a share of the width."""


class RandomPerspective(Image, Interpolated, Probability, Seeded):
    """Shows images as if seen from another place: (batch, rows, columns, channels) in and out."""

    needs = ("size",)

    scale: Rate = 1.0
    """How far the corners move at most, as a share of half the image."""


class RandomElasticTransform(Image, Filled, Probability, Valued, Seeded):
    """Bends images like rubber: (batch, rows, columns, channels) in and out."""

    needs = ("size", "channels")
    uncomputed = ("float16", "mixed_float16")

    scale: Rate | tuple[Rate, Rate] = 1.0
    """Strength of the bend, or the range."""


class RandomErasing(Image, Probability, Valued, Seeded):
    """Covers a rectangle of each image: (batch, rows, columns, channels) in and out."""

    needs = ("size",)
    uncomputed = ("float16", "mixed_float16")

    scale: Rate | tuple[Rate, Rate] = (0.02, 0.33)
    """Area of the rectangle, or the range, as a share of the image."""
    fill_value: Number | None = Field(default=None, examples=[0.0])
    """Value of the rectangle; drawn for each pixel if absent."""
