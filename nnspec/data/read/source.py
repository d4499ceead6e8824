"""Reads a source into untyped columns: opened once, hashed, and read from the hashed bytes alone.

Each format has a reader of its own; bundled sets have one too.
"""

import hashlib
from pathlib import Path as FilePath

from nnspec.data.columns.refusals import refuse, too_large, unopened
from nnspec.data.read.archives import read_npz
from nnspec.data.read.bundled import read_bundled
from nnspec.data.read.content import Content
from nnspec.data.read.lines import read_lines
from nnspec.data.read.parquet import read_parquet
from nnspec.data.read.raw import DATA_LIMIT, Raw
from nnspec.data.read.text import read_text
from nnspec.document.file import open_file
from nnspec.spec.source import BUNDLED, locate, suffix_of

SEPARATED = {".csv": ",", ".tsv": "\t"}


def read_source(
    source: str, folder: FilePath, *, allow_outside: bool = False, limit: int = DATA_LIMIT
) -> Raw:
    """Read what `data.source` names.

    Args:
        source: `sklearn:NAME`, or a path relative to `folder`.
        folder: the spec's folder.
        allow_outside: whether files outside the folder may be read.
        limit: bytes that the file may unpack to.

    Raises:
        Refused: X103, X104, D101, D102, D104, D110, D113, D114, D116, D119, D121.
    """
    if source.startswith(BUNDLED):
        return read_bundled(source)
    file = locate(source, folder, path=("data", "source"), allow_outside=allow_outside)
    return read_file(file, suffix_of(file, source), limit)


def read_file(file: FilePath, suffix: str, limit: int = DATA_LIMIT) -> Raw:
    """Read a file by its ending; the ending is one of `SUFFIXES`.

    The file is opened once: what is hashed is what is read, whatever becomes of the path
    meanwhile, and no sign of its name means anything to a library.
    """
    content = _read(file, limit)
    fingerprint = hashlib.sha256(content.data).hexdigest()
    match suffix:
        case ".csv" | ".tsv":
            frame = read_text(content, SEPARATED[suffix])
        case ".parquet":
            frame = read_parquet(content)
        case ".jsonl":
            frame = read_lines(content)
        case _:
            return read_npz(content, fingerprint)
    if frame.height == 0:
        raise refuse("D113", f'"{file}" holds no rows')
    columns = {series.name: series for series in frame}
    return Raw(columns, frame.height, suffix in SEPARATED, str(file), fingerprint)


def _read(file: FilePath, limit: int) -> Content:
    """Return a file's bytes; refuse what is no regular file of a sane size."""
    try:
        with open_file(file) as stream:
            data = stream.read(limit + 1) or b""
    except OSError as error:
        raise unopened(file, error) from error
    if len(data) > limit:
        raise too_large(file, max(file.stat().st_size, len(data)), limit)
    return Content(file, data, limit)
