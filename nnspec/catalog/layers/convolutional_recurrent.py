"""Convolutional recurrent layers: an LSTM whose products are convolutions; floor 2.

They take (batch, time, inner axes, channels), or channels behind the time with channels_first.
"""

from math import prod

from pydantic import Field

from nnspec.catalog.layer import Tensors
from nnspec.catalog.layers.cells import Forgetting
from nnspec.catalog.layers.recurrent import Recurrent
from nnspec.catalog.layers.spatial import AXES
from nnspec.catalog.layers.window import Stepping, Window1D, Window2D, Window3D
from nnspec.catalog.regularizers import Regularizer
from nnspec.catalog.types import Padding, Positive
from nnspec.shapes import Shape, ShapeError, Weight, elements, show


def one_step(shape: Shape) -> Shape:
    """Return the shape of a step: the time axis left out."""
    return (shape[0], *shape[2:])


class ConvLSTM(Forgetting, Recurrent, Stepping, abstract=True):
    """Convolves input and state at every step (Shi and others, 2015)."""

    shorthand = None
    consumes = ("float",)

    filters: Positive = Field(examples=[32])
    """Number of channels of the state, and of the output of each step."""
    padding: Padding = "valid"
    """What happens at the border: valid keeps whole windows only, same pads with zeros; the
    state is always padded."""
    activity_regularizer: Regularizer | None = None
    """Penalty on the output."""

    def step_output(self, shape: Shape) -> Shape:
        """Return what the convolution leaves of a step (G305 if a window does not fit)."""
        step = one_step(shape)
        self.window_channels(step)
        for name, extent in zip(AXES[self.dimensions], self.inner(step), strict=True):
            if extent is None:
                raise ShapeError(
                    "G306",
                    f"{self.keras_name} needs the number of {name} for its first state; "
                    f"it is unknown in {show(shape)}",
                )
        return self.arrange(step, self.slide(step, self.padding), self.filters)[1:]

    def state_shapes(self, shape: Shape) -> tuple[Shape, ...]:
        """Return hidden state and cell state, shaped as the output of a step."""
        inner = self.step_output(shape)
        return (inner, inner)

    def infer_weights(self, inputs: Tensors) -> tuple[Weight, ...]:
        """Return kernel, recurrent kernel (window, channels, 4 * filters) and bias."""
        channels = one_step(inputs[0].shape)[self.channel_axis]
        width = 4 * self.filters
        kernels = (
            Weight("kernel", (*self.kernel_size, channels, width)),
            Weight("recurrent_kernel", (*self.kernel_size, self.filters, width)),
        )
        return (*kernels, Weight("bias", (width,))) if self.use_bias else kernels

    def infer_operations(self, inputs: Tensors) -> int | None:
        """Return the operations of both convolutions at every position of every step."""
        shape = inputs[0].shape
        channels = one_step(shape)[self.channel_axis]
        values = elements(self.step_output(shape))
        if shape[1] is None or channels is None or values is None:
            return None
        taps = prod(self.kernel_size) * (channels + self.filters)
        return shape[1] * 4 * values * (2 * taps + int(self.use_bias) + 1)


class ConvLSTM1D(Window1D, ConvLSTM):
    """Convolutional LSTM over a series of series (Shi and others, 2015).

    (batch, time, steps, channels) in, (batch, steps, filters) out, the output of the last time;
    with return_sequences (batch, time, steps, filters).
    """

    ranks = (4,)


class ConvLSTM2D(Window2D, ConvLSTM):
    """Convolutional LSTM over a series of images (Shi and others, 2015).

    (batch, time, rows, columns, channels) in, (batch, rows, columns, filters) out, the output
    of the last time; with return_sequences (batch, time, rows, columns, filters).
    """

    ranks = (5,)


class ConvLSTM3D(Window3D, ConvLSTM):
    """Convolutional LSTM over a series of volumes (Shi and others, 2015).

    (batch, time, planes, rows, columns, channels) in, (batch, planes, rows, columns, filters)
    out, the output of the last time; with return_sequences the time axis stays.
    """

    ranks = (6,)
