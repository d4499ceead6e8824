"""Reads Parquet: what its pages declare is added up before one of them is unpacked.

A few bytes may stand for any number of values (repeats, entries of a dictionary), and headers may
declare what they like: polars sets memory aside for both.

Source: Apache Parquet, parquet-format/src/main/thrift/parquet.thrift.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import polars as pl

from nnspec.data.columns.refusals import WHOLE, unreadable
from nnspec.data.read.content import CELL, DAMAGED, Content, first_line
from nnspec.data.read.thrift import Malformed, Reader, Struct, Value

MAGIC = b"PAR1"
ENDING = 8
"""Bytes behind the footer: its length, and the magic."""
STDERR = 2

# Fields of FileMetaData, RowGroup, ColumnChunk, ColumnMetaData and PageHeader.
SCHEMA, GROUPS = 2, 4
CHUNKS, GROUP_ROWS = 1, 3
OTHER_FILE, CHUNK = 1, 3
VALUES, PACKED, DATA_PAGES, DICTIONARY_PAGE = 5, 7, 9, 11
PAGE_BYTES, PAGE_PACKED, PAGE_HEADS = 2, 3, (5, 7, 8)
HEAD_VALUES = 1


def read_parquet(content: Content) -> pl.DataFrame:
    """Read a Parquet file after what it declares is found to be within the bounds."""
    try:
        content.check(declared_bytes(content))
        with silent():
            frame = pl.read_parquet(content.stream())
    except Malformed as error:
        reason = f"it is no Parquet file, or damaged: {error}"
        raise unreadable(content.file, reason, WHOLE) from error
    except DAMAGED as error:
        raise unreadable(content.file, first_line(error), WHOLE) from error
    content.check(sum(map(text_bytes, frame)))
    return frame


def declared_bytes(content: Content) -> int:
    """Return the bytes that the pages of a file unpack to, by what they say of themselves.

    Raises:
        Malformed: its footer or a page's header cannot be read.
        Refused: D116 for more columns than a table may have.
    """
    footer = _footer(content.data)
    content.check_width(len(_many(footer.get(SCHEMA))))
    total, described = 0, []
    for group in _structs(footer.get(GROUPS)):
        chunks = _structs(group.get(CHUNKS))
        total += _number(group, GROUP_ROWS) * len(chunks) * CELL
        described += [_described(one) for one in chunks]
    if sum(_number(one, PACKED) for one in described) > len(content.data):
        raise Malformed("its columns declare more bytes than it has")
    return total + sum(_chunk_bytes(content.data, one) for one in described)


def _footer(data: bytes) -> Struct:
    """Return the file's own description."""
    if len(data) < len(MAGIC) + ENDING or data[:4] != MAGIC or data[-4:] != MAGIC:
        raise Malformed("it does not begin and end as one")
    length = int.from_bytes(data[-ENDING:-4], "little")
    if length > len(data) - len(MAGIC) - ENDING:
        raise Malformed(f"its footer declares {length} bytes")
    return Reader(data[-ENDING - length : -ENDING]).struct()


def _described(chunk: Struct) -> Struct:
    """Return what is said of one column within one group of rows."""
    described = chunk.get(CHUNK)
    if OTHER_FILE in chunk or not isinstance(described, dict):
        raise Malformed("a column's values stand in another file")
    return described


def _chunk_bytes(data: bytes, described: Struct) -> int:
    """Return what the pages of one column unpack to, within one group of rows."""
    total = _number(described, VALUES) * CELL
    reader = Reader(data, min(_starts(described)))
    end = reader.at + _number(described, PACKED)
    while reader.at < end:
        page = reader.struct()
        heads = [one for key in PAGE_HEADS if isinstance(one := page.get(key), dict)]
        total += _number(page, PAGE_BYTES) + sum(_number(one, HEAD_VALUES) for one in heads) * CELL
        reader.at += _number(page, PAGE_PACKED)
    return total


def _starts(described: Struct) -> list[int]:
    """Return where the pages of a column may begin: its dictionary's, and its values'."""
    pages = [_number(described, DATA_PAGES), _number(described, DICTIONARY_PAGE)]
    return [one for one in pages if one] or [len(MAGIC)]


def _number(struct: Struct, field: int) -> int:
    """Return a count, 0 where it is not given."""
    found = struct.get(field, 0)
    if not isinstance(found, int) or found < 0:
        raise Malformed(f"a count is {found!r}")
    return found


def _many(value: Value | None) -> list[Value]:
    """Return the values of a list, none where it is not given."""
    if not isinstance(value, list):
        raise Malformed("a list is missing")
    return value


def _structs(value: Value | None) -> list[Struct]:
    """Return the structures of a list."""
    return [one for one in _many(value) if isinstance(one, dict)]


def text_bytes(cells: pl.Series) -> int:
    """Return the bytes of a column's texts written out: one of a dictionary may stand for many."""
    match cells.dtype:
        case pl.String():
            return int(cells.str.len_bytes().sum())
        case pl.Categorical() | pl.Enum():
            return int(cells.cat.len_bytes().sum())
        case pl.List(inner=pl.String() | pl.Categorical() | pl.Enum() | pl.List()):
            return text_bytes(cells.list.explode())
        case pl.Array():
            return text_bytes(cells.arr.explode())
        case _:
            return 0


@contextmanager
def silent() -> Iterator[None]:
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
