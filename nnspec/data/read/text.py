"""Reads text tables (.csv, .tsv) with all cells as texts."""

import csv
import sys
from collections.abc import Iterator
from io import TextIOWrapper
from itertools import islice, pairwise

import polars as pl

from nnspec.data.columns.refusals import refuse, unreadable
from nnspec.data.read.content import CELL, DAMAGED, Content, first_line
from nnspec.diagnostics import Refused
from nnspec.document import shorten
from nnspec.language.numbers import as_number, is_number

SEPARATORS = {"\t": "tabs", ",": "commas", ";": "semicolons (;)"}
SAMPLED = 20
"""Rows that are looked at for what separates their cells."""
WIDE = (b"\xff\xfe", b"\xfe\xff")
"""How texts in UTF-16 begin."""


def read_text(content: Content, separator: str) -> pl.DataFrame:
    """Read a text table with all cells as texts; lines without any cell are left out."""
    if content.data.startswith(WIDE):
        raise unreadable(content.file, "its text is UTF-16; save it as UTF-8")
    names = _read_header(content, separator)
    _check_characters(content)
    try:
        frame = pl.read_csv(content.stream(), separator=separator, infer_schema=False)
    except DAMAGED as error:
        malformed = _malformed(content, separator)
        raise malformed or unreadable(content.file, first_line(error)) from error
    # polars leaves the quotes within a quoted name doubled.
    frame.columns = names
    if frame.height and frame[:, -1].null_count() and (short := _malformed(content, separator)):
        raise short
    return _without_blank_lines(frame, content, separator)


def _check_characters(content: Content) -> None:
    """Refuse a byte that no text has."""
    if (at := content.data.find(b"\x00")) >= 0:
        line = content.data.count(b"\n", 0, at) + 1
        raise unreadable(content.file, f"it is no text: line {line} holds a NUL byte")


def _without_blank_lines(frame: pl.DataFrame, content: Content, separator: str) -> pl.DataFrame:
    """Return the rows that are written; a row of separators alone is one, with missing cells."""
    if not frame.select(pl.all_horizontal(pl.all().is_null()).any()).item():
        return frame
    records = _records(content, separator)
    next(records)
    written = [row for row, (_, fields) in enumerate(records) if fields]
    return frame[written]


def _read_header(content: Content, separator: str) -> list[str]:
    """Return the columns' names.

    Refuses a header that is absent, names a column twice, or names more than anybody does.
    """
    _, names = next(_records(content, separator), (0, []))
    if not names:
        raise refuse("D113", f'the first line of "{content.file}" is empty; expected a header')
    content.check_width(len(names))
    _check_titles(content, names)
    _check_names(names)
    if len(names) == 1:
        _check_separator(content, names[0], separator)
    # Every cell is written in a byte at least, the sign behind it; polars fills short lines up.
    cells = content.data.count(b"\n") * len(names)
    if cells * CELL > content.allowed(CELL):
        raise _malformed(content, separator) or content.too_large(cells * CELL, CELL)
    return names


def _check_names(names: list[str]) -> None:
    """Refuse a second column without a name, or of the name of another one.

    One without a name, as pandas writes its index, may stand in the file unused.
    """
    seen: dict[str, int] = {}
    for number, name in enumerate(names, start=1):
        if name in seen:
            both = f"columns {seen[name]} and {number}"
            what = f'the column "{shorten(name)}" is named twice' if name else "two have no name"
            raise refuse("D121", f"{what}: {both}")
        seen[name] = number


def _check_separator(content: Content, header: str, separator: str) -> None:
    """Refuse a header that another character than the expected one takes apart."""
    for other in ";\t|,":
        if other != separator and other in header:
            shown = SEPARATORS.get(other, f'"{other}"')
            message = f'the columns of "{content.file}" are separated by {shown}; '
            wanted = f"expected {SEPARATORS.get(separator)} in a {content.file.suffix.lower()} file"
            hint = "name it .tsv" if other == "\t" else "save it with commas"
            raise refuse("D114", f"{message}{wanted}", hint=hint)
    _check_blanks(content, header, separator)


def _check_blanks(content: Content, header: str, separator: str) -> None:
    """Refuse a table whose columns blanks separate: as many words in the first rows as in it."""
    words = len(header.split())
    rows = [fields for _, fields in islice(_records(content, separator), 1, SAMPLED) if fields]
    cells = [" ".join(one).split() for one in rows]
    filled = all(len(one) == words and any(map(is_number, one)) for one in cells)
    if words > 1 and cells and filled:
        wanted = f"expected {SEPARATORS.get(separator)} in a {content.file.suffix.lower()} file"
        message = f'the columns of "{content.file}" are separated by blanks; {wanted}'
        raise refuse("D114", message, hint="save it with commas")


def _check_titles(content: Content, names: list[str]) -> None:
    """Refuse a header that is a row: numbers, as no axis of a spectrum or of years is ordered."""
    numbers = [number for name in names if (number := as_number(name.strip())) is not None]
    ordered = all(low < high for low, high in pairwise(numbers))
    fractions = any("." in name for name in names)
    if 2 * len(numbers) > len(names) and fractions and not ordered:
        message = f'the first line of "{content.file}" holds numbers; expected the names of columns'
        hint = f"write names above it, {len(names)} of them, separated as the cells are"
        raise refuse("D113", message, hint=hint)


def _malformed(content: Content, separator: str) -> Refused | None:
    """Return the refusal of the first row that has another number of fields than the header."""
    records = _records(content, separator)
    _, header = next(records)
    for row, (line, fields) in enumerate((one for one in records if one[1]), start=1):
        if len(fields) != len(header):
            message = (
                f'row {row} of "{content.file}" (line {line}) has {len(fields)} fields; expected '
            )
            return refuse("D104", f"{message}{len(header)}, as in the header")
    return None


def _records(content: Content, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the records of a text table, each with the number of its last line."""
    csv.field_size_limit(sys.maxsize)  # a cell may be as long as the file, which is bounded
    try:
        with TextIOWrapper(content.stream(), encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, delimiter=separator)
            yield from ((reader.line_num, fields) for fields in reader)
    except UnicodeDecodeError as error:
        at = f"byte {error.start} of a block is 0x{error.object[error.start]:02x}"
        raise unreadable(content.file, f"its text is not UTF-8 ({at})") from error
    except csv.Error as error:
        raise unreadable(content.file, str(error)) from error
