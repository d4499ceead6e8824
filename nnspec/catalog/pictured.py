"""Columns of pictures: cells are paths of their files, or bytes of their pixels."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from nnspec.catalog.columns import ColumnKind
from nnspec.catalog.types import Broadcast, ValueRange

Side = Annotated[int, Field(strict=True, ge=1, le=8192)]
Extent = Annotated[tuple[Side, Side], Broadcast(2)]
"""Rows and columns of a picture, in pixels; one number for both."""


class Pictured(ColumnKind, abstract=True):
    """Cells are paths of pictures' files."""

    size: Extent | None = Field(default=None, examples=[[64, 64]])
    """Rows and columns, in pixels, that every picture is brought to. If absent they keep their
    size, which must be the same for all."""
    fit: Literal["stretch", "crop", "pad"] = "stretch"
    """How a picture of another shape is brought to `size`: `stretch` changes its proportions,
    `crop` cuts what is too much off both sides, `pad` adds black on both sides."""
    missing: Literal["error", "drop"] | None = None
    """What happens to rows without a picture: `error` or `drop`; no picture stands in for one."""


class ImageColumn(Pictured):
    """Pictures: cells are paths of their files, relative to the table's own.

    PNG, JPEG, GIF, BMP, WebP, TIFF and PNM files are read with Pillow (pip install
    'nnspec[images]'), turned upright as their EXIF says, brought to `channels`, and then to `size`
    by bilinear interpolation. Of an animated picture, or of several pages, the first counts. CMYK
    becomes RGB, of 16 bits a channel the upper 8 count, and what is transparent is put on white
    where there is no channel for it. The network reads (rows, columns, channels), from 0 for black
    to 1 for white unless `value_range` says otherwise: pictures are not standardized.

    The SavedModel takes the bytes of the pixels, uint8 of (batch, rows, columns, channels), as
    Pillow gives them: with `from PIL import Image, ImageOps`, three channels and `fit: stretch`,
    `ImageOps.exif_transpose(Image.open(path)).convert("RGB").resize((columns, rows),
    Image.Resampling.BILINEAR)`. Files are not decoded within it, since TensorFlow decodes JPEG, and
    resizes, with other roundings than Pillow; so it answers as `predict` does.
    """

    keras_name = "image"
    shorthand = "size"

    channels: Literal[1, 3, 4] = 3
    """1 for shades of grey, 3 for red, green and blue, 4 with opacity as well."""
    value_range: ValueRange = (0.0, 1.0)
    """Numbers that the darkest and the brightest value of a channel become: [0, 255] for networks
    with `include_preprocessing`, [-1, 1] for those that want 0 in the middle."""


class MaskColumn(Pictured):
    """Pictures whose pixels are classes: a target that has a class for each pixel.

    Cells are paths, as those of `image`; shades of grey and palettes are read as numbers from 0 to
    255 and stay what they are: bringing them to `size`, with the `size` and `fit` of the pictures
    that they belong to, takes the nearest pixel and none between two. Of 0 and 1, or any two
    numbers, a sigmoid for each pixel is trained; of several a softmax, by the classes that occur.
    An array column of whole numbers, (rows, columns), needs no kind to be such a target. Black,
    0, is what `pad` adds.
    """

    keras_name = "mask"
    shorthand = "size"

    channels: ClassVar[Literal[1]] = 1
