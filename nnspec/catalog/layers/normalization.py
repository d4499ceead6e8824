"""Normalization layers: values brought to mean 0 and spread 1; floor 2."""

from typing import ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from nnspec.catalog.constraints import Constraint
from nnspec.catalog.initializers import Initializer, Ones, Zeros
from nnspec.catalog.layer import Layer, Tensors
from nnspec.catalog.layers.axes import check_axes
from nnspec.catalog.layers.core import FLOATS, NUMERIC
from nnspec.catalog.regularizers import Regularizer
from nnspec.catalog.types import Axes, Flag, Integer, NonNegativeNumber, Positive, Rate
from nnspec.shapes import Shape, ShapeError, Weight, elements, show


class Normalizing(Layer, abstract=True):
    """Keeps the shape: (batch, ...) in and out."""

    consumes = NUMERIC
    per_element: ClassVar[int]
    """Operations per element, gamma and beta aside."""

    def infer_operations(self, inputs: Tensors) -> int | None:
        """Return the operations per element, times the elements."""
        count = elements(inputs[0].shape[1:])
        return None if count is None else count * self.operations_each

    @property
    def operations_each(self) -> int:
        """Return the operations per element."""
        return self.per_element

    def lengths(self, axes: int | tuple[int, ...], shape: Shape) -> tuple[int, ...]:
        """Return the lengths of the axes that the weights run along, in Keras' order."""
        named = check_axes(axes, shape)
        return tuple(self.known(shape, axis, "for its weights") for axis in sorted(named))


class Affine(Normalizing, abstract=True):
    """Scales (gamma) and shifts (beta) what it has normalized, both trained."""

    center: Flag = True
    """Whether beta is added."""
    scale: Flag = True
    """Whether gamma is multiplied."""
    beta_initializer: Initializer = Zeros()
    """Draws the first beta."""
    gamma_initializer: Initializer = Ones()
    """Draws the first gamma."""
    beta_regularizer: Regularizer | None = None
    """Penalty on beta."""
    gamma_regularizer: Regularizer | None = None
    """Penalty on gamma."""
    beta_constraint: Constraint | None = None
    """Set that beta is kept in."""
    gamma_constraint: Constraint | None = None
    """Set that gamma is kept in."""

    @property
    def operations_each(self) -> int:
        """Return the operations per element, gamma and beta included."""
        return self.per_element + int(self.scale) + int(self.center)

    def affine_weights(self, shape: Shape) -> tuple[Weight, ...]:
        """Return gamma and beta, as far as they are wanted."""
        gamma = (Weight("gamma", shape),) if self.scale else ()
        return (*gamma, Weight("beta", shape)) if self.center else gamma


class RenormClipping(BaseModel):
    """Bounds on the correction of batch renormalization."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    rmin: NonNegativeNumber | None = Field(default=None, examples=[0.3])
    """Lower bound of the ratio of spreads; none if absent."""
    rmax: NonNegativeNumber | None = Field(default=None, examples=[3.0])
    """Upper bound of the ratio of spreads; none if absent."""
    dmax: NonNegativeNumber | None = Field(default=None, examples=[5.0])
    """Bound of the difference of means, in spreads; none if absent."""

    @model_validator(mode="after")
    def check_bounds(self) -> Self:
        """Refuse an upper bound below the lower one."""
        if self.rmin is not None and self.rmax is not None and self.rmax < self.rmin:
            raise PydanticCustomError(
                "bounds",
                "rmax {rmax} is below rmin {rmin}",
                {"rmax": self.rmax, "rmin": self.rmin, "field": "rmax"},
            )
        return self


class BatchNormalization(Affine):
    """Normalizes each channel over the batch: (batch, ..., channels) in and out.

    Training uses the batch's mean and variance; afterwards their moving averages are used.
    """

    per_element = 2

    axis: Integer = -1
    """Axis of the channels; 1 for channels_first."""
    momentum: Rate = 0.99
    """Share of the moving averages that each batch leaves unchanged."""
    epsilon: NonNegativeNumber = 0.001
    """Added to the variance, so that nothing is divided by zero."""
    moving_mean_initializer: Initializer = Zeros()
    """Draws the first moving mean."""
    moving_variance_initializer: Initializer = Ones()
    """Draws the first moving variance."""
    renorm: Flag = False
    """Whether batches are corrected by moving averages while training, for small batches."""
    renorm_clipping: RenormClipping | None = None
    """Bounds on that correction, if renorm is set."""
    renorm_momentum: Rate = 0.99
    """Share of the correction's averages that each batch leaves unchanged, if renorm is set."""
    synchronized: Flag = False
    """Whether the batch's mean and variance are taken over all devices together."""

    def arguments(self) -> dict[str, object]:
        """Return Keras' arguments, the clipping as the mapping that Keras takes."""
        clipping = self.renorm_clipping
        plain = None if clipping is None else clipping.model_dump(exclude_none=True)
        return super().arguments() | {"renorm_clipping": plain}

    def infer_shape(self, shape: Shape) -> Shape:
        """Return the shape, once the number of channels is known."""
        self.lengths(self.axis, shape)
        return shape

    def infer_weights(self, inputs: Tensors) -> tuple[Weight, ...]:
        """Return gamma and beta, then the moving averages, which are not trained."""
        shape = self.lengths(self.axis, inputs[0].shape)
        names = ["moving_mean", "moving_variance"]
        if self.renorm:
            names += ["moving_stddev", "renorm_mean", "renorm_stddev"]
        moving = tuple(Weight(name, shape, trainable=False) for name in names)
        return (*self.affine_weights(shape), *moving)


