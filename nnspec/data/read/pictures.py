"""Decodes pictures with Pillow, on every core: bytes of files to one array of bytes."""

import hashlib
import os
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

import numpy as np

from nnspec.catalog.pictured import ImageColumn, Pictured
from nnspec.data.columns.refusals import refuse, unopened
from nnspec.data.read.content import first_line
from nnspec.data.read.raw import DATA_LIMIT
from nnspec.data.table import Values
from nnspec.document.file import read_file

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "PPM")
"""Kinds of files that are decoded, by Pillow's names; no other of its decoders is reached. JPEG
holds MPO, several of them in a file, as telephones write it."""
MOST_PIXELS = 89_000_000
"""Pixels of a picture, from which on Pillow itself warns of bombs."""
MOST_BYTES = 512 * 2**20
"""Bytes of one picture's file."""
PLAIN = frozenset(("1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr"))
"""Pillow's kinds of pixels that have 8 bits a channel."""
DEEP = frozenset(("I;16", "I;16L", "I;16B", "I;16N"))
"""Those that have 16."""
LARGE = 128
"""Rows and columns up to which a size is offered."""
GREY = frozenset(("1", "L", "LA", "La", "I", *DEEP))
"""Kinds of pixels without colours."""
WIDE = "I"
"""What Pillow reads 16 bits of a PGM into."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Why a picture was not read.

    Attributes:
        reason: in words; the file's name stands before it, unless it is in them.
    """

    code: str
    reason: str
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """What a picture's header says: rows and columns, in pixels, and whether it has no colours."""

    rows: int
    columns: int
    grey: bool


Read = tuple[Values, bytes] | Failed
"""The pixels (rows, columns, channels) and the file's SHA-256, or why there are none."""


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """Decoded pictures.

    Attributes:
        pixels: (pictures, rows, columns, channels), uint8.
        digest: SHA-256 of their files, hexadecimal.
        failed: what was not read, by its place, in their order.
    """

    pixels: Values
    digest: str
    failed: dict[int, Failed]


def read_pictures(files: Sequence[FilePath | None], said: Pictured) -> Pictures:
    """Return pictures in one array.

    Args:
        files: their files; None for one that is missing, which is black.
        said: size, channels and how pictures are brought to them.

    Raises:
        Refused: D116 for more bytes of pixels than may be held.
    """
    pixels: Values | None = None
    digest, failed = hashlib.sha256(), dict[int, Failed]()
    with warnings.catch_warnings():
        # Pillow warns of what it reads all the same: broken EXIF, odd palettes.
        warnings.simplefilter("ignore")
        for place, read in enumerate(_in_threads(files, said)):
            if read is None:
                continue
            if isinstance(read, Failed):
                failed[place] = read
                continue
            if pixels is None:
                pixels = _room(len(files), read[0].shape)
            if read[0].shape == pixels.shape[1:]:
                pixels[place] = read[0]
            else:
                failed[place] = _of_another_size(read[0].shape, pixels.shape[1:])
            digest.update(read[1])
    if pixels is None:
        channels = said.channels if isinstance(said, ImageColumn) else 1
        pixels = np.zeros((len(files), 1, 1, channels), np.uint8)
    return Pictures(pixels, digest.hexdigest(), failed)


def _room(count: int, shape: tuple[int, ...]) -> Values:
    """Return black pictures, (count, *shape); refuse more than memory is meant for (D116)."""
    whole = count * int(np.prod(shape))
    if whole > DATA_LIMIT:
        message = (
            f"{count:,} pictures of {shape[0]} x {shape[1]} pixels and {shape[2]} channels take "
            f"{whole / 2**30:.1f} GiB; the limit is {DATA_LIMIT / 2**30:.0f} GiB"
        )
        raise refuse("D116", message, hint="bring them to a smaller size: image: {size: [64, 64]}")
    return np.zeros((count, *shape), np.uint8)


def _of_another_size(found: tuple[int, ...], first: tuple[int, ...]) -> Failed:
    """Return the words for a picture that is not as large as the first."""
    rows, columns = first[:2]
    reason = f"has {found[0]} x {found[1]} pixels (rows x columns), and others {rows} x {columns}"
    size = f"[{min(rows, LARGE)}, {min(columns, LARGE)}]"
    return Failed("D110", reason, f"say what size all are brought to: image: {{size: {size}}}")


def _in_threads(files: Sequence[FilePath | None], said: Pictured) -> Iterator[Read | None]:
    """Yield what each file gives, in their order; Pillow lets other threads run meanwhile."""
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        yield from pool.map(partial(read_picture, said=said), files)


def read_picture(file: FilePath | None, said: Pictured) -> Read | None:
    """Return a picture's pixels and its file's SHA-256, or why there are none."""
    if file is None:
        return None
    try:
        data = read_file(file, MOST_BYTES)
    except OSError as error:
        (found,) = unopened(file, error).diagnostics
        return Failed(found.code, found.message, found.hint)
    try:
        return decode(data, said), hashlib.sha256(data).digest()
    except Undecoded as error:
        return error.failed
    except Exception as error:  # noqa: BLE001 - within Pillow a damaged file may end in any
        return Failed("D102", f"cannot be read: it is damaged ({first_line(error)})")


