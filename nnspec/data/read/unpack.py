"""Unpacks .gz and .zst files and .zip archives of one file, never further than is allowed."""

import gzip
import zipfile
import zlib
from dataclasses import replace
from io import BytesIO
from pathlib import PurePosixPath
from typing import IO

from nnspec.data.columns.refusals import WHOLE, refuse, unreadable
from nnspec.data.read.content import Content
from nnspec.diagnostics import Refused

DAMAGED = (gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError)
PIECE = 1_024
"""Packed bytes of a .zst file that are unpacked together: to 32 MiB at the very most."""
CLUTTER = ("__MACOSX/",)
"""What an archive holds beside its files, as macOS packs it."""


def unpack(content: Content, packing: str | None) -> tuple[Content, str | None]:
    """Return what a file holds, and its name where the archive tells one.

    Args:
        content: the file's own bytes.
        packing: .gz, .zst or .zip; None: it is not packed.

    Raises:
        Refused: D102 for what is damaged or holds several files, D116 for more bytes than a file
            of its size may unpack to, D118 where .zst cannot be read here.
    """
    match packing:
        case ".gz":
            return _bounded(content, gzip.GzipFile(fileobj=content.stream())), None
        case ".zst":
            return _unzstd(content), None
        case ".zip":
            return _only_member(content)
        case _:
            return content, None


def _bounded(content: Content, stream: IO[bytes] | gzip.GzipFile) -> Content:
    """Return unpacked bytes; refuse a file that goes on beyond what it may."""
    most = content.allowed()
    try:
        with stream:
            data = stream.read(most + 1)
    except (*DAMAGED, OSError) as error:
        reason = f"it is damaged, or not packed as its name says: {error}"
        raise unreadable(content.file, reason, WHOLE) from error
    if len(data) > most:
        raise content.too_large(len(data))
    return replace(content, data=data)


def _unzstd(content: Content) -> Content:
    """Return the bytes of a .zst file, which Python itself cannot read."""
    try:
        import zstandard  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise missing_library(content, "zstandard", "zst") from error
    most, unpacked = content.allowed(), BytesIO()
    packed = zstandard.ZstdDecompressor()
    frame = packed.decompressobj()
    try:
        for start in range(0, len(content.data), PIECE):
            piece = content.data[start : start + PIECE]
            while piece:
                frame = packed.decompressobj() if frame.eof else frame
                unpacked.write(frame.decompress(piece))
                piece = frame.unused_data if frame.eof else b""
            if unpacked.tell() > most:
                raise content.too_large(unpacked.tell())
    except zstandard.ZstdError as error:
        raise unreadable(content.file, f"it is damaged, or no .zst file: {error}", WHOLE) from error
    if not frame.eof:
        raise unreadable(content.file, "it is damaged: it ends within a frame", WHOLE)
    return replace(content, data=unpacked.getvalue())


def missing_library(content: Content, package: str, extra: str) -> Refused:
    """Return the refusal (D118) of a file that takes a package which is not installed."""
    message = f'"{content.file}" takes the package {package} to read, which is not installed'
    return refuse("D118", message, hint=f"pip install 'nnspec[{extra}]'")


def _only_member(content: Content) -> tuple[Content, str]:
    """Return the one file of an archive, and its name."""
    try:
        with zipfile.ZipFile(content.stream()) as archive:
            members = [one for one in archive.infolist() if not _is_clutter(one)]
            if len(members) != 1:
                listed = ", ".join(one.filename for one in members[:5])
                found = f"the archive holds {len(members)} files ({listed}); expected one"
                hint = "unpack it, and name the file, or several by a pattern with *"
                raise refuse("D102", f'"{content.file}": {found}', hint=hint)
            content.check(members[0].file_size)
            unpacked = _bounded(content, archive.open(members[0]))
            return unpacked, PurePosixPath(members[0].filename).name
    except DAMAGED as error:
        raise unreadable(content.file, f"damaged archive: {error}", WHOLE) from error


def _is_clutter(member: zipfile.ZipInfo) -> bool:
    return member.is_dir() or member.filename.startswith(CLUTTER)
