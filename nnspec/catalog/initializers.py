"""Initializers: how weights begin; floor 2.

fan_in and fan_out are the numbers of connections that enter and leave a unit of the weight.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.types import (
    Flag,
    Integer,
    NonNegativeNumber,
    Number,
    PositiveNumber,
    Seed,
    Window,
)
from nnspec.shapes import Shape

MATRIX = 2
"""Axes of a matrix."""
TRANSFORM = 3
"""Axes of the kernel of a Fourier transform."""

Fans = Annotated[tuple[Integer, ...], Field(min_length=1)]


class Initializer(CatalogObject, family="initializers"):
    """Draws the first values of a weight."""

    def misfit(self, shape: Shape) -> str | None:
        """Return why weights of a shape cannot be drawn, None if they can."""
        del shape
        return None


class Constant(Initializer):
    """Begins with one value."""

    aliases = ("constant",)
    shorthand = "value"

    value: Number = 0.0
    """The value of every element."""


class Zeros(Initializer):
    """Begins with zeros."""

    aliases = ("zeros", "zero")


class Ones(Initializer):
    """Begins with ones."""

    aliases = ("ones", "one")


class Identity(Initializer):
    """Begins with a multiple of the identity matrix; for weights of two axes."""

    aliases = ("identity", "IdentityInitializer")
    shorthand = "gain"

    gain: Number = 1.0
    """Factor on the matrix."""

    def misfit(self, shape: Shape) -> str | None:
        """Return why weights of a shape are no matrix."""
        return None if len(shape) == MATRIX else "draws weights of two axes"


class STFT(Initializer):
    """Begins with the waves of a short-time Fourier transform: (samples, 1, frequencies)."""

    aliases = ("stft", "STFTInitializer")

    side: Literal["real", "imag"] = "real"
    """Whether the real or the imaginary part is computed."""
    window: Window | tuple[Number, ...] | None = "hann"
    """Weights over the samples: a window's name, one number per sample, or none."""
    scaling: Literal["density", "spectrum"] | None = "density"
    """What the window is divided by: its Euclidean norm, the sum of its sizes, or nothing."""
    periodic: Flag = False
    """Whether the window continues into itself, as a Fourier transform expects."""

    def misfit(self, shape: Shape) -> str | None:
        """Return why weights of a shape are no transform."""
        if len(shape) != TRANSFORM or shape[1] != 1:
            return "draws weights (samples, 1, frequencies)"
        if isinstance(self.window, tuple) and len(self.window) != shape[0]:
            return f"has a window of {len(self.window)} samples"
        return None


class Seeded(Initializer, abstract=True):
    """Draws at random."""

    seed: Seed | None = Field(default=None, examples=[0])
    """Seed of the draw; drawn from the run's seed if absent."""


class RandomNormal(Seeded):
    """Draws from a normal distribution."""

    aliases = ("random_normal", "normal")
    shorthand = "stddev"

    mean: Number = 0.0
    """Mean of the values."""
    stddev: NonNegativeNumber = 0.05
    """Standard deviation of the values."""


class TruncatedNormal(Seeded):
    """Draws from a normal distribution, again where a value is beyond two deviations."""

    aliases = ("truncated_normal",)
    shorthand = "stddev"

    mean: Number = 0.0
    """Mean of the values."""
    stddev: NonNegativeNumber = 0.05
    """Standard deviation before values are redrawn."""


class RandomUniform(Seeded):
    """Draws uniformly between two bounds."""

    aliases = ("random_uniform", "uniform")

    minval: Number = -0.05
    """Lower bound, included."""
    maxval: Number = 0.05
    """Upper bound, not included."""

    @model_validator(mode="after")
    def check_bounds(self) -> Self:
        """Refuse an upper bound below the lower one."""
        if self.maxval < self.minval:
            raise PydanticCustomError(
                "contradiction",
                "maxval {maxval} is below minval {minval}",
                {"maxval": self.maxval, "minval": self.minval, "field": "maxval"},
            )
        return self


class Orthogonal(Seeded):
    """Draws an orthogonal matrix; for weights of two axes or more."""

    aliases = ("orthogonal", "OrthogonalInitializer")
    shorthand = "gain"

    gain: Number = 1.0
    """Factor on the matrix."""

    def misfit(self, shape: Shape) -> str | None:
        """Return why weights of a shape are no matrix."""
        return None if len(shape) >= MATRIX else "draws weights of two axes or more"


class Scaled(Seeded, abstract=True):
    """Draws values whose spread follows from the number of connections."""

    input_axes: Fans | None = Field(default=None, examples=[[0]])
    """Axes of the weight that count as connections in; Keras' rule for the rank if absent."""
    output_axes: Fans | None = Field(default=None, examples=[[-1]])
    """Axes of the weight that count as connections out; Keras' rule for the rank if absent."""

    def misfit(self, shape: Shape) -> str | None:
        """Return which of the axes a weight lacks; Keras looks at them if both are given."""
        if self.input_axes is None or self.output_axes is None:
            return None
        rank = len(shape)
        beyond = [axis for axis in self.input_axes + self.output_axes if not -rank <= axis < rank]
        return f"counts connections along axis {beyond[0]}" if beyond else None


class VarianceScaling(Scaled):
    """Draws values with variance scale / n, n the connections that `mode` counts."""

    aliases = ("variance_scaling",)
    shorthand = "scale"

    scale: PositiveNumber = 1.0
    """Factor on the variance."""
    mode: Literal["fan_in", "fan_out", "fan_avg"] = "fan_in"
    """Connections that count: those in, those out, or their mean."""
    distribution: Literal["truncated_normal", "untruncated_normal", "uniform"] = "truncated_normal"
    """Shape of the distribution."""


class GlorotNormal(Scaled):
    """Draws from a truncated normal with variance 2 / (fan_in + fan_out)."""

    aliases = ("glorot_normal",)


class GlorotUniform(Scaled):
    """Draws uniformly within ±sqrt(6 / (fan_in + fan_out))."""

    aliases = ("glorot_uniform",)


class HeNormal(Scaled):
    """Draws from a truncated normal with variance 2 / fan_in: for relu."""

    aliases = ("he_normal",)


class HeUniform(Scaled):
    """Draws uniformly within ±sqrt(6 / fan_in): for relu."""

    aliases = ("he_uniform",)


class LecunNormal(Scaled):
    """Draws from a truncated normal with variance 1 / fan_in: for selu."""

    aliases = ("lecun_normal",)


class LecunUniform(Scaled):
    """Draws uniformly within ±sqrt(3 / fan_in)."""

    aliases = ("lecun_uniform",)
