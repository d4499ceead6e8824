"""The runs of a folder as they stand: each is read anew only where its files have changed."""

import hashlib
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nnspec.pipeline.runs.record import Record, find_folders, read_record
from nnspec.run.layout import HISTORY, LOCK, MANIFEST, REPORT

PAUSE = 0.25
"""Seconds between two looks at the folder, however many ask."""
LIVING = frozenset({"running", "trained"})
"""States that end without a file being written, where the process is killed."""
SETTLED = frozenset({"complete", "stopped", "failed"})
"""States whose run writes its manifest anew where anything else changes."""
TELLING = ("", MANIFEST)
"""What then changes: the folder itself, and the manifest."""
READ = (*TELLING, LOCK, HISTORY, REPORT)
"""What a record is read from."""
Mark = tuple[tuple[int, int, int], ...]
"""File system's number, size and time of the files that a record is read from."""


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A run on the shelf.

    Attributes:
        key: what stands for its name in addresses, which thereby hold no name and no path.
        record: what is known of it.
        turn: the look in which it last changed.
    """

    key: str
    record: Record
    turn: int


@dataclass(frozen=True, slots=True)
class View:
    """A folder at one look.

    Attributes:
        turn: which look it was in which anything last changed; they count upwards.
        entries: its runs by their keys.
        gone: keys of runs that are no longer there -> the look that missed them.
        problem: why the folder cannot be read.
    """

    turn: int
    entries: Mapping[str, Entry]
    gone: Mapping[str, int]
    problem: str | None = None

    def since(self, turn: int) -> tuple[list[Entry], list[str]]:
        """Return the runs that changed after a look, and the keys of those that went."""
        changed = [one for one in self.entries.values() if one.turn > turn]
        return changed, [key for key, when in self.gone.items() if when > turn]


class Shelf:
    """Looks at a folder of runs, from any thread."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        """Look at a folder.

        Args:
            folder: the folder of runs, or one run alone.
            clock: the time, in seconds.
        """
        self.folder = folder
        self._clock = clock
        self._lock = threading.Lock()
        self._looked: float | None = None
        self._marks: dict[str, Mark] = {}
        # Looks of a later process count on from those of an earlier one, which pages may know.
        self._view = View(int(time.time() * 1000), {}, {})

    def look(self) -> View:
        """Return the folder as it is, at most `PAUSE` ago."""
        with self._lock:
            now = self._clock()
            if self._looked is None or now - self._looked >= PAUSE:
                self._view = self._look()
                self._looked = self._clock()
            return self._view

    def _look(self) -> View:
        before = self._view
        try:
            folders = find_folders(self.folder)
        except OSError as error:
            problem = f"the folder cannot be read: {error.strerror or error}"
            return View(before.turn, before.entries, before.gone, problem)
        turn = before.turn + 1
        entries: dict[str, Entry] = {}
        for path in folders:
            key = key_of(path.name)
            old = before.entries.get(key)
            if old is not None and self._is_same(old):
                entries[key] = old
                continue
            self._marks[key] = _mark(path)  # before it is read: what changes then is seen next
            record = read_record(path)
            entries[key] = old if old and old.record == record else Entry(key, record, turn)
        missing = [key for key in before.entries if key not in entries]
        gone = {key: one for key, one in before.gone.items() if key not in entries}
        gone |= dict.fromkeys(missing, turn)
        changed = missing or any(one.turn == turn for one in entries.values())
        return View(turn if changed else before.turn, entries, gone)

    def _is_same(self, entry: Entry) -> bool:
        """Return whether nothing tells of a change since a run was read."""
        known = self._marks[entry.key]
        if entry.record.state in SETTLED:
            return _mark(entry.record.path, TELLING) == known[: len(TELLING)]
        return not _is_doubtful(entry) and _mark(entry.record.path) == known


def key_of(name: str) -> str:
    """Return what stands for a name in an address: 16 hexadecimal digits."""
    return hashlib.sha256(os.fsencode(name)).hexdigest()[:16]


def _is_doubtful(entry: Entry) -> bool:
    """Return whether a run may have ended, or begun, without a file that tells it."""
    record = entry.record
    if record.manifest is None:
        return (record.path / LOCK).exists()
    return record.state in LIVING


def _mark(path: Path, names: Sequence[str] = READ) -> Mark:
    return tuple(_stat(path / name if name else path) for name in names)


def _stat(path: Path) -> tuple[int, int, int]:
    try:
        found = os.lstat(path)
    except (OSError, ValueError):
        return (0, 0, 0)
    return (found.st_ino, found.st_size, found.st_mtime_ns)
