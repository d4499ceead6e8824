"""Floor 8, the lock: one process at a time writes to a run folder.

The system's own lock on the file decides: it ends with its process, however that ends, whatever
the host is called by then. The file's text says who holds it; it is emptied on release and never
removed, since a process that waits to open a removed file would hold a lock that nobody else sees.
"""

import contextlib
import errno
import fcntl
import json
import os
import socket
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from nnspec.diagnostics import Diagnostic, Refused, RunBusy, RunFailed
from nnspec.run.atomic import failure
from nnspec.run.layout import LOCK

NAMING, GLANCE = 0.2, 0.005
"""Seconds in which whoever has taken a lock writes its name, and between two looks at it."""


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that writes to a run folder."""

    pid: int
    host: str
    started: str

    def words(self) -> str:
        """Return the holder as it stands in a message."""
        return f"pid {self.pid} on {self.host}, since {self.started}"


class Lock:
    """A held lock on a run folder; `release` or the end of the process gives it up."""

    def __init__(self, folder: Path, started: str) -> None:
        """Take the lock of a folder.

        Args:
            folder: the run folder.
            started: the time of now, for whoever finds the folder in use.

        Raises:
            RunBusy: A106 where another process holds it.
            Refused: A110 where it cannot be written to.
            FileNotFoundError: the folder is not there.
        """
        self.path = folder / LOCK
        self._descriptor = _taken(self.path)
        me = Holder(os.getpid(), socket.gethostname(), started)
        try:
            self._write(json.dumps(asdict(me)))
        except OSError as error:
            os.close(self._descriptor)
            raise Refused(failure(self.path, error, needed=0).diagnostics) from error

    def check(self) -> None:
        """Check that the folder is still the one that is held.

        Raises:
            RunFailed: A126 where it was removed, or another lies in its place.
        """
        if not _is_at(self.path, self._descriptor):
            raise RunFailed([_gone(self.path)])

    def release(self) -> None:
        """Give the folder up; a second call does nothing."""
        if self._descriptor < 0:
            return
        with contextlib.suppress(OSError):  # the lock ends with its descriptor in any case
            self._write("")
        os.close(self._descriptor)
        self._descriptor = -1

    def _write(self, text: str) -> None:
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, text.encode(), 0)


def _taken(path: Path) -> int:
    """Return the descriptor of a file that is locked, and still at its place once it is.

    Whoever gives up a folder that holds nothing removes the file, which another may have opened.
    """
    while True:
        descriptor = _opened(path)
        if not _locked(descriptor):
            found = _living(descriptor)
            os.close(descriptor)
            raise RunBusy([_in_use(path, found)])
        if _is_at(path, descriptor):
            return descriptor
        os.close(descriptor)


def _is_at(path: Path, descriptor: int) -> bool:
    """Return whether the file that is open is the one at a path."""
    held = os.fstat(descriptor)
    try:
        found = path.lstat()
    except OSError:
        return False
    return (found.st_dev, found.st_ino) == (held.st_dev, held.st_ino)


def _opened(path: Path) -> int:
    """Open the file of a lock; a link in its place would have another file emptied."""
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno == errno.ELOOP:
            message = f'"{path}" is a symbolic link, which is not followed'
            found = Diagnostic("A110", message, hint="remove it", file=str(path))
            raise Refused([found]) from error
        raise Refused(failure(path, error, needed=0).diagnostics) from error


def _locked(descriptor: int) -> bool:
    """Take the system's lock; tell whether it was free."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(descriptor: int) -> Holder | None:
    """Return who the file names, None where it is empty or being written."""
    try:
        return Holder(**json.loads(os.pread(descriptor, 4096, 0)))
    except (ValueError, TypeError):
        return None


def _living(descriptor: int) -> Holder | None:
    """Return who holds the lock; whoever has just taken it is about to write its name.

    Until then the text is empty, or that of a process which was killed.
    """
    last = time.monotonic() + NAMING
    while True:
        found = _holder(descriptor)
        if (found is not None and not _is_dead(found)) or time.monotonic() > last:
            return found
        time.sleep(GLANCE)


def _is_dead(holder: Holder) -> bool:
    """Return whether a process of this host is gone."""
    if holder.host != socket.gethostname():
        return False
    try:
        os.kill(holder.pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _in_use(path: Path, holder: Holder | None) -> Diagnostic:
    who = holder.words() if holder else "another process"
    message = f'the run folder "{path.parent}" is in use by {who}; nothing was written'
    hint = "wait for it, or choose another --name"
    return Diagnostic("A106", message, hint=hint, file=str(path.parent))


def _gone(path: Path) -> Diagnostic:
    message = (
        f'the run folder "{path.parent}" was removed, moved or replaced while the run wrote to it; '
        "nothing more is written"
    )
    return Diagnostic("A126", message, file=str(path.parent))


def is_held(folder: Path) -> bool:
    """Return whether a process writes to a run folder at this moment; nothing is changed.

    The lock is asked for as readers may share it, and given back at once.
    """
    try:
        flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
        descriptor = os.open(folder / LOCK, flags)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    else:
        return False
    finally:
        os.close(descriptor)


def find_holder(folder: Path) -> Holder | None:
    """Return the process that writes to a run folder at this moment, None where none does."""
    if not is_held(folder):
        return None
    try:
        descriptor = os.open(folder / LOCK, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        return _holder(descriptor)
    finally:
        os.close(descriptor)


def now() -> str:
    """Return the present time, in universal time, to the second."""
    return datetime.now(tz=UTC).isoformat(timespec="seconds")
