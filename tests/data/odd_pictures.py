"""Pictures of every odd kind, as files: what cameras, scanners and damage leave behind."""

import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from PIL import Image

from nnspec.data import Table, TargetNeed, read_rows
from nnspec.diagnostics import Refused
from nnspec.spec.data import DataSection

NEEDS = {"out": TargetNeed("multiclass")}
CLASSES = ("cat", "dog", "newt")
Pixels = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]


def colours(rows: int = 6, columns: int = 4, seed: int = 0) -> Pixels:
    """Return pixels (rows, columns, 3)."""
    return np.random.default_rng(seed).integers(0, 256, (rows, columns, 3), dtype=np.uint8)


def packed(picture: Image.Image, kind: str = "PNG", **how: object) -> bytes:
    """Return a picture as the bytes of a file."""
    stream = BytesIO()
    picture.save(stream, kind, **how)
    return stream.getvalue()


def png(pixels: Pixels | None = None) -> bytes:
    """Return a plain PNG."""
    return packed(Image.fromarray(colours() if pixels is None else pixels))


def bomb(columns: int = 20_000, rows: int = 20_000) -> bytes:
    """Return a PNG whose header declares far more pixels than it holds."""
    return header(columns, rows) + chunk(b"IDAT", zlib.compress(b"\0" * 10)) + chunk(b"IEND", b"")


def header(columns: int, rows: int) -> bytes:
    """Return the beginning of a PNG of so many pixels in shades of grey."""
    declared = struct.pack(">IIBBBBB", columns, rows, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", declared)


def chunk(name: bytes, data: bytes) -> bytes:
    """Return one piece of a PNG."""
    checked = struct.pack(">I", zlib.crc32(name + data))
    return struct.pack(">I", len(data)) + name + data + checked


def turned(pixels: Pixels, orientation: int) -> bytes:
    """Return a lossless picture whose EXIF says how it is to be turned."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return packed(Image.fromarray(pixels), "PNG", exif=exif)


def deep(pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint16]]) -> bytes:
    """Return a PNG of 16 bits in shades of grey."""
    return packed(Image.fromarray(pixels))


def moving(*frames: Pixels) -> bytes:
    """Return an animated GIF."""
    first, *others = (Image.fromarray(one) for one in frames)
    return packed(first, "GIF", save_all=True, append_images=others)


def folder_of(folder: Path, files: dict[str, bytes]) -> Path:
    """Write files below a folder."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def whole(folder: Path, source: object, *, allow_outside: bool = False, **settings: Any) -> Table:
    """Return every used column of a source, in its order."""
    settings.setdefault("target", "label")
    section = DataSection.model_validate({"source": source, **settings})
    return read_rows(section, NEEDS, folder=folder, allow_outside=allow_outside).table


def zoo(folder: Path, each: int = 10, **size: int) -> Path:
    names = [f"{one}/{number:02}.png" for one in CLASSES for number in range(each)]
    drawn = {name: png(colours(seed=place, **size)) for place, name in enumerate(names)}
    return folder_of(folder, drawn)


def refused(folder: Path, source: object, **settings: Any) -> tuple[str, str, str]:
    with pytest.raises(Refused) as caught:
        whole(folder, source, **settings)
    (found,) = caught.value.diagnostics
    return found.code, found.message.replace(f"{folder}/", ""), str(found.hint)


def named(folder: Path, *paths: str | None) -> Path:
    table = pl.DataFrame({"photo": paths, "label": ["a", "b"] * (len(paths) // 2)})
    (folder / "data").mkdir(exist_ok=True)
    table.write_csv(folder / "data" / "list.csv")
    return folder
