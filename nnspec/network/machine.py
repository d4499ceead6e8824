"""Floor 5: the memory that this process may take: the machine's, or its container's if less."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

ROOT = Path("/")
UNIFIED, OWN = "memory.max", "memory.limit_in_bytes"
"""Files of the bound in version 2 and version 1 of Linux' control groups."""


def machine_memory(root: Path = ROOT) -> int | None:
    """Return the memory that programs here may take, in bytes; None where nothing tells.

    Args:
        root: the folder in which /proc and /sys are looked for.
    """
    bounds = [*container_bounds(root)]
    with contextlib.suppress(AttributeError, ValueError, OSError):
        bounds.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    return min(bounds, default=None)


def container_bounds(root: Path = ROOT) -> Iterator[int]:
    """Yield every bound on the memory of this process' control groups and those around them.

    Source: Linux, Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst.
    """
    mounted = root / "sys/fs/cgroup"
    for line in read_lines(root / "proc/self/cgroup"):
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if "memory" in controllers.split(","):
            yield from bounds_above(mounted / "memory", path, OWN)
        elif number == "0":
            yield from bounds_above(mounted, path, UNIFIED)


def bounds_above(mounted: Path, path: str, name: str) -> Iterator[int]:
    """Yield the bounds of a group and of all that hold it, up to where they are mounted.

    Within a container the path may be that of the host, where only the last of them is there.
    """
    group = mounted / path.strip("/")
    for folder in (group, *group.parents):
        if not folder.is_relative_to(mounted):
            return
        for line in read_lines(folder / name):
            if line.isdecimal():
                yield int(line)


def read_lines(file: Path) -> list[str]:
    """Return the lines of one of the system's files, none where it is not there."""
    try:
        return file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
