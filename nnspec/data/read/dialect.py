"""How a text table is written: what the spec says of it, and what its first rows show.

Only what leaves no doubt is found out. An encoding of eight bits is never guessed: its bytes fit
several, and each gives other texts.
"""

import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from io import BytesIO, TextIOWrapper
from itertools import islice

from nnspec.catalog.sources import Csv
from nnspec.data.columns.refusals import unreadable
from nnspec.data.read.content import Content
from nnspec.diagnostics import Diagnostic, Refused
from nnspec.language.numbers import is_number
from nnspec.spec.formats import ending_of

WORDS = {"tab": "\t", "blanks": " "}
"""Words for separators that cannot be seen."""
CANDIDATES = (",", ";", "\t", "|")
SAMPLED = 50
"""Records that are looked at for what separates their cells."""
BEGINNING = 2**16
"""Bytes that are looked at for words that blanks separate."""
HASH = "#"
REMARK = "\x00"
"""What stands for a comment: no text table holds a NUL."""
WIDE = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
"""How texts in UTF-16 begin."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a text table is written.

    Attributes:
        separator: sign between the cells.
        start: lines above the header, or the first row.
        comment: what a line begins with that is left out.
        header: whether the first row holds names.
        names: names of the columns in place of those.
        quote: sign around cells; None where each is a text as it stands.
        sniffed: what was found out, by setting.
    """

    separator: str
    start: int = 0
    comment: str | None = None
    header: bool = True
    names: tuple[str, ...] | None = None
    quote: str | None = '"'
    sniffed: dict[str, str] = field(default_factory=dict)

    def records(self, content: Content) -> Iterator[tuple[int, list[str]]]:
        """Yield the records from the header on, each with the number of its last line."""
        csv.field_size_limit(sys.maxsize)  # a cell may be as long as the file, which is bounded
        try:
            with TextIOWrapper(content.stream(), encoding="utf-8-sig", newline="") as stream:
                reader = csv.reader(
                    self.lines(stream),
                    delimiter=self.separator,
                    quotechar=self.quote,
                    quoting=csv.QUOTE_NONE if self.quote is None else csv.QUOTE_MINIMAL,
                )
                for fields in reader:
                    if fields != [REMARK]:
                        yield self.start + reader.line_num, fields
        except UnicodeDecodeError as error:
            raise not_utf8(content) from error
        except csv.Error as error:
            raise unreadable(content.file, str(error)) from error

    def lines(self, stream: TextIOWrapper) -> Iterator[str]:
        """Yield the lines; one that is a comment is replaced, so that lines keep their numbers."""
        for line in islice(stream, self.start, None):
            yield f"{REMARK}\n" if self.comment and line.startswith(self.comment) else line


def decoded(content: Content, encoding: str | None) -> Content:
    """Return a text in UTF-8, from the encoding that the spec names or its mark tells.

    Lines that end in a carriage return alone, as some spreadsheets write them, end as all others,
    and the sign by which DOS ended a file is none of its text.

    Raises:
        Refused: D102 for bytes that the encoding does not have.
    """
    encoding = encoding or WIDE.get(content.data[:2])
    if encoding is not None:
        try:
            text = content.data.decode(encoding)
        except (UnicodeDecodeError, UnicodeError) as error:
            raise unreadable(content.file, f"its text is not {encoding}: {error}") from error
        content = replace(content, data=text.encode("utf-8", errors="replace"))
    if content.data.endswith(b"\x1a"):
        content = replace(content, data=content.data[:-1])
    if b"\n" not in content.data and b"\r" in content.data:
        content = replace(content, data=content.data.replace(b"\r", b"\n"))
    return content


def not_utf8(content: Content) -> Refused:
    """Return the refusal (D102) of a text of another encoding, with how it may be read."""
    try:
        content.data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.data.count(b"\n", 0, error.start) + 1
        word = _word_at(content.data, error.start)
        message = (
            f'"{content.file}" cannot be read: its text is not UTF-8; line {line} holds the byte '
            f"0x{content.data[error.start]:02x}"
        )
        shown = word.decode("cp1252", errors="replace")
        hint = (
            f'if "{shown}" is right, write source: {{csv: {{path: {content.file.name}, '
            "encoding: cp1252}}; else save it as UTF-8"
        )
        return Refused([Diagnostic("D102", message, hint=hint, path=("data", "source"))])
    return unreadable(content.file, "its text is not UTF-8")