class LayerNormalization(Affine):
    """Normalizes each row along axes, by default the last: (batch, ..., channels) in and out."""

    shorthand = "axis"
    per_element = 6

    axis: Axes = -1
    """Axis, or axes together, along which mean and variance are taken."""
    epsilon: NonNegativeNumber = 0.001
    """Added to the variance, so that nothing is divided by zero."""

    def infer_shape(self, shape: Shape) -> Shape:
        """Return the shape, once the axes exist, and are known where weights run along them."""
        check_axes(self.axis, shape)
        if self.center or self.scale:
            self.lengths(self.axis, shape)
        return shape

    def infer_weights(self, inputs: Tensors) -> tuple[Weight, ...]:
        """Return gamma and beta, one value per position along the axes."""
        if not self.center and not self.scale:
            return ()
        return self.affine_weights(self.lengths(self.axis, inputs[0].shape))


class GroupNormalization(Affine):
    """Normalizes groups of channels within each row: (batch, ..., channels) in and out."""

    shorthand = "groups"
    least_rank = 2
    per_element = 6

    groups: Positive | Literal[-1] = 32
    """Number of groups; as many as channels if -1 (instance normalization)."""
    axis: Integer = -1
    """Axis of the channels; 1 for channels_first."""
    epsilon: NonNegativeNumber = 0.001
    """Added to the variance, so that nothing is divided by zero."""

    def infer_shape(self, shape: Shape) -> Shape:
        """Return the shape, once the channels are known to fall into the groups."""
        (channels,) = self.lengths(self.axis, shape)
        if self.groups > 0 and channels % self.groups:
            fitting = max(one for one in range(1, self.groups) if channels % one == 0)
            raise ShapeError(
                "G304",
                f"{channels} channels cannot be divided into {self.groups} groups",
                field="groups",
                hint=f"use a divisor of {channels}, such as {fitting}",
            )
        return shape

    def infer_weights(self, inputs: Tensors) -> tuple[Weight, ...]:
        """Return gamma and beta, one value per channel."""
        return self.affine_weights(self.lengths(self.axis, inputs[0].shape))


class RMSNormalization(Normalizing):
    """Divides each row by its root mean square along axes: (batch, ..., channels) in and out."""

    shorthand = "axis"
    consumes = FLOATS
    passes_mask = False
    per_element = 5

    axis: Axes = -1
    """Last axis, or last axes together, along which the mean square is taken."""
    epsilon: NonNegativeNumber = 1e-6
    """Added to the mean square, so that nothing is divided by zero."""

    def infer_shape(self, shape: Shape) -> Shape:
        """Return the shape, once the axes are known to be the last ones.

        Source: Keras 3.15, keras/src/ops/nn.py, _rms_normalization: the scale is multiplied
        without being laid along the axes, so that on others it fails or scales the wrong ones.
        """
        named = check_axes(self.axis, shape)
        rank = len(shape)
        last = list(range(rank - len(named), rank))
        if [axis % rank for axis in sorted(named)] != last:
            raise ShapeError(
                "G309",
                f"RMSNormalization works along the last axes only; got axis {self.axis} "
                f"for {show(shape)}",
                field="axis",
                hint=f"use {[axis - rank for axis in last]}",
            )
        self.lengths(self.axis, shape)
        return shape

    def infer_weights(self, inputs: Tensors) -> tuple[Weight, ...]:
        """Return the scale, one value per position along the axes."""
        return (Weight("scale", self.lengths(self.axis, inputs[0].shape)),)


class UnitNormalization(Normalizing):
    """Scales each row to length 1 along axes: (batch, ..., channels) in and out."""

    shorthand = "axis"
    consumes = FLOATS
    per_element = 3

    axis: Axes = -1
    """Axis, or axes together, along which the length is taken."""

    def infer_shape(self, shape: Shape) -> Shape:
        """Return the shape, once the axes exist."""
        check_axes(self.axis, shape)
        return shape
