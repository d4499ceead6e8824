"""Room in memory that a library may take while it reads a file.

libhdf5 makes room for as many bytes as a text, or a piece of an array, declares before it looks
whether the file holds them: a file of some kilobytes takes gigabytes. So the system is asked to
give the process no more than a file of its size can need.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock, active_count

try:
    import resource
except ImportError:  # no system but those of Unix keeps such limits
    resource = None  # type: ignore[assignment]

SIZES = Path("/proc/self/statm")
"""How many pages the process has, the first number of all."""
LEAST = 2**27
"""Bytes that any reading may take: libraries set aside more than they use."""
ALONE = RLock()
"""The limit is the process's own: one that set it within another's would leave it behind."""


@contextmanager
def room_of(size: int) -> Iterator[None]:
    """Let the process take no more memory than some bytes, and `LEAST`, beyond what it has.

    Where a system cannot say how much it has, nothing is limited; nor beside other threads, one of
    which may be loading TensorFlow: the limit is that of the whole process.

    Args:
        size: bytes that what is read can need.

    Raises:
        ValueError: there was no room, and Python was told so; of C's code its own error comes.
    """
    if resource is None or not SIZES.exists() or active_count() > 1:
        yield
        return
    with ALONE:
        before, most = resource.getrlimit(resource.RLIMIT_AS)
        pages = int(SIZES.read_bytes().split()[0])
        wanted = pages * resource.getpagesize() + LEAST + size
        lower = before == resource.RLIM_INFINITY or wanted < before
        resource.setrlimit(resource.RLIMIT_AS, (wanted if lower else before, most))
        try:
            yield
        except MemoryError:
            raise ValueError("it declares more bytes than it has room for") from None
        finally:
            resource.setrlimit(resource.RLIMIT_AS, (before, most))
