"""The records of a text table as they stand in its lines: which are rows, and which are ragged."""

from collections.abc import Iterator
from itertools import islice

import polars as pl

from nnspec.data.columns.refusals import refuse
from nnspec.data.read.content import Content
from nnspec.data.read.dialect import Dialect
from nnspec.diagnostics import Refused


def written_rows(frame: pl.DataFrame, content: Content, dialect: Dialect) -> list[int] | None:
    """Return which rows are written, None where all are; a row of separators alone is one.

    The frame has rows of empty lines too, whose cells are all missing.
    """
    if not frame.select(pl.all_horizontal(pl.all().is_null()).any()).item():
        return None
    records = rows_of(content, dialect)
    return [row for row, (_, fields) in enumerate(records) if fields]


def find_ragged(content: Content, dialect: Dialect, width: int) -> Refused | None:
    """Return the refusal of the first row that has another number of fields than the header."""
    expected = "as in the header" if dialect.header else "as in the first row"
    for row, (line, fields) in enumerate(
        (one for one in rows_of(content, dialect) if one[1]), start=1
    ):
        if len(fields) != width:
            count = f"{len(fields)} field{'' if len(fields) == 1 else 's'}"
            message = f'row {row} of "{content.file}" (line {line}) has {count}; expected '
            hint = _remedy(row, line, fields, width)
            return refuse("D104", f"{message}{width}, {expected}", hint=hint)
    return None


def _remedy(row: int, line: int, fields: list[str], width: int) -> str:
    """Return what to do about a row of another number of fields: a title, a note, a slip."""
    if row == 1 and width == 1:
        return (
            "if lines above the header are none of the table's, leave them out: "
            f"csv: {{skip: {line - 1}}}"
        )
    if len(fields) == 1:
        return f"if line {line} is a note, and no row, take it out"
    if len(fields) < width:
        return f"write the cells that line {line} lacks; a missing one is nothing between signs"
    return f"correct line {line}; a cell that holds the separator stands in quotes"


def rows_of(content: Content, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """Yield the records behind the header, if there is one."""
    yield from islice(dialect.records(content), int(dialect.header), None)
