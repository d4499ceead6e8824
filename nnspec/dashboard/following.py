"""The epochs of one run as they come: what was added to `history.csv`, or all of it anew."""

import math
import os
import stat
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from nnspec.diagnostics.excerpt import visible
from nnspec.document import shorten
from nnspec.document.file import open_file
from nnspec.run.epochs import Epochs, read_epochs
from nnspec.run.layout import HISTORY

LARGEST = 32 * 2**20
"""Bytes of a history that is drawn."""
MOST_COLUMNS = 64
LONGEST_NAME = 80
TAIL = 256
"""Bytes before the end so far by which a history is known to have gone on, not begun anew."""
EPOCH = "epoch"


@dataclass(frozen=True, slots=True)
class Growth:
    """What came to a history.

    Attributes:
        anew: whether what was told before no longer holds.
        names: the figures, without the epoch.
        rows: an epoch and its figures each, None for what is no finite number.
        problem: why nothing is told.
    """

    anew: bool
    names: tuple[str, ...] = ()
    rows: tuple[tuple[float | None, ...], ...] = ()
    problem: str | None = None


class Follower:
    """Follows the history of one run."""

    def __init__(self, run: Path) -> None:
        """Follow a run.

        Args:
            run: its folder.
        """
        self._path = run / HISTORY
        self._mark = (0, 0, 0)
        self._end = 0
        self._head = self._tail = b""
        self._epoch = -math.inf

    def look(self) -> Growth | None:
        """Return what came since the last look, None where nothing did."""
        try:
            found = os.lstat(self._path)
        except OSError:
            return self._tell(Growth(anew=True)) if self._end else None
        mark = (found.st_ino, found.st_size, found.st_mtime_ns)
        if mark == self._mark:
            return None
        self._mark = mark
        if not stat.S_ISREG(found.st_mode):
            return self._tell(Growth(anew=True, problem=f"{HISTORY} is no file"))
        if found.st_size > LARGEST:
            return self._tell(Growth(anew=True, problem=f"{HISTORY} is too large to be drawn"))
        try:
            with open_file(self._path) as stream:
                return self._read(stream)
        except OSError as error:
            problem = f"{HISTORY} cannot be read: {error.strerror or error}"
            return self._tell(Growth(anew=True, problem=problem))

    def _read(self, stream: BinaryIO) -> Growth | None:
        """Return what whole lines tell that were not told before."""
        if self._end and stream.read(len(self._head)) == self._head:
            stream.seek(self._end - len(self._tail))
            rest = stream.read(LARGEST)
            if rest.startswith(self._tail):
                return self._added(_whole(rest[len(self._tail) :]))
        stream.seek(0)
        content = _whole(stream.read(LARGEST))
        if not content:
            return self._tell(Growth(anew=True)) if self._end else None
        self._begin_anew()
        self._head = content[: content.find(b"\n") + 1]
        found = self._added(content[len(self._head) :])
        return replace(found, anew=True) if found else Growth(True, _names(read_epochs(content)))

    def _added(self, lines: bytes) -> Growth | None:
        """Return what lines behind those so far tell."""
        if not self._end:
            self._end, self._tail = len(self._head), self._head[-TAIL:]
        if not lines:
            return None
        self._end += len(lines)
        self._tail = (self._tail + lines)[-TAIL:]
        told = read_epochs(self._head + lines)
        return Growth(False, _names(told), self._rows(told))

    def _tell(self, growth: Growth) -> Growth:
        """Return that nothing which was told holds any more."""
        self._begin_anew()
        return growth

    def _begin_anew(self) -> None:
        self._end = 0
        self._head = self._tail = b""
        self._epoch = -math.inf

    def _rows(self, told: Epochs) -> tuple[tuple[float | None, ...], ...]:
        """Return lines by their epochs, which rise; lines that go back are left out."""
        at = told.names.index(EPOCH) if EPOCH in told.names else None
        rows: list[tuple[float | None, ...]] = []
        for place, row in enumerate(told.rows):
            epoch = float(place + 1) if at is None else row[at]
            if not math.isfinite(epoch) or epoch <= self._epoch:
                continue
            self._epoch = epoch
            others = [one for index, one in enumerate(row) if index != at][:MOST_COLUMNS]
            rows.append((epoch, *(one if math.isfinite(one) else None for one in others)))
        return tuple(rows)


def _whole(content: bytes) -> bytes:
    """Return the lines that are written to their end."""
    return content[: content.rfind(b"\n") + 1]


def _names(told: Epochs) -> tuple[str, ...]:
    others = [one for one in told.names if one != EPOCH][:MOST_COLUMNS]
    return tuple(shorten(visible(one), LONGEST_NAME) for one in others)
