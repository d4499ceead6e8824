"""Texts of raw cells as operators: without blanks around them, by their places in a vocabulary."""

import re
from collections.abc import Sequence

from nnspec.exchange.write.onnx.graph import INT64, Writer
from nnspec.exchange.write.onnx.preprocessing import labelled
from nnspec.exchange.write.onnx.signs import BLANK, bare, first_parted

WHOLE = r"-?[0-9]+\.0+"
"""A whole number written with a point; as a category it is what stands before the point."""


def flat(writer: Writer, cells: str) -> str:
    """Return texts of any shape in a row."""
    return writer.reshape(cells, (-1,))


def like(writer: Writer, cells: str, other: str) -> str:
    """Return cells in a row in the shape of others."""
    return writer.op("Reshape", cells, writer.op("Shape", other))


def bare_columns(writer: Writer, raw: Sequence[str]) -> list[str]:
    """Return columns of texts without blanks around them, in the shapes that they have.

    All are read together: what takes blanks away is long, and stands in the graph once.
    """
    if not raw:
        return []
    found = bare(writer, writer.concat([flat(writer, one) for one in raw], 0))
    sizes = [writer.reshape(writer.op("Size", one), (1,)) for one in raw]
    lengths = writer.concat(sizes, 0)
    parts = writer.several("Split", (found, lengths), len(raw), axis=0)
    return [like(writer, one, cells) for one, cells in zip(parts, raw, strict=True)]


def categories(writer: Writer, cells: str, nulls: Sequence[str]) -> str:
    """Return texts without blanks around them as categories: "" for missing ones, 3 for 3.0."""
    for one in nulls:
        absent = writer.op("Equal", cells, writer.constant(one, object))
        cells = writer.op("Where", absent, writer.constant("", object), cells)
    before, _ = first_parted(writer, flat(writer, cells), ".")
    whole = writer.op("RegexFullMatch", cells, pattern=WHOLE)
    return writer.op("Where", whole, like(writer, before, cells), cells)


def present(writer: Writer, raw: str, nulls: Sequence[str]) -> str:
    """Return texts as they stand, "" for missing ones, blanks around these or not."""
    absent = "|".join(map(re.escape, nulls))
    pattern = f"{BLANK}*(?:{absent})?{BLANK}*" if nulls else f"{BLANK}*"
    missing = writer.op("RegexFullMatch", raw, pattern=pattern)
    return writer.op("Where", missing, writer.constant("", object), raw)


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


def as_numbers(writer: Writer, cells: str) -> str:
    """Return texts of digits as whole numbers of 64 bits, 0 for what has none."""
    digits = writer.op("RegexFullMatch", cells, pattern="[0-9]+")
    return writer.cast(writer.op("Where", digits, cells, writer.constant("0", object)), INT64)
