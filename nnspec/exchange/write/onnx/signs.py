"""Texts sign by sign, as operators: signs replaced, and blanks around texts taken away.

ONNX parts texts at a sign and joins two of them; all else is made of these two. Loops run as often
as the text that has the sign most often needs, not at all where none has it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from onnx import NodeProto

from nnspec.exchange.write.onnx.graph import BOOL, INT32, INT64, STRING, Writer, described, subgraph

BLANKS = (
    *(" ", *map(chr, range(0x09, 0x0E))),
    *map(chr, (0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000)),
)
"""Blanks of every script, as `nnspec.data.columns.cells` knows them."""
BLANK = f"[{''.join(BLANKS)}]"
AROUND = rf"(?s){BLANK}.*|.*{BLANK}"
"""A text with blanks around it."""
LONGEST = 2**31
"""Turns of a loop that ends by itself."""
Change = tuple[str, str]
"""Which texts, (batch,), are changed, and what they become in pieces, (batch, pieces)."""


def part(writer: Writer, parts: str, place: int) -> str:
    """Return one part of each text, of (batch, parts)."""
    return writer.op("Gather", parts, writer.constant(place, np.int64), axis=-1)


def at_least(writer: Writer, parts: str, cells: str, count: int) -> str:
    """Return parts of texts, (batch, ..., count or more), "" where a text has no more."""
    shape = writer.concat([writer.op("Shape", cells), writer.ints(count)], 0)
    return writer.concat([parts, writer.op("Expand", nothing(writer), shape)], -1)


def nothing(writer: Writer) -> str:
    """Return the empty text."""
    return writer.constant("", object)


def first_parted(writer: Writer, cells: str, sign: str) -> tuple[str, str]:
    """Return what stands before a sign in each text, (batch,), and what behind it."""
    parts, _ = writer.several("StringSplit", (cells,), 2, delimiter=sign, maxsplit=1)
    parts = at_least(writer, parts, cells, 2)
    return part(writer, parts, 0), part(writer, parts, 1)


def replaced(writer: Writer, cells: str, sign: str, by: str) -> str:
    """Return texts, (batch,), with something else for every sign of a kind."""
    parts, count = _parted(writer, cells, sign)
    return _joined(writer, _with_gaps(writer, parts, count, by))


def substituted(writer: Writer, cells: str, table: Mapping[str, str]) -> str:
    """Return texts, (batch,), with what stands for each sign of a table.

    Every turn replaces one of the signs that a text has, wherever it stands. What stands for a
    sign has none of them.
    """

    def replace(before: str, sign: str, by: str) -> Change:
        parts, count = _parted(writer, before, sign)
        there = writer.op("Greater", count, _whole(writer, 1))
        return there, _with_gaps(writer, parts, count, by)

    def turn(before: str) -> str:
        return _changed(writer, before, [replace(before, *one) for one in table.items()])

    if not table:
        return cells
    held = "|".join(map(re.escape, table))
    return _until_none(writer, cells, f"(?s).*(?:{held}).*", turn)


def bare(writer: Writer, cells: str) -> str:
    """Return texts, (batch,), without blanks around them: every turn takes one at each end."""

    def first(before: str, sign: str) -> Change:
        begins = writer.op("RegexFullMatch", before, pattern=f"(?s){re.escape(sign)}.*")
        return begins, writer.expand_dims(first_parted(writer, before, sign)[1], -1)

    def last(before: str, sign: str) -> Change:
        ends = writer.op("RegexFullMatch", before, pattern=f"(?s).*{re.escape(sign)}")
        parts, count = _parted(writer, before, sign)
        fewer = writer.op("Sub", count, _whole(writer, 1))
        return ends, _with_gaps(writer, parts, fewer, sign)

    def turn(before: str) -> str:
        shorter = _changed(writer, before, [first(before, sign) for sign in BLANKS])
        return _changed(writer, shorter, [last(shorter, sign) for sign in BLANKS])

    return _until_none(writer, cells, AROUND, turn)


def _whole(writer: Writer, number: int) -> str:
    return writer.constant(number, np.int64)


def _parted(writer: Writer, cells: str, sign: str) -> tuple[str, str]:
    """Return the parts of texts, (batch, parts), one at least, and how many each has."""
    parts, count = writer.several("StringSplit", (cells,), 2, delimiter=sign)
    return at_least(writer, parts, cells, 1), count


def _with_gaps(writer: Writer, parts: str, count: str, between: str) -> str:
    """Return parts with what stands before each of the first ones, but for the very first."""
    if not between:
        return parts
    width = writer.squeeze(writer.extent(parts, 1), 0)
    places = writer.op("Range", _whole(writer, 0), width, _whole(writer, 1))
    begun = writer.op("Greater", places, _whole(writer, 0))
    inner = writer.op("And", begun, writer.op("Less", places, writer.expand_dims(count, -1)))
    gaps = writer.op("Where", inner, writer.constant(between, object), nothing(writer))
    return writer.op("StringConcat", gaps, parts)


def _changed(writer: Writer, before: str, changes: Sequence[Change]) -> str:
    """Return each text as the first change that applies to it leaves it."""
    free, pieces = None, []
    for applies, parts in changes:
        active = applies if free is None else writer.op("And", free, applies)
        kept = writer.op("Where", writer.expand_dims(active, -1), parts, nothing(writer))
        pieces.append(kept)
        other = writer.op("Not", applies)
        free = other if free is None else writer.op("And", free, other)
    same = writer.op("Where", free, before, nothing(writer)) if free else before
    return _joined(writer, writer.concat([writer.expand_dims(same, -1), *pieces], 1))


def _joined(writer: Writer, pieces: str) -> str:
    """Return the pieces of each text, (batch, pieces), as one."""
    place, before = writer.name("place"), writer.name("text")
    with writer.body() as nodes:
        later = writer.op("Add", place, _whole(writer, 1))
        one = writer.op("Gather", pieces, later, axis=-1)
        after = writer.op("StringConcat", before, one)
    whole = writer.squeeze(writer.extent(pieces, 1), 0)
    times = writer.op("Sub", whole, _whole(writer, 1))
    loop = Turn(place, before, after, nodes)
    # Both bounds are given: some runtimes take a missing one for none, others for an end.
    return loop.write(writer, (times, writer.constant(values=True)), part(writer, pieces, 0))


def _until_none(writer: Writer, cells: str, pattern: str, turn: Callable[[str], str]) -> str:
    """Return texts, (batch,), after as many turns as it takes until none matches an expression."""
    place, before = writer.name("place"), writer.name("text")
    with writer.body() as nodes:
        after = turn(before)
        going = _any_matches(writer, after, pattern)
    loop = Turn(place, before, after, nodes, going)
    bounds = _whole(writer, LONGEST), _any_matches(writer, cells, pattern)
    return loop.write(writer, bounds, cells)


def _any_matches(writer: Writer, cells: str, pattern: str) -> str:
    """Return whether any text matches an expression whole; False of no texts."""
    found = writer.cast(writer.op("RegexFullMatch", cells, pattern=pattern), INT32)
    total = writer.reduce("Sum", found, (0,))
    return writer.op("Greater", total, writer.constant(0, np.int32))


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a loop over texts, (batch,).

    Attributes:
        place: its number.
        before: texts that it takes.
        after: texts that it gives.
        nodes: that it consists of.
        going: whether another one comes; "" where only their number tells.
    """

    place: str
    before: str
    after: str
    nodes: list[NodeProto]
    going: str = ""

    def write(self, writer: Writer, bounds: tuple[str, str], begun: str) -> str:
        """Return texts after the loop.

        Args:
            writer: takes the operators.
            bounds: how often it runs at most, and whether it begins.
            begun: the texts before it.
        """
        wanted = writer.name("going")
        with writer.body() as last:
            again = writer.op("Identity", self.going or wanted)
            left = writer.op("Identity", self.after)
        entering = [
            described(self.place, INT64, ()),
            described(wanted, BOOL, ()),
            described(self.before, STRING, [None]),
        ]
        leaving = [described(again, BOOL, ()), described(left, STRING, [None])]
        body = subgraph("turn", [*self.nodes, *last], entering, leaving)
        return writer.op("Loop", *bounds, begun, body=body)
