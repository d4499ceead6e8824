"""The heaps of an HDF5 file, in which texts of any length lie.

Its library walks the objects of a heap by the sizes that they declare. One that declares none is
walked for ever, within a call that nothing interrupts; so each heap is walked here before.

Source: HDF5 File Format Specification 3.0, III.E, Global Heap.
"""

from mmap import ACCESS_READ, mmap
from typing import BinaryIO

import h5py

HEAP = b"GCOL\x01\0\0\0"
"""How one begins: signature, version, and three bytes of nothing."""
ALIGNED = 8
WORD, HALF = 2**64, 2**63
"""The library counts in words of so many values: what is more than half of them leads back."""


def check_heaps(file: h5py.File, stream: BinaryIO) -> None:
    """Walk the heaps of an open file.

    Args:
        file: it, of which nothing was read yet.
        stream: its bytes.

    Raises:
        ValueError: an object is of no size, or there are more than the file has room for.
    """
    _, size = file.id.get_create_plist().get_sizes()
    try:
        with mmap(stream.fileno(), 0, access=ACCESS_READ) as content:
            check_objects(content, size)
    except OSError:  # it lies in memory
        place = stream.seek(0)
        check_objects(stream.read(), size)
        stream.seek(place)


def check_objects(content: bytes | mmap, size: int) -> None:
    """Walk the objects of all heaps.

    Args:
        content: the file's bytes.
        size: bytes in which it writes a length.

    Raises:
        ValueError: as `check_heaps`.
    """
    room, begin = len(content) // ALIGNED, content.find(HEAP)
    while begin >= 0:
        room -= _count(content, begin, size, room)
        begin = content.find(HEAP, begin + 1)


def _count(content: bytes | mmap, begin: int, size: int, most: int) -> int:
    """Return how many objects a heap has."""
    head = _aligned(len(HEAP) + size)  # an object's own head is as long as the heap's
    declared = _number(content, begin + len(HEAP), size)
    end, place, count = min(begin + declared, len(content)), begin + head, 0
    while place + head <= end:
        index, taken = _number(content, place, 2), _number(content, place + ALIGNED, size)
        # Free space, which has the number 0, counts its head.
        step = (taken if index == 0 else head + _aligned(taken)) % WORD
        count += 1
        if not 0 < step < HALF or count > most:
            raise ValueError("a heap has no end")
        place += step
    return count


def _number(content: bytes | mmap, place: int, size: int) -> int:
    return int.from_bytes(content[place : place + size], "little")


def _aligned(size: int) -> int:
    return -(-size // ALIGNED) * ALIGNED
