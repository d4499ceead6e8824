"""Floor 8, the run folder: made once, held by one process, each file checked before use."""

import shlex
import shutil
import threading
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from nnspec.diagnostics import Diagnostic, Refused, RunFailed
from nnspec.document.file import read_file
from nnspec.run.atomic import discard, publish, stage, write_atomic
from nnspec.run.claim import Claim
from nnspec.run.layout import (
    CHECKPOINTS,
    HISTORY,
    LOCK,
    MANIFEST,
    PREPROCESSING,
    PROFILE,
    SPEC,
    UNFINISHED,
    WRITTEN,
)
from nnspec.run.lock import Lock, now
from nnspec.run.manifest import (
    Artefact,
    Manifest,
    Status,
    TrainingRecord,
    checksum,
    read_manifest,
)
from nnspec.run.signals import Held

SMALL = 64 * 2**20
"""Bytes that a file of a run may have, whatever its manifest says."""
BEGUN = frozenset({SPEC, *WRITTEN, PREPROCESSING, PROFILE, CHECKPOINTS})
"""What a training goes on from."""


class RunFolder:
    """A run's files; as a context manager it gives the folder up, however the block ends."""

    def __init__(self, path: Path, manifest: Manifest, lock: Lock | None) -> None:
        """Hold a folder; `create` and `open` are the ways to one.

        Args:
            path: the folder.
            manifest: what it holds.
            lock: the lock on it, None where it is only read.
        """
        self.path = path
        self.manifest = manifest
        self._lock = lock
        self._guard = threading.RLock()
        self._told = False  # whether the block around says where the run lies
        self._made = False  # whether it was made here: what is refused leaves it not behind
        self._underway = False  # whether how it ends is to be written down

    @classmethod
    def create(cls, claim: Claim, manifest: Manifest) -> Self:
        """Begin a run in a folder that is claimed, and hold it; what an earlier one left goes.

        Args:
            claim: the claim on the folder, which is taken over.
            manifest: what is known before the run; its name becomes the folder's.

        Raises:
            RunFailed: A104, A110 where it cannot be written to.
        """
        folder = cls(claim.path, replace(manifest, name=claim.path.name), claim.take())
        folder._made = folder._underway = True
        with ExitStack() as given_up:  # a signal may be heard at the first write
            given_up.push(folder)
            _clear(claim.path)
            folder.save()
            given_up.pop_all()
        return folder

    @classmethod
    def open(cls, path: Path, *, writing: bool = False) -> Self:
        """Open the folder of a run that exists.

        Args:
            path: the folder.
            writing: whether files will be written; takes the lock, and removes what a killed
                process was writing.

        Raises:
            Refused: A102, A103.
            RunBusy: A106 where another process writes to it.
        """
        manifest = read_manifest(path)
        if not writing:
            return cls(path, manifest, None)
        try:
            lock = Lock(path, now())
        except FileNotFoundError as error:
            raise _unopened(path, error) from error
        for left in sorted(path.rglob(UNFINISHED), reverse=True):
            _remove(left)
        return cls(path, read_manifest(path), lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._lock is None:
            return
        if isinstance(error, KeyboardInterrupt | SystemExit) and not self._told:
            error.add_note(self.words())
        try:
            if isinstance(error, Refused) and self._made and not self.manifest.has_state:
                _remove(self.path)  # nothing was trained: a refusal leaves nothing behind
            elif self._underway and self.manifest.status in {"running", "trained"}:
                self._end(_status_after(error))
        except (RunFailed, OSError):
            if error is None:
                raise
        finally:
            self._lock.release()
            self._lock = None

    def write(self, name: str, content: bytes | str) -> Path:
        """Write a file of the run, atomically, with its checksum in the manifest.

        Args:
            name: the file's path within the folder, with `/`.
            content: its bytes; text is written as UTF-8.

        Raises:
            RunFailed: A104, A110; the previous file and its checksum are kept.
        """
        path = self.path / name
        data = content.encode() if isinstance(content, str) else content
        self.check_held()
        temporary = stage(path, data)
        with self._guard:
            new = Artefact(checksum(data), len(data), self._present(name))
            try:
                self._record({name: new})
            except BaseException:
                discard(temporary)
                raise
            publish(temporary, path)
            settled = {**self.manifest.artefacts, name: replace(new, before=None)}
            self.manifest = replace(self.manifest, artefacts=settled)
        return path

    def adopt(self, name: str) -> None:
        """Record the checksums of a file, or of all files of a folder, that is there already."""
        root = self.path / name
        files = sorted(one for one in root.rglob("*") if one.is_file()) if root.is_dir() else [root]
        inside = {one.relative_to(self.path).as_posix(): one for one in files}
        kept = {
            key: value
            for key, value in self.manifest.artefacts.items()
            if not key.startswith(f"{name}/")
        }
        contents = {key: one.read_bytes() for key, one in inside.items()}
        with self._guard:
            self.manifest = replace(self.manifest, artefacts=kept)
            self._record({key: Artefact(checksum(one), len(one)) for key, one in contents.items()})

    def check_held(self) -> None:
        """Check that the folder is still where it was: nothing is written into another.

        Raises:
            RunFailed: A126.
        """
        if self._lock is not None:
            self._lock.check()

    def read(self, name: str) -> bytes:
        """Return a file's bytes after comparing them with the manifest.

        Raises:
            Refused: A111 where the file is missing, A101 where it is not the one written.
        """
        recorded = self.manifest.artefacts.get(name)
        path = self.path / name
        try:
            content = read_file(path, max(SMALL, 2 * (recorded.bytes if recorded else 0)))
        except OSError as error:
            raise _unopened(path, error) from error
        if recorded is None:
            raise _missing(path, " in the manifest")
        if checksum(content) not in {recorded.sha256, recorded.before}:
            raise _damaged(path, content, recorded)
        return content

    def check(self, name: str) -> Path:
        """Return the path of a file, or of a folder of files, after comparing every checksum.

        Raises:
            Refused: A111, A101.
        """
        files = [one for one in self.manifest.artefacts if f"{one}/".startswith(f"{name}/")]
        if not files:
            raise _missing(self.path / name)
        for one in files:
            self.read(one)
        return self.path / name

    def check_undamaged(self) -> None:
        """Check every file that is there; what was removed is missed by whoever needs it.

        Raises:
            Refused: A101 for each that is not the one written.
        """
        damaged: list[Diagnostic] = []
        for name in self.manifest.artefacts:
            try:
                self.read(name)
            except Refused as refusal:
                damaged += [one for one in refusal.diagnostics if one.code == "A101"]
        if damaged:
            raise Refused(damaged)

    def update(self, manifest: Manifest) -> None:
        """Put what was learned about the run into the manifest (device, shapes of the weights)."""
        with self._guard:
            self.manifest, self._underway = manifest, True
            self.save()

    def go_on(self, manifest: Manifest) -> None:
        """Take up the training: what was concluded from an earlier end of it goes."""
        kept = {
            name: one for name, one in manifest.artefacts.items() if name.partition("/")[0] in BEGUN
        }
        again = replace(manifest, status="running", ended=None, training=None, artefacts=kept)
        self.update(again)
        for one in self.path.iterdir():
            if one.name not in {LOCK, MANIFEST, HISTORY, *BEGUN}:
                _remove(one)

    def begin_anew(self, manifest: Manifest) -> None:
        """Begin the run again, as if it had not been; its place stays held."""
        self.update(replace(manifest, name=self.path.name))
        _clear(self.path)

    def mark_trained(self, record: TrainingRecord) -> None:
        """Mark the run as trained: whatever comes, its training is not lost any more."""
        with self._guard:
            self.update(replace(self.manifest, status="trained", training=record, ended=None))

    def finish(self) -> None:
        """Mark the run as complete, with the time of its end."""
        self._end("complete")

    def stop(self) -> None:
        """Mark the run as stopped by its user."""
        self._end("stopped")

    def abandon(self) -> None:
        """Mark the run as stopped for good: another thread is about to end the process."""
        self._guard.acquire()  # nobody else writes to the folder any more
        self.stop()

    def tell(self, held: Held) -> None:
        """Have the run marked, and whoever stops it told where it lies, if a signal ends it."""
        held.last_words = self.abandon
        held.words = self.words
        self._told = True

    def words(self) -> str:
        """Return what is left of a run that was stopped, as it stands in a message."""
        if self.manifest.training is not None:
            return f"{self.path} is trained; nnspec evaluate {self.path} completes it"
        return f"nnspec train --resume {shlex.quote(str(self.path))} goes on with it"

    def save(self) -> None:
        """Write the manifest.

        Raises:
            RunFailed: A104, A110, A125, A126.
        """
        self.check_held()
        write_atomic(self.path / MANIFEST, self.manifest.encoded())

    def _end(self, status: Status) -> None:
        with self._guard:
            settled = {
                name: replace(one, before=None) if self._present(name) == one.sha256 else one
                for name, one in self.manifest.artefacts.items()
            }
            self.manifest = replace(self.manifest, status=status, ended=now(), artefacts=settled)
            self.save()

    def _present(self, name: str) -> str | None:
        """Return the checksum of the recorded file that is there, None where neither is.

        Looks at the file only where a kill may have come between its record and its rename.
        """
        recorded = self.manifest.artefacts.get(name)
        path = self.path / name
        if recorded is None or recorded.before is None:
            return recorded.sha256 if recorded else None
        found = checksum(path.read_bytes()) if path.is_file() else ""
        return found if found in {recorded.sha256, recorded.before} else None

    def _record(self, new: dict[str, Artefact]) -> None:
        previous = self.manifest
        self.manifest = replace(previous, artefacts={**previous.artefacts, **new})
        try:
            self.save()
        except RunFailed:
            self.manifest = previous
            raise


def _status_after(error: BaseException | None) -> Status:
    """Return how a run ended that was not finished: by an error, or by its user."""
    if error is None or isinstance(error, KeyboardInterrupt | SystemExit):
        return "stopped"
    return "failed"


def _clear(path: Path) -> None:
    """Remove what an unfinished run left, now that its folder is held.

    Its manifest stays until another takes its place: a folder without one is nobody's to take.
    """
    for one in path.iterdir():
        if one.name not in {LOCK, MANIFEST}:
            _remove(one)


def _remove(path: Path) -> None:
    """Remove a file, or a folder with all it holds."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _unopened(path: Path, error: OSError) -> Refused:
    """Return the refusal of a file that is not there, or is none that can be read."""
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return _missing(path)
    message = f'"{path}" cannot be read: {error.strerror or error}'
    return Refused([Diagnostic("A111", message, file=str(path))])


def _missing(path: Path, where: str = "") -> Refused:
    message = f'"{path}" is missing{where}'
    return Refused([Diagnostic("A111", message, file=str(path))])


def _damaged(path: Path, content: bytes, recorded: Artefact) -> Refused:
    message = (
        f'checksum mismatch: "{path}" has {len(content):,} bytes and SHA-256 '
        f"{checksum(content)[:16]}…; the run wrote {recorded.bytes:,} bytes and "
        f"{recorded.sha256[:16]}…"
    )
    return Refused([Diagnostic("A101", message, file=str(path))])
