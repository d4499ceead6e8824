"""Layers that know which axis holds the channels; floor 2."""

from typing import ClassVar

from nnspec.catalog.layer import Layer
from nnspec.catalog.types import DataFormat
from nnspec.shapes import Shape

AXES: dict[int, tuple[str, ...]] = {
    1: ("steps",),
    2: ("rows", "columns"),
    3: ("planes", "rows", "columns"),
}
"""What the inner axes of a series, an image and a volume hold."""


class Spatial(Layer, abstract=True):
    """Takes (batch, inner axes, channels), or (batch, channels, inner axes)."""

    data_format: DataFormat | None = None
    """Where the channels stand: last (channels_last, also if absent), or behind the batch."""

    dimensions: ClassVar[int]
    """Number of inner axes: 1 for series, 2 for images, 3 for volumes."""

    def arguments(self) -> dict[str, object]:
        """Return Keras' arguments; an absent data_format never falls to Keras' settings file."""
        return super().arguments() | {"data_format": self.data_format or "channels_last"}

    @property
    def channel_axis(self) -> int:
        """Return the axis of the channels."""
        return 1 if self.data_format == "channels_first" else -1

    def inner(self, shape: Shape) -> Shape:
        """Return the lengths of the axes between batch and channels."""
        return shape[2:] if self.channel_axis == 1 else shape[1:-1]

    def arrange(self, shape: Shape, inner: Shape, channels: int | None) -> Shape:
        """Return the batch of a shape with other inner axes and channels."""
        if self.channel_axis == 1:
            return (shape[0], channels, *inner)
        return (shape[0], *inner, channels)
