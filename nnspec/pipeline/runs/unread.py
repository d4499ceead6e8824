"""Data that is not read: what can be said of it by the hashes of its files alone."""

import hashlib
import json
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from nnspec.catalog.pictured import ImageColumn
from nnspec.catalog.sources import Csv, Folder, JsonLines
from nnspec.diagnostics import Refused
from nnspec.document.file import open_file, read_file
from nnspec.pipeline.runs.record import Record
from nnspec.run.layout import PREPROCESSING
from nnspec.spec.builtin import BUNDLED_SETS
from nnspec.spec.data import DataSection
from nnspec.spec.formats import packing_of
from nnspec.spec.pieces import PATTERN, Piece, pieces_of
from nnspec.spec.source import BUNDLED, locate

Likeness = Literal["same", "changed", "not told"]
CHUNK = 2**20
LARGEST_COUNTED = 2**30
"""Bytes of a text table whose lines are counted."""
LARGEST_FITTED = 64 * 2**20
"""Bytes of a run's preprocessing that is looked into."""


class Unread:
    """The data of a spec, of which nothing but hashes and lines is looked at."""

    def __init__(self, section: DataSection, folder: Path, *, allow_outside: bool = False) -> None:
        """Look at the data of a spec.

        Args:
            section: the spec's data section.
            folder: the spec's folder.
            allow_outside: whether files outside the folder may be read.
        """
        self._pieces = tuple(pieces_of(section.source))
        self._folder = folder
        self._allow_outside = allow_outside
        self._hashes: tuple[str, ...] | None = None
        self._pictures = any(isinstance(one, ImageColumn) for one in section.columns.values())

    def like(self, record: Record) -> Likeness:
        """Return whether the data is that of a run, as far as the hashes of its files tell."""
        if record.manifest is None:
            return "not told"
        if self._pieces[0].bundled:
            return _same_library(record.manifest.versions.get("sklearn"))
        if not self._alone:
            return "not told"
        recorded = _recorded(record)
        if recorded is None:
            return "not told"
        if self._hashes is None:
            self._hashes = tuple(_hash(file) for file in self.files())
        return "same" if self._hashes == recorded else "changed"

    def files(self) -> list[Path]:
        """Return the files of the source, none of a bundled set, a folder or a pattern.

        Raises:
            Refused: X103, X104 for a place that may not be read.
        """
        if not self._alone:
            return []
        return [
            locate(one.name, self._folder, path=one.place, allow_outside=self._allow_outside)
            for one in self._pieces
        ]

    def bytes(self) -> int | None:
        """Return the bytes of all files, None where they are not told."""
        try:
            sizes = [one.stat().st_size for one in self.files()]
        except (OSError, Refused):
            return None
        return sum(sizes) or None

    def rows(self) -> int | None:
        """Return about how many rows there are: of a text table its lines; None: not told."""
        first = self._pieces[0]
        if first.bundled:
            known = BUNDLED_SETS.get(first.name.removeprefix(BUNDLED))
            return known.rows if known else None
        if not self._alone or not all(_has_lines(one) for one in self._pieces):
            return None
        try:
            return sum(_lines(one) for one in self.files())
        except (OSError, Refused):
            return None

    @property
    def _alone(self) -> bool:
        """Return whether the files are known without a look into folders."""
        plain = not any(
            one.bundled or PATTERN in one.name or isinstance(one.format, Folder)
            for one in self._pieces
        )
        return plain and not self._pictures


def _same_library(recorded: str | None) -> Likeness:
    """Return whether a bundled set is that of a run: it comes with its library's version."""
    try:
        here = version("scikit-learn")
    except PackageNotFoundError:
        return "not told"
    return "same" if here == recorded else "not told"


def _recorded(record: Record) -> tuple[str, ...] | None:
    """Return the hashes of the files that a run read, None where it does not tell them."""
    try:
        document = json.loads(read_file(record.path / PREPROCESSING, LARGEST_FITTED))
        hashes = tuple(str(one["sha256"]) for one in document["files"])
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None
    return hashes if all(len(one) == hashlib.sha256().digest_size * 2 for one in hashes) else None


def _hash(file: Path) -> str:
    """Return the SHA-256 of a file, empty where it cannot be read."""
    try:
        with open_file(file) as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def _has_lines(piece: Piece) -> bool:
    return isinstance(piece.format, Csv | JsonLines) and packing_of(piece.name) is None


def _lines(file: Path) -> int:
    """Return the lines of a text table but the first, up to a bound on its size."""
    count = read = 0
    with open_file(file) as stream:
        while (block := stream.read(CHUNK)) and read < LARGEST_COUNTED:
            count += block.count(b"\n")
            read += len(block)
    return max(1, count - 1)


def installed(names: Sequence[str]) -> dict[str, str]:
    """Return the versions of libraries that are installed, without importing them."""
    found: dict[str, str] = {}
    for name in names:
        try:
            found[name] = version(PACKAGES.get(name, name))
        except PackageNotFoundError:
            continue
    return found


PACKAGES = {"sklearn": "scikit-learn"}
"""Module -> the package that it comes with, where they are called differently."""
