"""Reads HDF5 files: the file is walked before an array is read, and no link leads out of it."""

from collections.abc import Iterator
from math import prod
from typing import Any

import h5py
import numpy as np

from nnspec.catalog.sources import Hdf5
from nnspec.data.columns.refusals import WHOLE, refuse, unreadable
from nnspec.data.read.archives import Arrays, check_lengths
from nnspec.data.read.content import Content, first_line
from nnspec.data.read.heaps import check_heaps
from nnspec.data.read.rooms import room_of
from nnspec.diagnostics import Path
from nnspec.spec.source import nearest

# What h5py raises of damaged files: their library's errors have no class of their own.
DAMAGED = (OSError, RuntimeError, ValueError, KeyError, TypeError, OverflowError)
POINTER = 16
"""Bytes that a text of open length takes beside its letters."""
LETTER = 4
"""Bytes that NumPy keeps a letter in; every text of an array takes as many as its longest."""
PANDAS = "pandas_type"
"""Attribute of a group that pandas wrote as a table."""
MODEL = "layer_names"
"""Attribute of a group of weights, as Keras writes one."""


def read_hdf5(content: Content, said: Hdf5, place: Path) -> Arrays:
    """Read the arrays of a group: each (rows, ...) is one column, called as in the file.

    An array of records is a column for each of its fields.

    Args:
        content: the file's bytes.
        said: the group whose arrays are read.
        place: where the source stands in the spec.

    Raises:
        Refused: D102 for a damaged file, D103 for a group that is not there, D110 for arrays of
            different lengths, D116 for arrays that declare more bytes than they may, D119 for
            what is neither number nor text.
    """
    try:
        with h5py.File(content.stream(), "r") as file:
            check_heaps(file, content.stream())
            group = _group(content, file, said, place)
            arrays = {name: _read(content, name, one) for name, one in _walk(content, group)}
        columns = dict(_columns(content, arrays))
    except DAMAGED as error:
        reason = f"it is no HDF5 file, or damaged: {first_line(error)}"
        raise unreadable(content.file, reason, WHOLE) from error
    content.check_width(len(columns))
    check_lengths(content.file, columns)
    return columns


def _group(content: Content, file: h5py.File, said: Hdf5, place: Path) -> h5py.Group:
    """Return the group that is named, or the file's root."""
    if said.group is None:
        return file
    found = _inside(file, said.group)
    if isinstance(found, h5py.Group):
        return found
    groups: list[str] = []
    file.visititems(lambda name, one: groups.append(name) if _is_group(one) else None)
    held = ", ".join(groups[:20]) or "none"
    message = f'"{content.file}" has no group "{said.group}"; it has {held}'
    raise refuse("D103", message, hint=nearest(said.group, tuple(groups)), path=place)


def _is_group(one: object) -> bool:
    return isinstance(one, h5py.Group)


def _inside(file: h5py.File, name: str) -> object:
    """Return what lies at a path of the file, where hard links alone lead to it."""
    found: Any = file
    for part in name.strip("/").split("/"):
        if not isinstance(found, h5py.Group) or not _is_own(found, part):
            return None
        found = found[part]
    return found


def _is_own(group: h5py.Group, name: str) -> bool:
    return isinstance(group.get(name, getlink=True), h5py.HardLink)


def _walk(content: Content, group: h5py.Group) -> Iterator[tuple[str, h5py.Dataset]]:
    """Yield the arrays of a group, after their sizes are within the limit."""
    if PANDAS in group.attrs or any(PANDAS in one.attrs for one in _groups(group)):
        hint = "save it as table.to_parquet(...), or table.to_csv(...)"
        raise unreadable(content.file, "pandas wrote it in a form of its own", hint)
    if MODEL in group.attrs or "model_weights" in group:
        hint = "a network is named under model: {file: ...}"
        raise unreadable(content.file, "it holds the weights of a network, no data", hint)
    found: dict[str, h5py.Dataset] = {}
    for name in group:
        if not _is_own(group, name):
            reason = f'"{name}" is a link; expected an array of the file itself'
            raise unreadable(content.file, reason)
        if isinstance(one := group[name], h5py.Dataset):
            _check_stored(content, name, one)
            found[name] = one
    if not found:
        groups = [name for name, _ in _named_groups(group)]
        key = f"{{hdf5: {{path: {content.file.name}, group: {groups[0]}}}}}" if groups else None
        held = f"; it has the groups {', '.join(groups[:20])}" if groups else ""
        reason = f"no arrays lie there{held}"
        raise unreadable(content.file, reason, f"write source: {key}" if key else None)
    content.check(sum(_bytes(one) for one in found.values()))
    yield from found.items()


def _groups(group: h5py.Group) -> Iterator[h5py.Group]:
    return (one for _, one in _named_groups(group))


def _named_groups(group: h5py.Group) -> Iterator[tuple[str, h5py.Group]]:
    for name in group:
        if _is_own(group, name) and isinstance(one := group[name], h5py.Group):
            yield name, one


def _bytes(one: h5py.Dataset) -> int:
    """Return the bytes that an array takes in memory, the letters of open texts aside."""
    return int(prod(one.shape or (0,)) * (one.dtype.itemsize + POINTER * one.dtype.hasobject))


def _check_stored(content: Content, name: str, one: h5py.Dataset) -> None:
    """Refuse an array whose numbers stand in other files, or that is empty or a single value."""
    if one.is_virtual or one.external:
        reason = f'the numbers of "{name}" stand in other files'
        raise unreadable(content.file, reason, "save them in this one")
    if not one.shape:
        message = f'array "{name}" is a single value; expected one entry per row'
        raise refuse("D110", message)
    if one.size == 0 and one.shape[0]:
        raise refuse("D110", f'array "{name}" has shape {one.shape}: its rows hold nothing')


def _read(content: Content, name: str, one: h5py.Dataset) -> np.ndarray[Any, Any]:
    """Return an array: numbers, texts, or records of these."""
    if not _is_plain(one.dtype):
        message = f'column "{name}" holds lists or references; expected numbers or texts'
        raise refuse("D119", message, path=("data", "columns", name))
    with room_of(_bytes(one) + content.allowed()):
        return np.asarray(one[()])


def _is_plain(dtype: np.dtype[Any]) -> bool:
    """Tell whether an array holds numbers and texts, or records of these."""
    if dtype.fields:
        return all(_is_plain(inner) for inner, *_ in dtype.fields.values())
    return not dtype.hasobject or h5py.check_string_dtype(dtype) is not None


def _columns(content: Content, arrays: Arrays) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
    """Yield the columns: an array each, or one a field of records; bytes of letters as texts."""
    for name, array in arrays.items():
        if array.dtype.names:
            records: Any = array
            for field in array.dtype.names:
                yield field, _as_text(content, field, records[field])
        else:
            yield name, _as_text(content, name, array)


def _as_text(content: Content, name: str, array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    if array.dtype != object and array.dtype.kind != "S":
        return array
    try:
        cells = [one.decode() if isinstance(one, bytes) else str(one) for one in array.ravel()]
    except UnicodeDecodeError:
        hint = "save them as texts: array.astype(str), of their right encoding"
        raise unreadable(content.file, f'texts of "{name}" are no UTF-8', hint) from None
    content.check(LETTER * len(cells) * max(map(len, cells), default=0))
    return np.array(cells, dtype=str).reshape(array.shape)
