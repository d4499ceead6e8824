"""What can be removed from a folder of runs: told first, removed only when that is asked for.

Only what nnspec itself has left is removed, and only under the run's lock; whatever else there is,
links above all, is left as it is and named.
"""

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from nnspec.diagnostics import Diagnostic, NnspecError, Refused, RunBusy
from nnspec.diagnostics.excerpt import visible
from nnspec.document import shorten
from nnspec.network.summary import show_bytes
from nnspec.pipeline.runs.record import Record, find_records, read_record
from nnspec.run.atomic import failure
from nnspec.run.claim import is_fresh
from nnspec.run.folder import RunFolder
from nnspec.run.layout import HISTORY, LOCK, MANIFEST, UNFINISHED, checkpoint_of
from nnspec.run.lock import Lock, find_holder, is_held, now
from nnspec.run.manifest import Manifest, PartRecord

REPLACED = ".*.old"
"""Names of folders that were about to be removed when a process was killed."""
MOST_FILES = 100_000
"""Files of a run beyond which it is none of ours."""
Kind = Literal["run", "copy", "beginning", "temporary", "lock"]


@dataclass(frozen=True, slots=True)
class Removal:
    """Something that can be removed, and why."""

    path: Path
    kind: Kind
    why: str
    bytes: int = 0

    @property
    def run(self) -> Path:
        """Return the run folder that it is, or lies in."""
        if self.kind in {"temporary", "lock"}:
            return next(one for one in self.path.parents if (one / MANIFEST).is_file())
        return self.path


@dataclass(frozen=True, slots=True)
class Left:
    """Something that is left as it is, and why."""

    path: Path
    why: str


@dataclass(frozen=True, slots=True)
class Cleaning:
    """What can be removed from a folder of runs, and what is left for a reason worth telling."""

    removals: tuple[Removal, ...]
    left: tuple[Left, ...]

    @property
    def bytes(self) -> int:
        """Return the bytes that removing all of it frees."""
        return sum(one.bytes for one in self.removals)


def find_removals(folder: Path, *, copies: bool = False) -> Cleaning:
    """Return what can be removed from a folder of runs; nothing is changed.

    Args:
        folder: the folder.
        copies: whether complete runs are offered that a later one equals to the bit.

    Raises:
        OSError: the folder cannot be read.
    """
    records = [one for one in find_records(folder) if one.path != folder]
    doubled = find_copies(records) if copies else {}
    removals: list[Removal] = []
    left: list[Left] = []
    for record in records:
        for one in _of_record(record, doubled.get(record.path)):
            if isinstance(one, Removal):
                removals.append(one)
            else:
                left.append(one)
    return Cleaning(tuple(removals), tuple(left))


def _of_record(record: Record, later: Path | None) -> Iterator[Removal | Left]:
    """Yield what can be removed of one folder, and what is left."""
    path = record.path
    if path.is_symlink():
        yield Left(path, "a symbolic link, which is not followed")
    elif is_held(path):
        holder = find_holder(path)
        yield Left(path, f"in use by {holder.words() if holder else 'another process'}")
    elif record.manifest is None:
        yield _beginning(path) or Left(path, record.problem or "no run")
    elif later is not None:
        yield _whole(
            record.manifest, path, "copy", f"{later.name} is the same to the bit, and later"
        )
    elif record.state not in {"complete", "trained"} and not _has_weights(path, record.manifest):
        yield _whole(record.manifest, path, "run", f"{record.state} before it had weights")
    else:
        yield from _leftovers(path)


def _beginning(path: Path) -> Removal | None:
    """Return a folder in which a run ended before its first record; None for any other."""
    try:
        begun = (path / LOCK).is_file() and not (path / LOCK).is_symlink() and is_fresh(path)
    except OSError:
        return None
    if not begun or any(one.is_symlink() or one.is_dir() for one in path.iterdir()):
        return None
    return Removal(path, "beginning", "a run that ended before it began", _size(path))


def _has_weights(path: Path, manifest: Manifest) -> bool:
    """Return whether a run has anything to go on from, whatever its manifest says of it."""
    name = PurePosixPath(checkpoint_of("last")).parts[0]
    folder = path / name
    if folder.is_symlink() or any(one.startswith(f"{name}/") for one in manifest.artefacts):
        return True
    return any(not one.is_dir() and not _is_temporary(one) for one in _entries(folder))


def _whole(manifest: Manifest, path: Path, kind: Kind, why: str) -> Removal | Left:
    """Return a run that can be removed whole; left, where something in it is not a run's own."""
    strange = _strange(manifest, path)
    if strange is not None:
        return Left(path, f"{why}, but {strange} in it is none of a run's files")
    return Removal(path, kind, why, _size(path))


def _strange(manifest: Manifest, path: Path) -> str | None:
    """Return what a run folder holds that no run wrote, None where there is nothing."""
    known = {*manifest.artefacts, MANIFEST, LOCK, HISTORY}
    above = {str(one) for name in known for one in PurePosixPath(name).parents}
    above.add(PurePosixPath(checkpoint_of("last")).parts[0])
    for count, one in enumerate(_entries(path)):
        name = one.relative_to(path).as_posix()
        if one.is_symlink() or count == MOST_FILES:
            return name
        if one.is_dir():
            if name not in above and not _is_temporary(one) and any(one.iterdir()):
                return name
        elif name not in known and not any(map(_is_temporary, (one, *_between(one, path)))):
            return name
    return None


def _between(path: Path, folder: Path) -> list[Path]:
    return [one for one in path.parents if one.is_relative_to(folder) and one != folder]