class Undecoded(Exception):
    """A picture that is refused for what it is."""

    def __init__(self, failed: Failed) -> None:
        super().__init__(failed.reason)
        self.failed = failed


def decode(data: bytes, said: Pictured) -> Values:
    """Return a picture's pixels, (rows, columns, channels), uint8.

    Raises:
        Undecoded: it is no picture, too large, or of a kind of pixels that has no bytes.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415 - an extra

    try:
        opened = Image.open(BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError as error:
        reason = "is no picture, or a damaged one; expected PNG, JPEG, GIF, BMP, WebP, TIFF or PNM"
        raise Undecoded(Failed("D102", reason)) from error
    except Image.DecompressionBombError as error:
        raise Undecoded(Failed("D116", f"has more than {MOST_PIXELS:,} pixels")) from error
    with opened:
        columns, rows = opened.size
        if rows * columns > MOST_PIXELS:
            reason = f"has {rows:,} x {columns:,} pixels; expected at most {MOST_PIXELS:,}"
            raise Undecoded(Failed("D116", reason, "save it smaller"))
        upright = ImageOps.exif_transpose(opened)
        wide = opened.format == "PPM" and opened.mode == WIDE
        if isinstance(said, ImageColumn):
            plain = eight_bits(upright) if wide or opened.mode in DEEP else upright
            picture = in_channels(plain, said.channels)
        else:
            picture = numbered(upright)
    if said.size is not None:
        picture = brought(picture, said)
    pixels: Values = np.asarray(picture, np.uint8)
    return pixels[..., None] if pixels.ndim == 2 else pixels  # noqa: PLR2004 - shades of grey


def eight_bits(picture: "Image") -> "Image":
    """Return a grey picture of 16 bits by the upper 8."""
    from PIL import Image  # noqa: PLC0415

    return Image.fromarray((np.asarray(picture).astype(np.uint16) >> 8).astype(np.uint8))


def in_channels(picture: "Image", channels: int) -> "Image":
    """Return a picture in shades of grey, in colours, or in colours with opacity.

    Raises:
        Undecoded: its pixels have more than 8 bits a channel, or are no colours of a screen.
    """
    from PIL import Image  # noqa: PLC0415

    if picture.mode not in PLAIN:
        reason = f"has pixels of the kind {picture.mode}, which have no 8 bits a channel"
        raise Undecoded(Failed("D102", reason, "save it as an 8-bit PNG"))
    if channels == 4:  # noqa: PLR2004 - with opacity
        return picture.convert("RGBA")
    if picture.has_transparency_data:
        clear = picture.convert("RGBA")
        white = Image.new("RGBA", clear.size, "white")
        picture = Image.alpha_composite(white, clear)
    return picture.convert("L" if channels == 1 else "RGB")


def numbered(picture: "Image") -> "Image":
    """Return a mask by the numbers of its pixels: shades of grey, or places in its palette.

    Raises:
        Undecoded: its pixels are colours, or of more than 8 bits.
    """
    if picture.mode not in {"1", "L", "P"}:
        reason = f"has pixels of the kind {picture.mode}; a mask has one number from 0 to 255 each"
        raise Undecoded(Failed("D102", reason, "save it as an 8-bit PNG, grey or with a palette"))
    from PIL import Image  # noqa: PLC0415

    return Image.fromarray(np.asarray(picture, np.uint8))


def brought(picture: "Image", said: Pictured) -> "Image":
    """Return a picture of the size that is said."""
    from PIL import Image, ImageOps  # noqa: PLC0415

    assert said.size is not None, "others keep their size"
    rows, columns = said.size
    smooth = isinstance(said, ImageColumn)
    way = Image.Resampling.BILINEAR if smooth else Image.Resampling.NEAREST
    match said.fit:
        case "stretch":
            return picture.resize((columns, rows), way)
        case "crop":
            return ImageOps.fit(picture, (columns, rows), way)
        case "pad":
            return ImageOps.pad(picture, (columns, rows), way)


def measure_pictures(files: Sequence[FilePath]) -> list[Header]:
    """Return the size and colours of pictures by their headers, of those that have one."""
    from PIL import Image  # noqa: PLC0415 - an extra

    headers: list[Header] = []
    for file in files:
        try:
            with file.open("rb") as stream, Image.open(stream, formats=FORMATS) as opened:
                columns, rows = opened.size
                headers.append(Header(rows, columns, opened.mode in GREY))
        except (OSError, Image.DecompressionBombError, SyntaxError, ValueError):
            continue
    return headers


def check_library() -> None:
    """Refuse pictures where Pillow is not installed (D118)."""
    if find_spec("PIL") is None:
        message = "pictures take the package Pillow to read, which is not installed"
        raise refuse("D118", message, hint="pip install 'nnspec[images]'")
