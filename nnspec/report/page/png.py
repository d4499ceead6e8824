"""Floor 8, small pictures as PNG: grey or in three colours, 8 bits each.

Source: PNG specification (third edition), chunks IHDR, IDAT and IEND, filter 0.
"""

import base64
import struct
import zlib

import numpy as np
from numpy.typing import NDArray

SIDE = 48
"""Pixels of the longer side; larger pictures keep every so manieth one."""
SIGNATURE = b"\x89PNG\r\n\x1a\n"
GREY, COLOURED = 0, 2
THREE = 3


def encode_png(pixels: NDArray[np.uint8]) -> bytes:
    """Return pixels, (rows, columns) or (rows, columns, 3), as the bytes of a PNG."""
    height, width = pixels.shape[:2]
    kind = COLOURED if pixels.ndim == THREE else GREY
    lines = pixels.reshape(height, -1)
    packed = np.zeros((height, lines.shape[1] + 1), np.uint8)
    packed[:, 1:] = lines
    head = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    body = zlib.compress(packed.tobytes(), 9)
    chunks = ((b"IHDR", head), (b"IDAT", body), (b"IEND", b""))
    return SIGNATURE + b"".join(_chunk(name, content) for name, content in chunks)


def as_picture(values: NDArray[np.generic], low: float, high: float) -> str | None:
    """Return an array as a small PNG in base64; None where it is no picture.

    Args:
        values: (rows, columns), (rows, columns, 1) or (rows, columns, 3).
        low: what is black.
        high: what is white.
    """
    array = values[..., 0] if values.ndim == THREE and values.shape[-1] == 1 else values
    if array.ndim == THREE and array.shape[-1] != THREE:
        return None
    if array.ndim not in {2, THREE} or min(array.shape[:2]) < 2:  # noqa: PLR2004  a line is none
        return None
    step = max(1, -(-max(array.shape[:2]) // SIDE))
    small = np.asarray(array[::step, ::step], np.float64)
    shares = np.clip((small - low) / ((high - low) or 1.0), 0.0, 1.0)
    bytes_ = np.nan_to_num(shares * 255.0).round().astype(np.uint8)
    return base64.b64encode(encode_png(bytes_)).decode()


def _chunk(name: bytes, content: bytes) -> bytes:
    check = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)
