"""The standard streams, closed or full as they may be: the work goes on, and its code is its own.

This is done before anything is opened, so it imports next to nothing.
"""

import errno
import io
import os
import select
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

    from _typeshed import ReadableBuffer

OUTPUT, ERRORS = 1, 2


class Lasting(io.RawIOBase):
    """Writes to a descriptor for as long as that takes it; what comes after is lost.

    That the output is lost is said once, on standard error.
    """

    def __init__(self, descriptor: int, lost: str | None = None) -> None:
        """Write to a descriptor.

        Args:
            descriptor: the open file.
            lost: why nothing can be written to it from the start.
        """
        super().__init__()
        self._descriptor = descriptor
        self._lost = lost
        self._said = False

    def writable(self) -> bool:
        """Return true: it takes everything."""
        return True

    def fileno(self) -> int:
        """Return the descriptor."""
        return self._descriptor

    def isatty(self) -> bool:
        """Return whether this is a terminal."""
        return os.isatty(self._descriptor)

    def write(self, data: "ReadableBuffer", /) -> int:
        """Write some of the bytes and return how many; all of them where nothing takes them."""
        while self._lost is None:
            try:
                return os.write(self._descriptor, data)
            except BlockingIOError:
                select.select([], [self._descriptor], [])
            except OSError as error:
                self._lost = error.strerror or str(error)
        self._say()
        return memoryview(data).nbytes

    def _say(self) -> None:
        if not self._said and self._descriptor == OUTPUT:
            self._said = True
            sys.stderr.write(f"nnspec: standard output is lost from here on: {self._lost}\n")


def prepare_streams() -> None:
    """Put streams that never fail in the place of standard output and standard error.

    A stream that was closed when the program began is the null device, so that no file that is
    opened later takes its number, and what libraries print.
    """
    closed = {number for number in range(ERRORS + 1) if not is_open(number)}
    for number in sorted(closed):
        mode = os.O_WRONLY if number else os.O_RDONLY
        descriptor = os.open(os.devnull, mode)
        assert descriptor == number, "the lowest free number is given"
        os.set_inheritable(descriptor, True)
    if 0 in closed:
        sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    reason = os.strerror(errno.EBADF)
    sys.stdout = lasting(sys.stdout, OUTPUT, reason if OUTPUT in closed else None)
    sys.stderr = lasting(sys.stderr, ERRORS, reason if ERRORS in closed else None)


def lasting(before: "TextIO | None", descriptor: int, lost: str | None = None) -> "TextIO":
    """Return a stream of texts to a descriptor, in the encoding of the one before it.

    What the encoding does not have, undecodable names of files among it, is written as an escape.
    """
    errors = getattr(before, "errors", None) or "strict"
    return io.TextIOWrapper(
        io.BufferedWriter(Lasting(descriptor, lost)),
        encoding=getattr(before, "encoding", None) or "utf-8",
        errors="backslashreplace" if errors == "strict" else errors,
        line_buffering=descriptor != OUTPUT or os.isatty(descriptor),
    )


def is_open(descriptor: int) -> bool:
    """Tell whether a descriptor is open."""
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True