def _word_at(data: bytes, place: int) -> bytes:
    """Return the word around a byte."""
    begin = max(data.rfind(sign, 0, place) for sign in (b" ", b",", b";", b"\t", b"\n", b'"'))
    ends = [data.find(sign, place) for sign in (b" ", b",", b";", b"\t", b"\r", b"\n", b'"')]
    end = min([one for one in ends if one >= 0], default=len(data))
    return data[begin + 1 : min(end, begin + 40)]


def find_dialect(content: Content, said: Csv) -> Dialect:
    """Return how a table is written.

    Args:
        content: the text in UTF-8.
        said: what the spec says of it.
    """
    sniffed: dict[str, str] = {}
    start, comment = said.skip, said.comment
    if comment is None and (above := _comments_above(content, start)):
        start, comment = start + above, None
        sniffed["skip"] = str(start)
    elif comment is not None:
        start += _leading(content, start, comment)
    quote = None if said.quote == "none" else said.quote or '"'
    dialect = Dialect(",", start, comment, said.header, said.names, quote, sniffed)
    if said.separator is not None:
        return replace(dialect, separator=WORDS.get(said.separator, said.separator))
    usual = "\t" if ending_of(said.path) == ".tsv" else ","
    found = _separator(content, dialect, usual)
    if found != usual:
        named = {sign: word for word, sign in WORDS.items()}
        sniffed["separator"] = named.get(found, found)
    return replace(dialect, separator=found)


def _leading(content: Content, start: int, mark: str) -> int:
    """Return how many lines from one on begin with a mark."""
    count = 0
    for line in islice(content.lines(), start, None):
        if not line.removeprefix(b"\xef\xbb\xbf").startswith(mark.encode()):
            break
        count += 1
    return count


def _comments_above(content: Content, start: int) -> int:
    """Return how many lines above the header are remarks: they begin with # and are no row."""
    count = _leading(content, start, HASH)
    if not count:
        return 0
    first = islice(content.lines(), start, start + count + 2)
    lines = [line.decode(errors="replace") for line in first]
    if len(lines) <= count + 1:
        return 0
    below = max(CANDIDATES, key=lines[count].count)
    # A header may begin with # itself: it has as many cells as the row below it.
    return count if lines[count - 1].count(below) != lines[count].count(below) else count - 1


def _separator(content: Content, dialect: Dialect, usual: str) -> str:
    """Return the sign that takes the first records apart into equally many cells."""
    found: dict[str, int] = {}
    for sign in CANDIDATES:
        counts = _counts(content, replace(dialect, separator=sign))
        if counts and min(counts) == max(counts) > 1:
            found[sign] = counts[0]
    if found:
        most = max(found.values())
        return usual if found.get(usual) == most else max(found, key=lambda one: found[one])
    header = next((fields for _, fields in dialect.records(content)), [])
    line = ",".join(header)
    if usual not in line:
        inside = [sign for sign in CANDIDATES if sign in line]
        if inside:
            return max(inside, key=line.count)
        if _by_blanks(content, dialect):
            return " "
    return usual


def _counts(content: Content, dialect: Dialect) -> list[int]:
    """Return how many cells each of the first records has."""
    first = islice((fields for _, fields in dialect.records(content) if fields), SAMPLED)
    return [len(fields) for fields in first]


def _by_blanks(content: Content, dialect: Dialect) -> bool:
    """Return whether blanks separate cells: as many words in the first rows as in the header."""
    begin = BytesIO(content.data[:BEGINNING])
    lines = dialect.lines(TextIOWrapper(begin, "utf-8-sig", errors="replace"))
    rows = [line.split() for line in islice(lines, SAMPLED) if line.strip() not in {"", REMARK}]
    width = len(rows[0]) if rows else 0
    if width < 2 or len(rows) < 2:  # noqa: PLR2004 - two cells, a header and a row
        return False
    return all(len(row) == width and any(map(is_number, row)) for row in rows[1:-1] or rows[1:])


def by_tabs(content: Content) -> Content:
    """Return a table whose cells blanks separate, with tabs in place of these."""
    data = b"\n".join(b"\t".join(line.split()) for line in content.data.split(b"\n"))
    return replace(content, data=data)
