"""Columns of pictures: paths in the cells to one array of bytes, or an array's own bytes."""

from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath

import numpy as np
import polars as pl

from nnspec.catalog.pictured import ImageColumn, Pictured
from nnspec.data.columns.cells import read_texts
from nnspec.data.columns.refusals import refuse
from nnspec.data.read.pictures import Failed, check_library, read_pictures
from nnspec.data.read.raw import Raw
from nnspec.data.table import Column, Values
from nnspec.diagnostics import Diagnostic, Path, Refused

MASKS = 3
"""Axes of an array of masks."""


def read_column(raw: Raw, name: str, said: Pictured, null_values: tuple[str, ...]) -> Column:
    """Return a column of pictures, uint8 of (rows, rows of pixels, columns of pixels, channels).

    Masks have no channels.

    Raises:
        Refused: D101, D102, D110 and D116 for pictures that cannot be read, D106 for cells that are
            no paths, D118 where Pillow is not installed, X103 and X104 for paths that lead outside.
    """
    cells = raw.columns[name]
    if not isinstance(cells, pl.Series):
        if isinstance(said, ImageColumn):
            return _from_bytes(name, cells, said)
        return _from_numbers(name, cells, said)
    if cells.dtype != pl.String:
        message = f'column "{name}" holds {cells.dtype}; expected paths of pictures, as texts'
        raise refuse("D106", message, path=_place(name))
    check_library()
    places = picture_files(raw, name, null_values)
    pictures = read_pictures(places, said)
    if pictures.failed:
        raise Refused([_told(name, places, pictures.failed)])
    files = np.asarray(_paths(cells, null_values), dtype=object)
    if not isinstance(said, ImageColumn):
        return Column("mask", pictures.pixels[..., 0], files=files, digest=pictures.digest)
    return Column("image", pictures.pixels, files=files, digest=pictures.digest)


def picture_files(raw: Raw, name: str, null_values: tuple[str, ...]) -> list[FilePath | None]:
    """Return the files that the cells of a column of texts name, None for missing cells.

    Raises:
        Refused: X103 and X104 for paths that lead outside.
    """
    cells = raw.columns[name]
    assert isinstance(cells, pl.Series), "arrays name no files"
    named = zip(_paths(cells, null_values), _homes(raw), strict=True)
    return [_find(raw, name, place, text, home) for place, (text, home) in enumerate(named)]


def _paths(cells: pl.Series, null_values: tuple[str, ...]) -> list[str]:
    """Return the texts of cells, "" for a missing one."""
    paths: list[str] = read_texts(cells, null_values).fill_null("").to_list()
    return paths


def _homes(raw: Raw) -> Iterator[FilePath]:
    """Yield the folder that each row's paths start from."""
    for folder, rows in raw.homes:
        yield from (folder for _ in range(rows))


def _find(raw: Raw, name: str, place: int, text: str, home: FilePath) -> FilePath | None:
    """Return the file that a cell names; None for a missing cell."""
    if not text:
        return None
    assert raw.reach is not None, "what is read from files says where they may lead"
    try:
        return raw.reach.find(text, home, _place(name))
    except Refused as refused:
        (found,) = refused.diagnostics
        message = f'column "{name}", row {place + 1}: {found.message}'
        raise refuse(found.code, message, hint=found.hint, path=_place(name)) from refused


def _told(name: str, places: list[FilePath | None], failed: Mapping[int, Failed]) -> Diagnostic:
    """Return the finding about the first picture that was not read, and how many others."""
    place, first = next(iter(failed.items()))
    file = str(places[place])
    what = first.reason if file in first.reason else f'"{file}" {first.reason}'
    more = f" (and {len(failed) - 1:,} more pictures)" if len(failed) > 1 else ""
    message = f'column "{name}", row {place + 1}: {what}{more}'
    return Diagnostic(first.code, message, hint=first.hint, path=_place(name))


def _from_bytes(name: str, values: Values, said: ImageColumn) -> Column:
    """Return pictures that an array holds already, of the size and channels that are said."""
    pixels = values[..., None] if values.ndim == 3 and said.channels == 1 else values  # noqa: PLR2004 - without channels
    wanted = (*(said.size or pixels.shape[1:3]), said.channels)
    if values.dtype != np.uint8 or pixels.shape[1:] != wanted:
        expected = ", ".join(map(str, ("rows", *wanted)))
        message = (
            f'column "{name}" is an array {values.shape} of {values.dtype}; expected bytes of '
            f"pictures, uint8 of ({expected})"
        )
        raise refuse("D106", message, path=_place(name))
    return Column("image", pixels)


def _from_numbers(name: str, values: Values, said: Pictured) -> Column:
    """Return masks that an array holds already, of the size that is said."""
    pixels = values[..., 0] if values.ndim == MASKS + 1 and values.shape[-1] == 1 else values
    sized = said.size is None or pixels.shape[1:] == said.size
    if pixels.dtype.kind not in "biu" or pixels.ndim != MASKS or not sized:
        size = said.size or ("rows", "columns")
        message = (
            f'column "{name}" is an array {values.shape} of {values.dtype}; expected whole '
            f"numbers of ({', '.join(map(str, ('masks', *size)))})"
        )
        raise refuse("D106", message, path=_place(name))
    return Column("mask", pixels)


def _place(name: str) -> Path:
    return ("data", "columns", name)
