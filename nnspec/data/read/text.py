"""Reads text tables (.csv, .tsv) with all cells as texts: small ones whole, large ones in parts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, pairwise

import polars as pl

from nnspec.catalog.sources import Csv
from nnspec.data.columns.refusals import refuse, unreadable
from nnspec.data.read import parts
from nnspec.data.read.content import CELL, DAMAGED, Content, first_line
from nnspec.data.read.dialect import Dialect, by_tabs, decoded, find_dialect
from nnspec.data.read.foreign import check_text
from nnspec.data.read.gathered import Gathering
from nnspec.data.read.held import HeldColumns
from nnspec.data.read.parts import OddTableError, Parts
from nnspec.data.read.records import find_ragged, written_rows
from nnspec.data.read.signs import PLAIN, Evidence, Signs
from nnspec.data.threads import in_threads
from nnspec.diagnostics import Refused
from nnspec.document import shorten
from nnspec.language.numbers import as_number

HALF = 0.5
"""Share of a column's cells beyond which quotes around them are none of their text."""
ASKED, FEWEST, ASKED_CELLS = 1_000, 100, 200_000
"""Rows that are looked at for how numbers are written; fewer of a table of many columns."""


@dataclass(frozen=True, slots=True, eq=False)
class TextTable:
    """A text table, all cells as texts.

    Attributes:
        signs: how its numbers are written.
        index: columns that number or name the rows.
        sniffed: what was found out about how it is written, by setting.
    """

    columns: Mapping[str, pl.Series]
    rows: int
    signs: Signs = PLAIN
    index: tuple[str, ...] = ()
    sniffed: dict[str, str] = field(default_factory=dict)


def read_text(content: Content, said: Csv, usual: Signs = PLAIN) -> TextTable:
    """Read a text table with all cells as texts; lines without any cell are left out.

    Args:
        content: the file.
        said: what the spec says of how it is written.
        usual: how numbers are written where neither the spec nor the cells say it.
    """
    content = decoded(content, said.encoding)
    check_text(content)
    dialect = find_dialect(content, said)
    if dialect.separator == " ":
        content, dialect = by_tabs(content), replace(dialect, separator="\t")
    return _read_parts(content, dialect, said, usual) or _read_whole(content, dialect, said, usual)


def _read_whole(content: Content, dialect: Dialect, said: Csv, usual: Signs) -> TextTable:
    """Read a table whole."""
    sniffed = dict(dialect.sniffed)
    try:
        frame = _read_frame(content, dialect)
    except Refused:
        plain = _read_plainly(content, dialect) if said.quote is None else None
        if plain is None:
            raise
        frame, sniffed["quote"] = plain, "none"
    signs = _signs(frame, said, usual, sniffed)
    columns = {series.name: series for series in frame}
    index = _index(columns, said, sniffed)
    return TextTable(columns, frame.height, signs, index, sniffed)


def _read_parts(content: Content, dialect: Dialect, said: Csv, usual: Signs) -> TextTable | None:
    """Read a large table in parts; None for a small one, and for one that cannot be read so."""
    if len(content.data) <= parts.WHOLE:
        return None
    sniffed = dict(dialect.sniffed)
    try:
        read = Parts(content, dialect, _read_header(content, dialect))
        most = _count_lines(content, dialect, read.names)
        pieces = read.pieces()
        first = list(_first_rows(map(read.frame, pieces), len(read.names)))
        signs = _signs(pl.concat(first), said, usual, sniffed)
        gathering = Gathering(len(read.names), most, signs)
        converted = map(gathering.convert, first)
        rest = in_threads(pieces, lambda piece: gathering.convert(read.frame(piece)))
        for part in chain(converted, rest):
            gathering.take(part)
    except (OddTableError, Refused):
        return None
    held = dict(zip(read.names, gathering.held(), strict=True))
    columns = HeldColumns([read], held, gathering.rows)
    return TextTable(columns, gathering.rows, signs, _index(columns, said, sniffed), sniffed)


