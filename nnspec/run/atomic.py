"""Floor 8, writing: a file is there whole, in its old or its new form, whatever happens.

The content goes to a temporary file of the same folder, is forced to the disk, takes the place of
the old file in one step, and the folder is forced to the disk as well.
"""

import contextlib
import errno
import os
import resource
import shutil
from pathlib import Path

from nnspec.diagnostics import Diagnostic, RunFailed
from nnspec.run.signals import SIGNALS

NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
"""What the system answers where a disk or a quota is exhausted."""


def write_atomic(path: Path, content: bytes) -> None:
    """Put the content in the place of the file, whole or not at all.

    Raises:
        RunFailed: A104, A125 where there is no room, A110 where writing is refused; what was
            there before is untouched.
    """
    with SIGNALS.waiting():  # so that no temporary file is left
        publish(stage(path, content), path)


def stage(path: Path, content: bytes) -> Path:
    """Write the content to a temporary file beside its place and force it to the disk.

    Returns:
        The temporary file, for `publish`.

    Raises:
        RunFailed: A104, A110; no temporary file is left.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_through(temporary, content)
    except OSError as error:
        discard(temporary)
        raise failure(path, error, needed=len(content)) from error
    except BaseException:
        discard(temporary)
        raise
    return temporary


def publish(temporary: Path, path: Path) -> None:
    """Move a staged file to its place and force the folder to the disk.

    Raises:
        RunFailed: A104, A110; what was there before is untouched.
    """
    try:
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        discard(temporary)
        raise failure(path, error, needed=0) from error


def publish_folder(temporary: Path, path: Path) -> None:
    """Move a finished folder to its place; the one that was there before is removed after that.

    Raises:
        RunFailed: A104, A110.
    """
    old = path.with_name(f".{path.name}.{os.getpid()}.old")
    try:
        for file in sorted(temporary.rglob("*")):
            _sync(file)
        _sync(temporary)
        if path.exists():
            path.rename(old)
        temporary.rename(path)
        sync_folder(path.parent)
    except OSError as error:
        raise failure(path, error, needed=0) from error
    shutil.rmtree(old, ignore_errors=True)


def discard(temporary: Path) -> None:
    """Remove a staged file that is not wanted; what cannot be removed stays."""
    with contextlib.suppress(OSError):
        temporary.unlink()


def sync_folder(folder: Path) -> None:
    """Force a folder's entries to the disk: a rename is kept only with its folder."""
    _sync(folder)


def failure(path: Path, error: OSError, *, needed: int) -> RunFailed:
    """Return what stops a run whose file could not be written.

    Args:
        path: the file.
        error: the system's answer.
        needed: size of the content, in bytes; 0 where it is not known.
    """
    if error.errno == errno.EFBIG:
        return RunFailed([too_large(path, needed)])
    if error.errno in NO_SPACE:
        return RunFailed([no_space(path, needed, quota=error.errno == errno.EDQUOT)])
    message = f'"{path}" cannot be written: {os.strerror(error.errno or 0)}'
    return RunFailed([Diagnostic("A110", message, file=str(path))])


def no_space(path: Path, needed: int, *, quota: bool = False) -> Diagnostic:
    """Return the finding that a disk, or a quota, is exhausted (A104)."""
    left = "the quota is exhausted" if quota else f"{free_bytes(path.parent):,} bytes free"
    message = (
        f'no space left for "{path}": {needed:,} bytes needed, {left}; '
        "what was there before is untouched"
    )
    return Diagnostic("A104", message, hint="free some space", file=str(path))


def too_large(path: Path, needed: int) -> Diagnostic:
    """Return the finding that a limit on the size of a file is below what is needed (A125)."""
    limit = file_limit()
    allowed = "" if limit is None else f"; at most {limit:,} are allowed"
    message = (
        f'"{path}" would be larger than a file may be here: {needed:,} bytes needed{allowed}; '
        "what was there before is untouched"
    )
    return Diagnostic("A125", message, hint="raise the limit: ulimit -f", file=str(path))


def file_limit() -> int | None:
    """Return the bytes that a file of this process may have, None where there is no limit."""
    found = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
    return None if found == resource.RLIM_INFINITY else found


def free_bytes(folder: Path) -> int:
    """Return the bytes that are free where a folder lies, or would lie."""
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    return shutil.disk_usage(there).free


def refusal(folder: Path, needed: int) -> OSError | None:
    """Return what the system answers to a file of some bytes in a folder, None where it takes it.

    Libraries that write files themselves do not always pass on why one could not be written.
    """
    probe = folder / f".probe.{os.getpid()}.tmp"
    try:
        descriptor = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            os.posix_fallocate(descriptor, 0, needed)
        finally:
            os.close(descriptor)
            discard(probe)
    except OSError as error:
        return error
    return None


def _write_through(path: Path, content: bytes) -> None:
    """Write all bytes without a buffer, so that every refusal of the system is seen here."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync(path: Path) -> None:
    """Force a file or a folder to the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
