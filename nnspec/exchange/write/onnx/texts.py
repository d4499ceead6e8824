"""Texts of raw cells as operators: without blanks around them, by their places in a vocabulary.

ONNX replaces nothing within a text. Words are parted at spaces and joined again, which is the text
without blanks around it wherever single spaces stand between its words. Cells that cannot be read
so (tabs, several spaces in a row) are read as they stand, and are known if the vocabulary has them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from nnspec.exchange.write.onnx.graph import Unwritable, Writer
from nnspec.exchange.write.onnx.preprocessing import labelled

SIGN = r"[^\t-\r \x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}]"
"""Any sign but the blanks of every script."""
REGULAR = rf" *({SIGN}+( {SIGN}+)*)? *"
"""A text whose words stand one space apart."""
WHOLE = r"-?[0-9]+\.0+"
"""A whole number written with a point; as a category it is what stands before the point."""
MOST_WORDS = 12
"""Words of a value that are joined again."""


@dataclass(frozen=True, slots=True)
class Read:
    """A column of texts.

    Attributes:
        cells: without blanks around them, "" for missing ones.
        regular: which of them could be read.
    """

    cells: str
    regular: str


def read_texts(writer: Writer, raw: str, values: Iterable[str], nulls: Sequence[str]) -> Read:
    """Return texts without blanks around them, "" for missing ones.

    Args:
        writer: takes the operators.
        raw: (batch, ...) texts.
        values: that are looked up later: they say how many words matter.
        nulls: texts that stand for a missing cell.

    Raises:
        Unwritable: a value has too many words.
    """
    words = max((len(one.split(" ")) for one in (*values, *nulls)), default=1)
    if words > MOST_WORDS:
        raise Unwritable(f"it has values of {words} words; at most {MOST_WORDS} are joined")
    regular = writer.op("RegexFullMatch", raw, pattern=REGULAR)
    parts, count = writer.several("StringSplit", (raw,), 2)
    # As many words as matter, and one in which a longer text shows.
    bare = _joined(writer, _at_least(writer, parts, raw, words + 1), count, words + 1)
    cells = _before_point(writer, writer.op("Where", regular, bare, raw))
    for one in nulls:
        absent = writer.op("Equal", cells, writer.constant(one, object))
        cells = writer.op("Where", absent, writer.constant("", object), cells)
    return Read(cells, regular)


def _at_least(writer: Writer, parts: str, cells: str, count: int) -> str:
    """Return parts of texts, (batch, ..., count or more), "" where a text has no more."""
    shape = writer.concat([writer.op("Shape", cells), writer.ints(count)], 0)
    return writer.concat([parts, writer.op("Expand", writer.constant("", object), shape)], -1)


def _joined(writer: Writer, parts: str, count: str, most: int) -> str:
    """Return the first words of texts with a space between them."""
    found = _part(writer, parts, 0)
    space, nothing = writer.constant(" ", object), writer.constant("", object)
    for place in range(1, most):
        more = writer.op("Greater", count, writer.constant(place, np.int64))
        between = writer.op("Where", more, space, nothing)
        word = writer.op("StringConcat", between, _part(writer, parts, place))
        found = writer.op("StringConcat", found, word)
    return found


def _part(writer: Writer, parts: str, place: int) -> str:
    return writer.op("Gather", parts, writer.constant(place, np.int64), axis=-1)


def _before_point(writer: Writer, cells: str) -> str:
    """Return texts, 3 in the place of 3.0."""
    parts, _ = writer.several("StringSplit", (cells,), 2, delimiter=".")
    before = _part(writer, _at_least(writer, parts, cells, 1), 0)
    return writer.op("Where", writer.op("RegexFullMatch", cells, pattern=WHOLE), before, cells)


def filled(writer: Writer, cells: str, fill: str | None) -> str:
    """Return texts with `fill` for missing ones."""
    if fill is None:
        return cells
    return writer.op("Where", is_empty(writer, cells), writer.constant(fill, object), cells)


def is_empty(writer: Writer, cells: str) -> str:
    """Return which texts are missing."""
    return writer.op("Equal", cells, writer.constant("", object))


def find_places(writer: Writer, cells: str, vocabulary: Sequence[str]) -> str:
    """Return the place of each text in a vocabulary, of 64 bits, -1 for none."""
    return labelled(writer, cells, vocabulary, range(len(vocabulary)), -1)
