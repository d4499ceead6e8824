"""Floor 8, the lock: one process at a time writes to a run folder.

The system's own lock on the file decides: it ends with its process, however that ends, whatever
the host is called by then. The file's text says who holds it; it is emptied on release and never
removed, since a process that waits to open a removed file would hold a lock that nobody else sees.
"""

import errno
import fcntl
import json
import os
import socket
from dataclasses import asdict, dataclass
from pathlib import Path

from nnspec.diagnostics import Diagnostic, RunBusy, RunFailed
from nnspec.run.atomic import failure
from nnspec.run.layout import LOCK


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
        """
        self.path = folder / LOCK
        self._descriptor = _opened(self.path)
        found = _holder(self._descriptor)
        if not _locked(self._descriptor):
            os.close(self._descriptor)
            raise RunBusy([_in_use(self.path, found)])
        me = Holder(os.getpid(), socket.gethostname(), started)
        self._write(json.dumps(asdict(me)))

    def release(self) -> None:
        """Give the folder up; a second call does nothing."""
        if self._descriptor < 0:
            return
        self._write("")
        os.close(self._descriptor)
        self._descriptor = -1

    def _write(self, text: str) -> None:
        try:
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, text.encode(), 0)
        except OSError as error:
            raise failure(self.path, error, needed=len(text)) from error


def _opened(path: Path) -> int:
    """Open the file of a lock; a link in its place would have another file emptied."""
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    except OSError as error:
        if error.errno == errno.ELOOP:
            message = f'"{path}" is a symbolic link, which is not followed'
            found = Diagnostic("A110", message, hint="remove it", file=str(path))
            raise RunFailed([found]) from error
        raise failure(path, error, needed=0) from error


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


def _in_use(path: Path, holder: Holder | None) -> Diagnostic:
    who = holder.words() if holder else "another process"
    message = f'the run folder "{path.parent}" is in use by {who}; nothing was written'
    hint = "wait for it, or choose another --name"
    return Diagnostic("A106", message, hint=hint, file=str(path.parent))


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