def _is_temporary(path: Path) -> bool:
    """Return whether a name is one that a killed process leaves: `.NAME.PID.tmp`."""
    number = path.name.split(".")[-2:-1]
    return (path.match(UNFINISHED) or path.match(REPLACED)) and "".join(number).isdecimal()


def _leftovers(path: Path) -> Iterator[Removal]:
    """Yield what killed processes left in a run that stays."""
    for one in _entries(path):
        inside = any(_is_temporary(above) for above in _between(one, path))
        if _is_temporary(one) and not inside and not one.is_symlink():
            yield Removal(one, "temporary", "left by a process that was killed", _size(one))
    lock = path / LOCK
    if not lock.is_symlink() and lock.is_file() and (size := lock.stat().st_size):
        yield Removal(lock, "lock", "its process has ended; the file is emptied", size)


def _entries(path: Path) -> Iterator[Path]:
    """Yield all files and folders below a folder; links are yielded and not followed."""
    for folder, folders, files in os.walk(path, followlinks=False):
        for name in sorted((*folders, *files)):
            yield Path(folder, name)


def _size(path: Path) -> int:
    """Return the bytes of a file, or of all files below a folder."""
    files = [path] if path.is_file() else [one for one in _entries(path) if not one.is_dir()]
    return sum(one.lstat().st_size for one in files)


def find_copies(records: Sequence[Record]) -> dict[Path, Path]:
    """Return complete runs that a later one equals to the bit, with that one.

    Weights and history are compared by their checksums, and the later run's files must be those
    that it wrote; a run that another one began with stays.
    """
    begun = {Path(one.run) for record in records for one in _parts(record)}
    alike: dict[tuple[str, ...], list[Path]] = {}
    for record in sorted(records, key=lambda one: (one.started, one.name), reverse=True):
        if key := _outcome(record):
            alike.setdefault(key, []).append(record.path)
    found: dict[Path, Path] = {}
    for several in alike.values():
        kept = next((one for one in several[:-1] if _is_whole(one)), None)
        if kept is not None:
            older = several[several.index(kept) + 1 :]
            found |= {one: kept for one in older if one.resolve() not in begun}
    return found


def _outcome(record: Record) -> tuple[str, ...] | None:
    """Return the checksums that say what a complete run came to, None of any other."""
    manifest = record.manifest
    if record.state != "complete" or manifest is None:
        return None
    held = [manifest.artefacts.get(one) for one in (checkpoint_of("last"), HISTORY)]
    hashes = [one.sha256 for one in held if one is not None]
    if len(hashes) < len(held):
        return None
    return (manifest.spec.sha256, manifest.data or "", *hashes)


def _is_whole(path: Path) -> bool:
    """Return whether every file of a run is the one that was written."""
    try:
        folder = RunFolder.open(path)
        for name in folder.manifest.artefacts:
            folder.read(name)
    except Refused:
        return False
    return True


def _parts(record: Record) -> Iterable[PartRecord]:
    return record.manifest.parts.values() if record.manifest else ()


def remove(removal: Removal, *, copies: bool = False) -> None:
    """Remove what can be removed, under the run's lock, if it still can be.

    Args:
        removal: what `find_removals` gave.
        copies: as it was given there.

    Raises:
        RunBusy: A106 where another process holds the folder by now.
        RunFailed: A110 where the system refuses, or where it is no longer what it was.
    """
    run = removal.run
    lock = Lock(run, now())
    try:
        _check_still(removal, copies=copies)
        if removal.kind in {"run", "copy", "beginning"}:
            shutil.rmtree(run)  # which follows no link
        elif removal.path.is_dir():
            shutil.rmtree(removal.path)
        elif removal.kind == "temporary":
            removal.path.unlink()
    except OSError as error:
        raise failure(removal.path, error, needed=0) from error
    finally:
        _release(lock)


def _check_still(removal: Removal, *, copies: bool) -> None:
    """Raise where a folder is no longer what it was, now that nobody else writes to it."""
    run = removal.run
    record = read_record(run)
    if removal.kind == "beginning":
        still = _beginning(run) is not None
    elif record.manifest is None:
        still = False
    elif removal.kind == "run":
        state_stays = record.state not in {"complete", "trained"}
        still = state_stays and not _has_weights(run, record.manifest)
        still = still and _strange(record.manifest, run) is None
    elif removal.kind == "copy":
        later = find_copies(find_records(run.parent)).get(run) if copies else None
        still = later is not None and _strange(record.manifest, run) is None
    else:
        still = not removal.path.is_symlink()
    if not still:
        message = f'"{run}" is not what it was a moment ago; nothing of it was removed'
        raise RunBusy([Diagnostic("A106", message, hint="look again", file=str(run))])


def _release(lock: Lock) -> None:
    """Give a lock up whose folder may be gone."""
    try:
        lock.release()
    except NnspecError:
        return


def show_cleaning(cleaning: Cleaning) -> str:
    """Return as text what can be removed, and what is left."""
    parts: list[str] = []
    if cleaning.removals:
        parts.append("\n".join(["can be removed", *map(_shown, cleaning.removals)]))
    if cleaning.left:
        told = [f"  {_show_path(one.path)}: {visible(one.why)}" for one in cleaning.left]
        parts.append("\n".join(["left as it is", *told]))
    return "\n\n".join(parts)


def _shown(removal: Removal) -> str:
    return f"  {_show_path(removal.path)}: {removal.why} ({show_bytes(removal.bytes)})"


def _show_path(path: Path) -> str:
    return shorten(visible(str(path)), 120)
