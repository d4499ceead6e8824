"""Activation layers: a function of each element, or along axes; floor 2."""

from pydantic import Field

from nnspec.catalog import activations
from nnspec.catalog.constraints import Constraint
from nnspec.catalog.initializers import Initializer, Zeros
from nnspec.catalog.layer import Layer, Tensors
from nnspec.catalog.layers.axes import check_axes
from nnspec.catalog.layers.core import FLOATS
from nnspec.catalog.layers.weighted import check_activation
from nnspec.catalog.regularizers import Regularizer
from nnspec.catalog.types import Axes, NonNegativeNumber, Number, Positive
from nnspec.shapes import Shape, ShapeError, Weight, elements, show


class ActivationLayer(Layer, abstract=True):
    """Keeps the shape: (batch, ...) in and out."""

    consumes = FLOATS


class Activation(ActivationLayer):
    """Applies an activation function to each element: (batch, ...) in and out."""

    shorthand = "activation"

    activation: activations.Activation = Field(examples=["relu"])
    """The function."""

    def infer_shape(self, shape: Shape) -> Shape:
        """Return the shape, once the function is known to fit it."""
        check_activation(self.activation, shape)
        return shape


class ReLU(ActivationLayer):
    """Keeps what is above a threshold and damps the rest: (batch, ...) in and out."""

    shorthand = "max_value"
    consumes = ("float", "integer")
    produces = None

    max_value: NonNegativeNumber | None = Field(default=None, examples=[6.0])
    """Largest value that leaves; no bound if absent."""
    negative_slope: NonNegativeNumber = 0.0
    """Slope below the threshold."""
    threshold: NonNegativeNumber = 0.0
    """Value up to which the input is damped."""


class LeakyReLU(ActivationLayer):
    """Keeps positive values and damps negative ones: (batch, ...) in and out."""

    shorthand = "negative_slope"
    consumes = ("float", "integer")

    negative_slope: NonNegativeNumber = 0.3
    """Slope below zero."""


class ELU(ActivationLayer):
    """Keeps x above zero, returns alpha * (exp(x) - 1) below: (batch, ...) in and out."""

    shorthand = "alpha"

    alpha: Number = 1.0
    """Value that strongly negative inputs tend to, sign reversed."""


class PReLU(ActivationLayer):
    """Damps negative values by a trained slope per position: (batch, ...) in and out."""

    alpha_initializer: Initializer = Zeros()
    """Draws the first slopes."""
    alpha_regularizer: Regularizer | None = None
    """Penalty on the slopes."""
    alpha_constraint: Constraint | None = None
    """Set that the slopes are kept in."""
    shared_axes: Positive | tuple[Positive, ...] | None = Field(default=None, examples=[[1, 2]])
    """Axes along which one slope serves all, counted from 1; [1, 2] for one per image channel."""

    def infer_shape(self, shape: Shape) -> Shape:
        """Return the shape, once every axis with slopes of its own is known."""
        shared = self.shared
        for axis in shared:
            if axis >= len(shape):
                raise ShapeError(
                    "G309",
                    f"axis {axis} does not exist in {show(shape)}",
                    field="shared_axes",
                    hint=f"use axes from 1 to {len(shape) - 1}",
                )
        for axis in range(1, len(shape)):
            if axis not in shared:
                self.known(shape, axis, "for its slopes")
        return shape

    @property
    def shared(self) -> tuple[int, ...]:
        """Return the axes that share their slopes."""
        if isinstance(self.shared_axes, int):
            return (self.shared_axes,)
        return self.shared_axes or ()

    def infer_weights(self, inputs: Tensors) -> tuple[Weight, ...]:
        """Return the slopes: the shape of a row, 1 along shared axes."""
        row = enumerate(inputs[0].shape[1:], start=1)
        shape = tuple(1 if axis in self.shared else extent for axis, extent in row)
        return (Weight("alpha", shape),)

    def infer_operations(self, inputs: Tensors) -> int | None:
        """Return four per element: two halves, the slope, the sum."""
        count = elements(inputs[0].shape[1:])
        return None if count is None else 4 * count


class Softmax(ActivationLayer):
    """Turns the values along an axis into shares of one: (batch, ...) in and out."""

    shorthand = "axis"

    axis: Axes = -1
    """Axis, or axes together, whose values add up to one."""

    def infer_shape(self, shape: Shape) -> Shape:
        """Return the shape, once the axes exist."""
        check_axes(self.axis, shape)
        return shape

    def infer_operations(self, inputs: Tensors) -> int | None:
        """Return five per element: largest value, difference, exponential, sum, quotient."""
        count = elements(inputs[0].shape[1:])
        return None if count is None else 5 * count
