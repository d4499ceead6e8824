"""Augmentations: what enlarges the sample of training rows, drawn anew in every epoch; floor 2.

They act on what the network would read, in the order of the list, and on training rows alone.
Layers that augment pictures (RandomFlip ...) stand in the model.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.types import PositiveNumber

Share = Annotated[float, Field(strict=True, gt=0, le=1, allow_inf_nan=False)]
Part = Annotated[float, Field(strict=True, gt=0, lt=1, allow_inf_nan=False)]
Knots = Annotated[int, Field(strict=True, ge=1, le=100)]

OWN = "acts on series, which Keras augments in no way"


class Augmentation(CatalogObject, family="augmentations"):
    """Changes training rows before the network reads them, in every epoch otherwise."""

    mixes: ClassVar[bool] = False
    """Whether rows are mixed, and their targets with them."""
    of_series: ClassVar[bool] = False
    """Whether it acts along the steps of a series."""
    of_pictures: ClassVar[bool] = False
    """Whether it acts on pictures alone."""
    moves: ClassVar[bool] = False
    """Whether what stood at one step, or pixel, stands at another, or not at all."""


class GaussianNoise(Augmentation):
    """Adds random numbers to numeric columns, and to pixels: jitter, as it is called of series.

    Other columns stay as they are: categories, dates, true and false, words, whole numbers as
    they are, bins, and the marks of missing cells. A network that gives back its input is still
    compared with the row as it was: it learns to take noise away.
    """

    shorthand = "stddev"

    stddev: PositiveNumber = Field(examples=[0.05])
    """Standard deviation of the noise, in units of what the network reads: with `scaling:
    standardize` deviations of the column."""


class Scaling(Augmentation):
    """Multiplies each numeric column of a series by a random factor around 1.

    A row draws one factor for each of its columns, or channels.
    """

    shorthand = "stddev"
    beyond_keras = OWN
    of_series = True

    stddev: PositiveNumber = 0.1
    """Standard deviation of the factors."""


class WindowSlicing(Augmentation):
    """Cuts a random stretch out of each series and draws it out to the length of the whole.

    Steps between two that are known are interpolated along a line; of columns that are no numbers
    the nearest step stands for them (Le Guennec and others, 2016).
    """

    shorthand = "share"
    beyond_keras = OWN
    of_series = True
    moves = True

    share: Part = 0.9
    """Length of the stretch, as a share of the series."""


class TimeWarping(Augmentation):
    """Lets each series run now faster, now slower; its first and last step stay in their places.

    The speed is a line through random numbers around 1 at some moments. Steps are interpolated as
    those of WindowSlicing (Um and others, 2017).
    """

    shorthand = "stddev"
    beyond_keras = OWN
    of_series = True
    moves = True

    stddev: PositiveNumber = 0.2
    """Standard deviation of the speed; a speed below 0.1 is 0.1."""
    knots: Knots = 4
    """Moments between the first step and the last at which a speed is drawn."""


class MixUp(Augmentation):
    """Takes for each row a mean of itself and another one, of their targets too.

    Both weigh by a number from the distribution Beta(alpha, alpha), drawn for each row (Zhang and
    others, 2018). Classes become shares, which needs a loss that takes shares. Figures of the
    training rows, while it goes on, are those of mixed rows.
    """

    shorthand = "alpha"
    mixes = True

    alpha: Share = 0.2
    """How evenly rows are mixed: close to 0 one of both counts nearly alone, 1 draws evenly."""


class CutMix(Augmentation):
    """Puts a rectangle of another picture into each one, and mixes targets by its area.

    The area is drawn from Beta(a, a), a itself up to `factor`, and cut off at the border
    (Yun and others, 2019). For one input of pictures, (batch, rows, columns, channels).
    """

    shorthand = "factor"
    mixes = True
    moves = True

    factor: Share = 1.0
    """Largest a: the larger, the larger the rectangles, half of a picture and less by turns."""


class RandomFlip(Augmentation):
    """Mirrors pictures by chance, and with them targets that have a class for each pixel.

    The layer of this name, in the model, mirrors pictures alone.
    """

    shorthand = "mode"
    of_pictures = True

    mode: Literal["horizontal", "vertical", "horizontal_and_vertical"] = "horizontal_and_vertical"
    """Which way: left and right, top and bottom, or both, each by a chance of its own."""


class Oversampling(Augmentation):
    """Repeats rows of rare classes, drawn anew in every epoch.

    All rows of a class come equally often, but for one time that chance gives. An epoch grows by
    the rows that are added.
    """

    shorthand = "ratio"
    beyond_keras = "repeats rows, which no layer can"

    ratio: Share = 1.0
    """Rows of a class, at least, as a share of those of the most frequent class; 1: all alike."""
