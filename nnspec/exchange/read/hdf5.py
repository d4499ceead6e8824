"""HDF5 files that Keras wrote: attributes and arrays, no link followed out of the file."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import h5py
import numpy as np

from nnspec.data.read.heaps import check_heaps
from nnspec.data.read.rooms import room_of
from nnspec.diagnostics import Diagnostic, Refused
from nnspec.document.file import open_file

# What h5py raises of damaged files: their library's errors have no class of their own.
DAMAGED = (OSError, RuntimeError, ValueError, KeyError, TypeError, OverflowError, MemoryError)
ATTRIBUTES = ("model_config", "training_config", "keras_version", "backend")
MOST_PARTS = 1_000
"""Attributes over which one long list of names may be spread."""

Array = np.ndarray[Any, Any]


@dataclass(slots=True)
class Budget:
    """How many numbers may still be read of a file.

    A file of some kilobytes may hold any number of them, and name one array many times.
    """

    left: int

    def take(self, name: str, shape: tuple[int, ...]) -> None:
        """Take the numbers of an array.

        Raises:
            Refused: D102 where they are more than are left.
        """
        self.left -= math.prod(shape)
        if self.left < 0:
            message = f"the array {name!r} of shape {shape} makes it larger than the whole network"
            raise Refused([Diagnostic("D102", message)])


@contextmanager
def opened(path: Path) -> Iterator[h5py.File]:
    """Open a file to read.

    Raises:
        Refused: D102 where it cannot be read, there or while it is open.
    """
    try:
        with open_file(path) as stream, reading(stream, path.name) as file:
            yield file
    except FileNotFoundError:
        raise Refused(
            [Diagnostic("D102", f"cannot read {path.name}: there is no such file")]
        ) from None
    except OSError as error:
        raise damaged(path.name, error) from None


@contextmanager
def reading(stream: BinaryIO, name: str) -> Iterator[h5py.File]:
    """Read an HDF5 file from a stream.

    Args:
        stream: its bytes.
        name: that of the file, for the message.

    Raises:
        Refused: D102 where it is damaged.
    """
    try:
        with h5py.File(stream, "r") as file:
            check_heaps(file, stream)
            yield file
    except DAMAGED as error:
        raise damaged(name, error) from None


def damaged(name: str, error: BaseException) -> Refused:
    """Return the refusal of a file that the library cannot read."""
    reason = (str(error).splitlines() or [""])[0][:200]
    message = f"cannot read {name}: it is no HDF5 file, or damaged ({reason})"
    return Refused([Diagnostic("D102", message)])


def text_of(group: h5py.Group, name: str) -> str:
    """Return an attribute that is a text; an empty one where it is absent."""
    value = attribute(group, name)
    if isinstance(value, bytes | np.bytes_):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else ""


def names_of(group: h5py.Group, name: str) -> list[str]:
    """Return an attribute that is a list of names, however many attributes it is spread over."""
    if name in group.attrs:
        return as_texts(attribute(group, name))
    found: list[str] = []
    for place in range(MOST_PARTS):
        part = f"{name}{place}"
        if part not in group.attrs:
            break
        found += as_texts(attribute(group, part))
    return found


def attribute(group: h5py.Group, name: str) -> Any:  # noqa: ANN401 - whatever one holds
    """Return an attribute; nothing where it is absent.

    Raises:
        ValueError: it declares more bytes than the file has.
    """
    with room_of(group.file.id.get_filesize()):
        return group.attrs.get(name)


def as_texts(value: Any) -> list[str]:  # noqa: ANN401 - whatever an attribute holds
    """Return names as texts."""
    cells = np.asarray(value).ravel().tolist()
    return [one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one) for one in cells]


def child(group: h5py.Group, name: str) -> h5py.Group | h5py.Dataset | None:
    """Return what a group holds under a path; None where it is absent, or a link leads out."""
    found: h5py.Group | h5py.Dataset = group
    for part in name.split("/"):
        if not isinstance(found, h5py.Group) or not part:
            return None
        if not isinstance(found.get(part, getlink=True), h5py.HardLink):
            return None
        found = found[part]
    return found


def group_of(group: h5py.Group, name: str) -> h5py.Group | None:
    """Return a group within a group."""
    found = child(group, name)
    return found if isinstance(found, h5py.Group) else None


def array_of(group: h5py.Group, name: str, budget: Budget) -> Array:
    """Return an array of numbers.

    Args:
        group: holds it.
        name: its path.
        budget: numbers that may still be read.

    Raises:
        Refused: D102 where it is absent, stands elsewhere, holds no numbers, or too many.
    """
    found = child(group, name)
    if not isinstance(found, h5py.Dataset) or found.is_virtual or found.external:
        raise Refused([Diagnostic("D102", f"the file holds no array {name!r} of its own")])
    if found.shape is None or found.dtype.kind not in "fiub":
        raise Refused([Diagnostic("D102", f"the array {name!r} holds no numbers")])
    budget.take(name, found.shape)
    with room_of(found.nbytes + found.file.id.get_filesize()):
        return np.asarray(found[()])