def _first_rows(frames: Iterator[pl.DataFrame], width: int) -> Iterator[pl.DataFrame]:
    """Yield the parts that hold the rows which tell how numbers are written."""
    left = _asked(width)
    while left > 0 and (frame := next(frames, None)) is not None:
        yield frame
        left -= frame.height


def _asked(width: int) -> int:
    """Return how many rows are looked at for how numbers are written."""
    return max(FEWEST, min(ASKED, ASKED_CELLS // max(1, width)))


def _read_frame(content: Content, dialect: Dialect) -> pl.DataFrame:
    """Return the rows of a table."""
    names = _read_header(content, dialect)
    _count_lines(content, dialect, names)
    try:
        frame = pl.read_csv(
            content.stream(),
            separator=dialect.separator,
            has_header=dialect.header,
            skip_lines=dialect.start,
            comment_prefix=dialect.comment,
            quote_char=dialect.quote,
            infer_schema=False,
        )
    except DAMAGED as error:
        malformed = find_ragged(content, dialect, len(names))
        raise malformed or unreadable(content.file, first_line(error)) from error
    if frame.width != len(names):
        raise find_ragged(content, dialect, len(names)) or unreadable(content.file, "ragged rows")
    # polars leaves the quotes within a quoted name doubled.
    frame.columns = names
    if dialect.header and dialect.names is None:
        _check_once(content, frame)
    if frame.height and frame[:, -1].null_count():
        short = find_ragged(content, dialect, len(names))
        if short:
            raise short
    written = written_rows(frame, content, dialect)
    return frame if written is None else frame[written]


def _read_plainly(content: Content, dialect: Dialect) -> pl.DataFrame | None:
    """Return the rows of a table whose quotes are texts, such as those of a message; None if none.

    Its header names no column otherwise without them, and every line has as many cells as that;
    most cells of a column do not stand in quotes.
    """
    plain = replace(dialect, quote=None)
    if b'"' not in content.data or dialect.separator.encode() not in content.data:
        return None
    try:
        frame = _read_frame(content, plain)
    except Refused:
        return None
    quoted = (pl.all().str.starts_with('"') & pl.all().str.ends_with('"')).mean()
    around = max((share or 0 for share in frame.select(quoted).row(0)), default=0)
    return None if around > HALF or any('"' in name for name in frame.columns) else frame


def _signs(frame: pl.DataFrame, said: Csv, usual: Signs, sniffed: dict[str, str]) -> Signs:
    """Return how numbers are written: as said, as the first rows leave no doubt, as usual."""
    evidence = Evidence()
    if said.decimal is None or said.thousands is None:
        for column in frame.head(_asked(frame.width)):
            evidence.look_at(one for one in column.to_list() if one is not None)
    decimal = said.decimal or evidence.decimal
    thousands = said.thousands or evidence.grouping
    if said.decimal is None and decimal not in (None, "."):
        sniffed["decimal"] = str(decimal)
    if said.thousands is None and thousands is not None and thousands != decimal:
        sniffed["thousands"] = thousands
    decimal = decimal or usual.decimal
    thousands = thousands or usual.thousands
    return Signs(decimal, "" if thousands == decimal else thousands)


def _index(columns: Mapping[str, pl.Series], said: Csv, sniffed: dict[str, str]) -> tuple[str, ...]:
    """Return the column that numbers or names the rows: as said, or the first one, nameless.

    pandas and R write their row labels so.
    """
    names = [*columns]
    if said.index is not None:
        if said.index not in names:
            listed = ", ".join(names[:10])
            message = f'`index` names "{said.index}", and the columns are {listed}'
            raise refuse("D103", message)
        return (said.index,)
    if len(names) > 1 and not names[0] and columns[names[0]].is_unique().all():
        sniffed["index"] = "the first column, which has no name"
        return ("",)
    return ()


def _read_header(content: Content, dialect: Dialect) -> list[str]:
    """Return the columns' names.

    Refuses a header that is absent, names a column twice, or names more than anybody does.
    """
    _, names = next(dialect.records(content), (0, []))
    if not content.data or content.data.isspace():
        hint = "it takes a line with the names of the columns, and a line for each row"
        raise refuse("D113", f'"{content.file}" is empty; expected a header', hint=hint)
    if not names:
        hint = "take it out, or name how many lines stand above: csv: {skip: LINES}"
        place = f"line {dialect.start + 1}" if dialect.start else "the first line"
        expected = "a header" if dialect.header else "the first row"
        message = f'{place} of "{content.file}" is empty; expected {expected}'
        raise refuse("D113", message, hint=hint)
    content.check_width(len(names))
    if dialect.header and dialect.names is None:
        _check_titles(content, names)
    names = _own_names(content, dialect, names)
    _check_names(content, names)
    return names


def _count_lines(content: Content, dialect: Dialect, names: Sequence[str]) -> int:
    """Return how many lines there are, at most; refuse more cells than a file of its size has.

    Every cell is written in a byte at least, the sign behind it; polars fills short lines up.
    """
    ends = content.data.count(b"\n")
    size = ends * len(names) * CELL
    if size > content.allowed(CELL):
        raise find_ragged(content, dialect, len(names)) or content.too_large(size, CELL)
    return ends + 1


def _own_names(content: Content, dialect: Dialect, found: list[str]) -> list[str]:
    """Return the names that the spec gives, numbered ones, or those of the header."""
    if dialect.names is not None:
        if len(dialect.names) != len(found):
            message = f"`names` gives {len(dialect.names)} names to the {len(found)} columns"
            first = shorten(", ".join(found), 60)
            hint = f"give each column a name; the first line holds {first}"
            raise refuse("D121", f'{message} of "{content.file}"', hint=hint)
        return list(dialect.names)
    if not dialect.header:
        return [f"column_{number + 1}" for number in range(len(found))]
    return found


def _check_names(content: Content, names: list[str]) -> None:
    """Refuse a second column without a name, or of the name of another one.

    One without a name, as pandas writes its index, may stand in the file unused.
    """
    seen: dict[str, int] = {}
    for number, name in enumerate(names, start=1):
        if name in seen:
            both = f"columns {seen[name]} and {number}"
            what = f'the column "{shorten(name)}" is named twice' if name else "two have no name"
            hint = (
                f"name one of them otherwise in the first line of {content.file.name}, or all "
                "columns in the spec: csv: {names: [...]}"
            )
            raise refuse("D121", f"{what}: {both}", hint=hint)
        seen[name] = number


def _check_titles(content: Content, names: list[str]) -> None:
    """Refuse a header that is a row: numbers, as no axis of a spectrum or of years is ordered."""
    numbers = [number for name in names if (number := as_number(name.strip())) is not None]
    ordered = all(low < high for low, high in pairwise(numbers))
    fractions = any("." in name for name in names)
    if 2 * len(numbers) > len(names) and fractions and not ordered:
        message = f'the first line of "{content.file}" holds numbers; expected the names of columns'
        hint = (
            f"write names above it, {len(names)} of them, or say so: "
            f"source: {{csv: {{path: {content.file.name}, header: false}}}}"
        )
        raise refuse("D113", message, hint=hint)


def _check_once(content: Content, frame: pl.DataFrame) -> None:
    """Refuse (D104) a row that is the header once more, as files put behind one another have it."""
    places = (frame[:, 0] == frame.columns[0]).arg_true() if frame.width else ()
    names = tuple(frame.columns)
    again = [place for place in places if frame.row(place) == names]
    if again:
        more = f", and {len(again) - 1} more do" if len(again) > 1 else ""
        message = f'row {again[0] + 1} of "{content.file}" is the header once more{more}'
        hint = "take such lines out; files put behind one another have them"
        raise refuse("D104", message, hint=hint)
