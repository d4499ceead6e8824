"""Tensors as bytes: little-endian, row after row, texts each behind its length.

Source: Open Inference Protocol, binary tensor data extension (Triton's `extension_binary_data`).
"""

import struct

import numpy as np

from nnspec.data.table import Values
from nnspec.document import shorten
from nnspec.serving.cells import as_texts
from nnspec.serving.problem import bad

TYPES: dict[str, str] = {
    "BOOL": "?",
    "UINT8": "u1",
    "UINT16": "<u2",
    "UINT32": "<u4",
    "UINT64": "<u8",
    "INT8": "i1",
    "INT16": "<i2",
    "INT32": "<i4",
    "INT64": "<i8",
    "FP16": "<f2",
    "FP32": "<f4",
    "FP64": "<f8",
}
"""Datatype of the protocol -> NumPy's; BYTES, the texts, has none."""
TEXTS = "BYTES"
LENGTH = struct.Struct("<I")


def datatype(dtype: str) -> str:
    """Return the protocol's name of an array's type."""
    if dtype == "object":
        return TEXTS
    kind = np.dtype(dtype)
    return next(name for name, one in TYPES.items() if np.dtype(one) == kind)


def decode(data: memoryview, kind: str, count: int, name: str) -> Values:
    """Return the values of a tensor in one line.

    Raises:
        Problem: bytes that are too few or too many, or texts that are none.
    """
    if kind == TEXTS:
        return as_texts(_texts(data, count, name), name)
    found = np.dtype(TYPES[kind])
    if len(data) != count * found.itemsize:
        expected = count * found.itemsize
        raise bad(f'the input "{shorten(name)}" has {len(data):,} bytes; expected {expected:,}')
    if kind == "BOOL":
        truths: Values = np.frombuffer(data, np.uint8) != 0
        return truths
    values = np.frombuffer(data, found)
    return values.astype(np.float32) if kind == "FP16" else values


def _texts(data: memoryview, count: int, name: str) -> list[str | None]:
    """Return texts; an empty one is a missing cell, as it is in a table."""
    found: list[str | None] = []
    place = 0
    while place < len(data):
        end = place + LENGTH.size
        length = LENGTH.unpack(data[place:end])[0] if end <= len(data) else len(data)
        if end + length > len(data):
            raise bad(f'the input "{shorten(name)}" ends within a text')
        try:
            found.append(str(data[end : end + length], "utf-8"))
        except UnicodeDecodeError:
            raise bad(f'the input "{shorten(name)}" has a text that is not UTF-8') from None
        place = end + length
    if len(found) != count:
        raise bad(f'the input "{shorten(name)}" has {len(found):,} texts; expected {count:,}')
    return found


def encode(values: Values) -> bytes:
    """Return the bytes of a tensor."""
    if values.dtype != object:
        return values.astype(values.dtype.newbyteorder("<")).tobytes()
    texts = [str(one).encode() for one in values.reshape(-1).tolist()]
    return b"".join(LENGTH.pack(len(one)) + one for one in texts)
