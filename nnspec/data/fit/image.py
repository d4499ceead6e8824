"""What is fitted of a column of pictures: their shape; nothing is learned from the rows."""

from typing import ClassVar, Literal

from nnspec.catalog.pictured import ImageColumn
from nnspec.data.fit.frozen import Fitted
from nnspec.data.table import Column
from nnspec.spec.data import DataSection


class ImageFit(Fitted):
    """Pictures: bytes of pixels, brought from 0 and 255 to two numbers."""

    kind: Literal["image"] = "image"
    shape: tuple[int, ...]
    """Rows, columns and channels of a picture."""
    sized: bool
    """Whether pictures of other sizes are brought to this one, or refused."""
    fit: Literal["stretch", "crop", "pad"]
    """How they are brought to it."""
    value_range: tuple[float, float]
    """Numbers that 0 and 255 become."""
    fill: ClassVar[None] = None
    indicator: ClassVar[bool] = False
    width: ClassVar[int] = 1

    @property
    def said(self) -> ImageColumn:
        """Return how new pictures are read."""
        rows, columns, channels = self.shape
        size = (rows, columns) if self.sized else None
        return ImageColumn.model_validate({"size": size, "channels": channels, "fit": self.fit})

    @property
    def shift(self) -> float:
        """Return the byte that becomes 0."""
        return -self.value_range[0] * self.scale

    @property
    def scale(self) -> float:
        """Return how many bytes apart two numbers are that differ by 1."""
        return 255 / (self.value_range[1] - self.value_range[0])


def fit_image(name: str, column: Column, section: DataSection) -> ImageFit:
    """Return how a column of pictures is read and scaled."""
    said = section.columns.get(name)
    described = said if isinstance(said, ImageColumn) else ImageColumn()
    return ImageFit(
        shape=column.shape,
        sized=described.size is not None,
        fit=described.fit,
        value_range=described.value_range,
    )
