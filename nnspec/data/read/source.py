"""Reads a source into untyped columns: opened once, hashed, and read from the hashed bytes alone.

Each format has a reader of its own; bundled sets have one too. Several files become one table.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path as FilePath

import polars as pl

from nnspec.catalog.sources import (
    Csv,
    Database,
    DuckDb,
    Excel,
    Feather,
    Folder,
    Hdf5,
    Json,
    JsonLines,
    Npy,
    Npz,
    Parquet,
    Source,
    Sqlite,
)
from nnspec.data.columns.refusals import refuse, too_large, unopened
from nnspec.data.read.archives import Arrays, read_npy, read_npz
from nnspec.data.read.arrow import read_arrow
from nnspec.data.read.bundled import read_bundled
from nnspec.data.read.content import Content
from nnspec.data.read.documents import read_json
from nnspec.data.read.duckdb import read_duckdb
from nnspec.data.read.folders import read_folder
from nnspec.data.read.hdf5 import read_hdf5
from nnspec.data.read.join import join
from nnspec.data.read.lines import read_lines
from nnspec.data.read.parquet import read_parquet
from nnspec.data.read.raw import DATA_LIMIT, Raw, ReadFile
from nnspec.data.read.reach import Reach
from nnspec.data.read.signs import PLAIN, Signs
from nnspec.data.read.sqlite import read_sqlite
from nnspec.data.read.text import read_text
from nnspec.data.read.unpack import unpack
from nnspec.data.read.workbook import read_workbook
from nnspec.data.table import Values
from nnspec.diagnostics import Diagnostic, Path, Refused
from nnspec.document.file import open_file
from nnspec.spec.formats import format_of, packing_of
from nnspec.spec.pieces import PATTERN, Given, Piece, pieces_of
from nnspec.spec.source import locate
from nnspec.spec.source_rules import unknown_format

SOURCE: Path = ("data", "source")
MOST_FILES = 10_000
"""Files that one pattern may match."""
Columns = Mapping[str, pl.Series | Values]


def read_source(
    source: Given,
    folder: FilePath,
    *,
    allow_outside: bool = False,
    limit: int = DATA_LIMIT,
    usual: Signs = PLAIN,
) -> Raw:
    """Read what `data.source` names.

    Args:
        source: `sklearn:NAME`, or files by their paths relative to `folder`.
        folder: the spec's folder.
        allow_outside: whether files outside the folder may be read.
        limit: bytes that the files may unpack to, all together.
        usual: how numbers are written where neither spec nor file says it.

    Raises:
        Refused: X103, X104, D101, D102, D103, D104, D110, D113, D114, D116, D118, D119, D121.
    """
    pieces = tuple(pieces_of(source))
    if len(pieces) == 1 and pieces[0].bundled:
        return read_bundled(pieces[0].name)
    read: list[tuple[Raw, Piece]] = []
    left = limit
    reach = Reach(folder, allow_outside)
    for piece in pieces:
        for file in find_files(piece, folder, allow_outside=allow_outside):
            if isinstance(piece.format, Folder):
                raw, size = read_folder(file, piece, reach, left)
            else:
                raw, size = read_piece(file, piece, limit=left, usual=usual)
                raw = replace(raw, homes=((file.parent, raw.rows),), reach=reach)
                raw = replace(raw, parts=((str(file), raw.rows),))
            read.append((raw, piece))
            left -= size
    return join(read)


def find_files(piece: Piece, folder: FilePath, *, allow_outside: bool) -> Iterator[FilePath]:
    """Yield the file of a piece, or those that its pattern matches where none is called so.

    Raises:
        Refused: X103, X104 for a place that may not be read, D101 for a pattern without files.
    """
    target = locate(piece.name, folder, path=piece.place, allow_outside=allow_outside)
    if PATTERN not in piece.name or target.exists():
        yield target
        return
    whole = folder.resolve() / piece.name
    found = sorted(_matching(FilePath(whole.anchor), whole.relative_to(whole.anchor).parts))
    if not found:
        message = f'no file matches "{piece.name}" in "{folder.resolve()}"'
        raise refuse("D101", message, hint=_nearby(whole, folder.resolve()), path=piece.place)
    if len(found) > MOST_FILES:
        message = f'"{piece.name}" matches {len(found):,} files; expected at most {MOST_FILES:,}'
        raise refuse("D116", message, path=piece.place)
    for one in found:
        yield locate(str(one), folder, path=piece.place, allow_outside=allow_outside)


def _nearby(whole: FilePath, folder: FilePath) -> str:
    """Return what is there of a pattern that matches nothing."""
    absent = next((one for one in whole.parents[::-1] if not one.is_dir()), None)
    if absent is not None and PATTERN not in str(absent):
        near = absent.is_relative_to(folder)
        return f'there is no folder "{absent.relative_to(folder) if near else absent}"'
    return "relative paths begin at the spec's folder, and * stands for any signs of one name"


def _matching(folder: FilePath, parts: tuple[str, ...]) -> Iterator[FilePath]:
    """Yield the files below a folder whose names match the parts of a pattern."""
    first, *others = parts
    if PATTERN not in first:
        below = [folder / first]
    else:
        form = re.compile(".*".join(map(re.escape, first.split(PATTERN))))
        try:
            names = [one for one in folder.iterdir() if form.fullmatch(one.name)]
        except OSError:
            return
        below = [one for one in names if first.startswith(".") or not one.name.startswith(".")]
    for one in below:
        if others:
            yield from _matching(one, tuple(others))
        elif one.is_file():
            yield one


def read_piece(
    file: FilePath, piece: Piece, *, limit: int = DATA_LIMIT, usual: Signs = PLAIN
) -> tuple[Raw, int]:
    """Read one file of a piece; also return its size in bytes, unpacked.

    The file is opened once: what is hashed is what is read, whatever becomes of the path
    meanwhile, and no sign of its name means anything to a library.
    """
    packing = packing_of(file.name) or packing_of(piece.name)
    try:
        said = _format(piece, file, None)
        content = read_bytes(file, limit)
        with ThreadPoolExecutor(1) as beside:  # a large file takes a while to hash
            digest = beside.submit(hashlib.sha256, content.data)
            content, inner = unpack(content, packing)
            said = _format(piece, file, inner) if inner else said
            raw = read_content(content, said, piece.place, usual)
        fingerprint = digest.result().hexdigest()
    except Refused as refused:
        # Readers place their findings at the source; of several files it is at this one.
        raise Refused(_at(one, piece.place) for one in refused.diagnostics) from refused
    sniffed = raw.files[0].sniffed if raw.files else {}
    read = ReadFile(str(file), fingerprint, sniffed)
    return replace(raw, fingerprint=fingerprint, files=(read,)), len(content.data)


def _at(finding: Diagnostic, place: Path) -> Diagnostic:
    return replace(finding, path=place) if finding.path == SOURCE else finding


def _format(piece: Piece, file: FilePath, inner: str | None) -> Source:
    """Return how a file is read: as said, or by the ending of its name."""
    if isinstance(piece.written, Source):
        return piece.written
    names = [inner] if inner else [piece.name, file.name]
    found = next((one for name in names if (one := format_of(name))), None)
    if found is None:
        written = inner or piece.written
        raise Refused([unknown_format(Piece(written, piece.place))])
    return found


def read_content(content: Content, said: Source, place: Path, usual: Signs = PLAIN) -> Raw:
    """Read the bytes of a file in its format."""
    if isinstance(said, Csv):
        table = read_text(content, said, usual)
        files = (ReadFile(str(content.file), "", table.sniffed),)
        raw = _raw(content, table.columns, table.rows, text=True)
        return replace(raw, signs=table.signs, index=table.index, files=files)
    if isinstance(said, Npz | Npy | Hdf5):
        arrays = _arrays(content, said, place)
        rows = len(next(iter(arrays.values())))
        return Raw(arrays, rows, text=False, source=str(content.file), fingerprint="")
    frame = _frame(content, said, place)
    columns: Columns = {series.name: series for series in frame}
    return _raw(content, columns, frame.height, text=isinstance(said, Database | Excel))


def _arrays(content: Content, said: Npz | Npy | Hdf5, place: Path) -> Arrays:
    """Return the arrays of a file that holds such."""
    match said:
        case Npz():
            return read_npz(content)
        case Npy():
            return read_npy(content, said)
        case _:
            return read_hdf5(content, said, place)


def _frame(content: Content, said: Source, place: Path) -> pl.DataFrame:
    """Return the rows of a file whose columns have types of their own."""
    match said:
        case Parquet():
            return read_parquet(content)
        case Feather():
            return read_arrow(content)
        case Json():
            return read_json(content)
        case JsonLines():
            return read_lines(content)
        case Sqlite():
            return read_sqlite(content, said, place)
        case DuckDb():
            return read_duckdb(content, said, place)
        case Excel():
            return read_workbook(content, said, place)
        case _:
            raise AssertionError(f"{said} has no reader")


def _raw(content: Content, columns: Columns, rows: int, *, text: bool = False) -> Raw:
    """Return the columns of a table."""
    if rows == 0:
        hint = "it takes a row for each example"
        raise refuse("D113", f'"{content.file}" holds no rows', hint=hint)
    return Raw(columns, rows, text, str(content.file), "")


def read_bytes(file: FilePath, limit: int) -> Content:
    """Return a file's bytes; refuse what is no regular file of a sane size."""
    try:
        with open_file(file) as stream:
            data = stream.read(limit + 1) or b""
    except OSError as error:
        raise unopened(file, error) from error
    if len(data) > limit:
        raise too_large(file, max(file.stat().st_size, len(data)), limit)
    return Content(file, data, limit)
