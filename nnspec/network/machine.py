"""Floor 5: the memory that this process may take: the machine's, or its container's if less."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

ROOT = Path("/")
UNIFIED = ("memory.max", "memory.current", "inactive_file")
OWN = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
"""Files of bound and use in version 2 and version 1 of Linux' control groups, and the entry of
`memory.stat` on what of that is no more than files read lately."""


def machine_memory(root: Path = ROOT) -> int | None:
    """Return the memory that programs here may take, in bytes; None where nothing tells.

    Args:
        root: the folder in which /proc and /sys are looked for.
    """
    bounds = [*container_bounds(root)]
    with contextlib.suppress(AttributeError, ValueError, OSError):
        bounds.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    return min(bounds, default=None)


def free_memory(root: Path = ROOT) -> int | None:
    """Return the memory that programs here may still take, in bytes; None where nothing tells.

    Args:
        root: the folder in which /proc and /sys are looked for.
    """
    left = [max(0, bound - used) for bound, used in container_groups(root)]
    lines = read_lines(root / "proc/meminfo")
    left += [int(one.split()[1]) * 1024 for one in lines if one.startswith("MemAvailable:")]
    return min(left, default=None)


def container_bounds(root: Path = ROOT) -> Iterator[int]:
    """Yield every bound on the memory of this process' control groups and those around them."""
    for bound, _ in container_groups(root):
        yield bound


def container_groups(root: Path = ROOT) -> Iterator[tuple[int, int]]:
    """Yield bound and use of the bounded control groups of this process, and those around them.

    Source: Linux, Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst.
    """
    mounted = root / "sys/fs/cgroup"
    for line in read_lines(root / "proc/self/cgroup"):
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if "memory" in controllers.split(","):
            yield from groups_above(mounted / "memory", path, OWN)
        elif number == "0":
            yield from groups_above(mounted, path, UNIFIED)


def groups_above(
    mounted: Path, path: str, names: tuple[str, str, str]
) -> Iterator[tuple[int, int]]:
    """Yield bound and use of a group and of all that hold it, up to where they are mounted.

    Within a container the path may be that of the host, where only the last of them is there.
    """
    group = mounted / path.strip("/")
    for folder in (group, *group.parents):
        if not folder.is_relative_to(mounted):
            return
        bound, used = (read_number(folder / name) for name in names[:2])
        if bound is not None:
            yield bound, max(0, (used or 0) - files_kept(folder, names[2]))


def files_kept(folder: Path, name: str) -> int:
    """Return the bytes of a group's files that are kept in memory only until it is needed."""
    fields = (line.split() for line in read_lines(folder / "memory.stat"))
    return next((int(one[1]) for one in fields if one[0] == name and one[1].isdecimal()), 0)


def read_number(file: Path) -> int | None:
    """Return the whole number that a file of the system holds; None where it holds none."""
    lines = read_lines(file)
    return int(lines[0]) if lines and lines[0].isdecimal() else None


def read_lines(file: Path) -> list[str]:
    """Return the lines of one of the system's files, none where it is not there."""
    try:
        return file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
