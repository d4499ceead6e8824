"""Opens files to read: regular ones alone, without ever waiting for a writer or a device."""

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path

KINDS = (
    (stat.S_ISFIFO, "it is a pipe; expected a file"),
    (stat.S_ISSOCK, "it is a socket; expected a file"),
    (stat.S_ISCHR, "it is a device; expected a file"),
    (stat.S_ISBLK, "it is a device; expected a file"),
)
SHELL_PIPES = ("/dev/fd/", "/proc/self/fd/")
"""Where a shell puts the pipes that it opens itself; any other one may never be written to."""
STANDARD_INPUT = "/dev/stdin"


def open_file(path: Path) -> BufferedReader:
    """Open a regular file, or a pipe of the shell, to read its bytes.

    Raises:
        OSError: it is not there, may not be read, or is of another kind; `strerror` says which.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOCTTY | os.O_NONBLOCK)
    except ValueError as error:  # a NUL, or what no file system's encoding can write
        raise OSError(errno.EINVAL, f"no file can have this name ({error})", str(path)) from error
    except OSError as error:
        raise _explained(path, error) from error
    try:
        mode = os.fstat(descriptor).st_mode
        _check_kind(path, mode)
        if stat.S_ISFIFO(mode):
            os.set_blocking(descriptor, True)  # whoever writes to it may not have begun
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def read_file(path: Path, most: int) -> bytes:
    """Return the bytes of a file.

    Args:
        path: the file.
        most: bytes that it may have.

    Raises:
        OSError: as `open_file`; it has more bytes.
    """
    with open_file(path) as stream:
        content = stream.read(most + 1) or b""  # nothing where it would be waited for
    if len(content) > most:
        raise OSError(errno.EFBIG, f"it is larger than {most // 2**20} MB", str(path))
    return content


def _check_kind(path: Path, mode: int) -> None:
    """Refuse what is no regular file, by what it is."""
    if stat.S_ISREG(mode) or (stat.S_ISFIFO(mode) and _is_of_shell(str(path))):
        return
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    found = next((words for test, words in KINDS if test(mode)), "it is no file")
    raise OSError(errno.EINVAL, found, str(path))


def _is_of_shell(path: str) -> bool:
    """Tell whether a shell put a pipe there for this process."""
    return path == STANDARD_INPUT or any(
        path.startswith(one) and path[len(one) :].isdecimal() for one in SHELL_PIPES
    )


def _explained(path: Path, error: OSError) -> OSError:
    """Return the error in words that are shorter than the path, where the system has none."""
    if error.errno == errno.ENXIO:
        return OSError(errno.EINVAL, "it is a socket or a device; expected a file", str(path))
    return error
