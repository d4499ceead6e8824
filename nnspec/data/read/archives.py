"""Reads NumPy's files, .npz and .npy: sizes are checked before anything is unpacked, no pickles."""

import lzma
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from math import prod
from pathlib import Path as FilePath
from typing import IO, Any

import numpy as np

from nnspec.catalog.sources import Npy
from nnspec.data.columns.refusals import WHOLE, refuse, unreadable
from nnspec.data.read.content import Content
from nnspec.data.table import Values

# What zipfile raises for damaged, encrypted (RuntimeError) and strangely packed members, and
# NumPy for headers that are none.
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    RuntimeError,
    ValueError,
    EOFError,
    OSError,
)
MEMBER = ".npy"
HEADER = 100_000
"""Bytes that the header of one array may take."""


Arrays = dict[str, Values]
"""Columns by name, (rows, ...) each."""


def read_npz(content: Content) -> Arrays:
    """Read an archive: each array (rows, ...) is one column, named as in the archive.

    Raises:
        Refused: D102 for a damaged archive or Python objects, D110 for arrays of different
            lengths, D116 for an archive that declares more bytes than it may.
    """
    file = content.file
    try:
        with zipfile.ZipFile(content.stream()) as archive:
            members = _checked_members(content, archive)
            arrays = {name: _read_array(file, archive, one) for name, one in members.items()}
    except DAMAGED as error:
        raise unreadable(file, f"damaged archive: {error}", WHOLE) from error
    check_lengths(file, arrays)
    return arrays


def read_npy(content: Content, said: Npy) -> Arrays:
    """Read one array: a column of the file's name, or one for each of `names`, or each field.

    Raises:
        Refused: D102 for a damaged file or Python objects, D110 for an array of another shape
            than `names` takes.
    """
    name = content.file.name.partition(".")[0]
    try:
        array = _read_stream(content.file, name, content.stream, len(content.data))
    except DAMAGED as error:
        raise unreadable(content.file, f"it is no array of NumPy, or damaged: {error}") from error
    arrays = _taken_apart(content, name, array, said)
    check_lengths(content.file, arrays)
    return arrays


def _taken_apart(content: Content, name: str, array: Values, said: Npy) -> Arrays:
    """Return the columns of one array."""
    if array.dtype.names:
        fields: Any = array
        return {field: fields[field] for field in array.dtype.names}
    if said.names is None:
        return {name: array}
    if array.ndim != 2 or array.shape[1] != len(said.names):  # noqa: PLR2004 - rows and columns
        message = (
            f'the array of "{content.file}" has shape {array.shape}; `names` gives '
            f"{len(said.names)} columns, which takes (rows, {len(said.names)})"
        )
        raise refuse("D110", message)
    return dict(zip(said.names, array.T, strict=True))


def _checked_members(content: Content, archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return the archive's arrays by name after their declared sizes are within the limit."""
    members = archive.infolist()
    file = content.file
    content.check(sum(one.file_size for one in members))
    content.check_width(len(members))
    named = {one.filename.removesuffix(MEMBER): one for one in members}
    if not members or len(named) < len(members):
        found = "holds no arrays" if not members else "names two arrays alike"
        raise unreadable(file, f"the archive {found}")
    strange = next((one.filename for one in members if not one.filename.endswith(MEMBER)), None)
    if strange is not None:
        raise unreadable(file, f'the archive holds "{strange}", no array')
    return named


def _read_array(file: FilePath, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Values:
    """Read one array after its header is found to agree with the member's size."""
    name = member.filename.removesuffix(MEMBER)
    return _read_stream(file, name, partial(archive.open, member), member.file_size)


def _read_stream(file: FilePath, name: str, opener: Callable[[], IO[bytes]], size: int) -> Values:
    """Read one array of a size in bytes, its header included."""
    with opener() as stream:
        shape, dtype = _read_header(stream)
        if dtype.hasobject:
            message = f'array "{name}" holds Python objects, which can carry code'
            raise unreadable(file, message, "save it as numbers, or as texts: array.astype(str)")
        stored, declared = size - stream.tell(), prod(shape) * dtype.itemsize
    if stored != declared:
        found = f'array "{name}" declares a size of {declared} bytes and stores {stored}'
        raise unreadable(file, found)
    with opener() as stream:
        array: Values = np.lib.format.read_array(stream, allow_pickle=False)
    if array.ndim == 0:
        raise refuse("D110", f'array "{name}" is a single value; expected one entry per row')
    if array.size == 0 and len(array):
        raise refuse("D110", f'array "{name}" has shape {array.shape}: its rows hold nothing')
    return array


def _read_header(stream: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[np.generic]]:
    """Return the shape and type that an array declares."""
    version = np.lib.format.read_magic(stream)
    if version == (1, 0):
        shape, _, dtype = np.lib.format.read_array_header_1_0(stream, max_header_size=HEADER)
    else:
        shape, _, dtype = np.lib.format.read_array_header_2_0(stream, max_header_size=HEADER)
    return shape, dtype


def check_lengths(file: FilePath, arrays: Arrays) -> None:
    """Refuse arrays of different lengths, and of none."""
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f'"{name}" {length}' for name, length in lengths.items())
        message = f'the arrays of "{file}" have different lengths: {listed} rows'
        raise refuse("D110", message, hint="save arrays with one entry for each row")
    if not any(lengths.values()):
        raise refuse("D113", f'"{file}" holds no rows')
