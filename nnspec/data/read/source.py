"""Reads a source into untyped columns: text tables, Parquet and JSON lines through polars.

Archives of arrays and bundled sets have readers of their own; `read_raw` chooses.
"""

import csv
import hashlib
import json
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path as FilePath

import polars as pl

from nnspec.data.columns.refusals import refuse, too_large, unopened, unreadable
from nnspec.data.read.archives import read_npz
from nnspec.data.read.bundled import read_bundled
from nnspec.data.read.raw import DATA_LIMIT, Raw
from nnspec.diagnostics import Refused
from nnspec.spec.source import BUNDLED, locate, suffix_of

# polars' Rust code panics on some damaged files; its PanicException is no Exception.
DAMAGED = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError)
SEPARATORS = {"\t": "tabs", ",": "commas", ";": "semicolons (;)"}
STDERR = 2
CELL = 8
"""Bytes that a cell of a Parquet file is reckoned at."""


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
    """Read a file by its ending; the ending is one of `SUFFIXES`."""
    fingerprint = _fingerprint(file, limit)
    match suffix:
        case ".csv" | ".tsv":
            frame = _read_text(file, "," if suffix == ".csv" else "\t")
        case ".parquet":
            frame = _read_parquet(file, limit)
        case ".jsonl":
            frame = _read_lines(file)
        case _:
            return read_npz(file, fingerprint, limit)
    if frame.height == 0:
        raise refuse("D113", f'"{file}" holds no rows')
    columns = {series.name: series for series in frame}
    return Raw(columns, frame.height, suffix in {".csv", ".tsv"}, str(file), fingerprint)


def _fingerprint(file: FilePath, limit: int) -> str:
    """Return the SHA-256 of a file's bytes; refuse what is no regular file of a sane size."""
    try:
        status = file.stat()
        if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
            raise unreadable(file, "it is a device or a pipe; expected a regular file")
        if status.st_size > limit:
            raise too_large(file, status.st_size, limit)
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise unopened(file, error) from error


def _read_text(file: FilePath, separator: str) -> pl.DataFrame:
    """Read a text table with all cells as texts; lines without any cell are left out."""
    _check_header(file, separator)
    try:
        frame = pl.read_csv(file, separator=separator, infer_schema=False)
    except DAMAGED as error:
        raise _malformed(file, separator) or unreadable(file, _first_line(error)) from error
    if frame.height and frame[:, -1].null_count() and (short := _malformed(file, separator)):
        raise short
    return _without_blank_lines(frame, file, separator)


def _without_blank_lines(frame: pl.DataFrame, file: FilePath, separator: str) -> pl.DataFrame:
    """Return the rows that are written; a row of separators alone is one, with missing cells."""
    if not frame.select(pl.all_horizontal(pl.all().is_null()).any()).item():
        return frame
    records = _records(file, separator)
    next(records)
    written = [row for row, (_, fields) in enumerate(records) if fields]
    return frame[written]


def _check_header(file: FilePath, separator: str) -> None:
    """Refuse a header that is absent or names a column twice."""
    _, names = next(_records(file, separator), (0, []))
    if not names:
        raise refuse("D113", f'the first line of "{file}" is empty; expected a header')
    _check_names(file, names)
    if len(names) == 1:
        _check_separator(file, names[0], separator)


def _check_names(file: FilePath, names: list[str]) -> None:
    """Refuse a column without a name, or of the name of another one."""
    for index, name in enumerate(names):
        if name in names[:index]:
            both = f"columns {names.index(name) + 1} and {index + 1}"
            raise refuse("D121", f'the column "{name}" is named twice: {both}')
        if not name.strip():
            hint = "name it in the first line, or leave it out of the file"
            raise refuse("D121", f'column {index + 1} of "{file}" has no name', hint=hint)


def _check_separator(file: FilePath, header: str, separator: str) -> None:
    """Refuse a header that another character than the expected one takes apart."""
    for other in ";\t|,":
        if other != separator and other in header:
            shown = SEPARATORS.get(other, f'"{other}"')
            message = f'the columns of "{file}" are separated by {shown}; '
            wanted = f"expected {SEPARATORS.get(separator)} in a {file.suffix.lower()} file"
            hint = "name it .tsv" if other == "\t" else "save it with commas"
            raise refuse("D114", f"{message}{wanted}", hint=hint)


def _malformed(file: FilePath, separator: str) -> Refused | None:
    """Return the refusal of the first row that has another number of fields than the header."""
    records = _records(file, separator)
    _, header = next(records)
    for row, (line, fields) in enumerate((one for one in records if one[1]), start=1):
        if len(fields) != len(header):
            message = f'row {row} of "{file}" (line {line}) has {len(fields)} fields; expected '
            return refuse("D104", f"{message}{len(header)}, as in the header")
    return None


def _records(file: FilePath, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the records of a text table, each with the number of its last line."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, delimiter=separator)
            yield from ((reader.line_num, fields) for fields in reader)
    except UnicodeDecodeError as error:
        at = f"byte {error.start} of a block is 0x{error.object[error.start]:02x}"
        raise unreadable(file, f"its text is not UTF-8 ({at})") from error
    except csv.Error as error:
        raise unreadable(file, str(error)) from error
    except OSError as error:
        raise unopened(file, error) from error


def _read_parquet(file: FilePath, limit: int) -> pl.DataFrame:
    """Read a Parquet file after its declared rows are found to be within the limit."""
    try:
        with _silent():
            scan = pl.scan_parquet(file)
            width = len(scan.collect_schema())
            rows = int(scan.select(pl.len()).collect().item())
            if rows * width * CELL > limit:
                raise too_large(file, rows * width * CELL, limit)
            return pl.read_parquet(file)
    except DAMAGED as error:
        raise unreadable(file, _first_line(error)) from error


@contextmanager
def _silent() -> Iterator[None]:
    """Keep from the terminal what polars' threads write of their panics: the refusal tells it.

    They write to the process' own stream, past Python's.
    """
    sys.stderr.flush()
    kept = os.dup(STDERR)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, STDERR)
    try:
        yield
    finally:
        os.dup2(kept, STDERR)
        os.close(kept)
        os.close(nowhere)


def _read_lines(file: FilePath) -> pl.DataFrame:
    """Read a file with one JSON object per line."""
    try:
        return pl.read_ndjson(file, infer_schema_length=None)
    except DAMAGED as error:
        raise _bad_line(file) or unreadable(file, _first_line(error)) from error


def _bad_line(file: FilePath) -> Refused | None:
    """Return the refusal of the first line that is no JSON object."""
    content = file.read_bytes()
    if not content.strip():
        return refuse("D113", f'"{file}" is empty; expected one JSON object per line')
    for number, line in enumerate(BytesIO(content), start=1):
        try:
            found = json.loads(line) if line.strip() else {}
        except (ValueError, RecursionError) as error:
            return unreadable(file, f"line {number} is no JSON: {error}")
        if not isinstance(found, dict):
            return unreadable(file, f"line {number} is a {type(found).__name__}, no object")
    return None


def _first_line(error: BaseException) -> str:
    """Return the first line of a library's message."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
