"""Words of texts as operators: parted, looked up, and laid out as numbers or counts.

It says what `nnspec.build.texts` computes in TensorFlow. Small letters are those of the capitals
that words of the vocabulary can come from: all others stand in unknown words, before and after.
Within the graph a word is its place in a list, -1 for an unknown one, -2 where there is none.
"""

import string
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from nnspec.exchange.write.onnx.graph import FLOAT, INT64, Unwritable, Writer
from nnspec.exchange.write.onnx.preprocessing import labelled
from nnspec.exchange.write.onnx.signs import BLANKS, at_least, replaced, substituted

UNKNOWN, NONE = -1, -2
GAP = " "
MARK, OTHER = "\ufdd0", "\ufdd1"
"""Stands around letters that are looked up one by one, and what stands for it in the texts: two of
the signs that Unicode leaves to programs, and no text has."""
SIGMA = "σς"
LONGEST = 2**9
"""Unknown letters in a row that are counted, and one more."""


@dataclass(frozen=True, slots=True)
class Parting:
    """How texts are parted and looked up.

    Attributes:
        vocabulary: words, or several with blanks between them, in order.
        lowered: whether capitals become small letters.
        stripped: whether punctuation is taken out.
        letters: whether texts are parted into letters, not at blanks.
        sizes: lengths of runs of words that are looked up, in this order.
        blanks: what parts words.
        ascii_only: whether the capitals are those of ASCII alone.
    """

    vocabulary: Sequence[str]
    lowered: bool
    stripped: bool
    letters: bool
    sizes: Sequence[int] = (1,)
    blanks: Sequence[str] = BLANKS
    ascii_only: bool = False

    @property
    def runs(self) -> list[tuple[str, ...]]:
        """Return the words of each entry of the vocabulary; none of what no text can have."""
        return [tuple(one[::2] if self.letters else one.split(GAP)) for one in self.vocabulary]

    @property
    def words(self) -> list[str]:
        """Return every word that an entry of the vocabulary has."""
        return list(dict.fromkeys(word for run in self.runs for word in run if word))


def places_of(writer: Writer, parting: Parting, cells: str) -> str:
    """Return the place of each word in the vocabulary, (batch, words or more).

    Words stand in their order, then what is said of two in a row, and so on; -1 for unknown ones,
    -2 behind the last.

    Args:
        writer: takes the operators.
        parting: how it is done.
        cells: (batch,) texts.
    """
    ids = _letters(writer, parting, cells) if parting.letters else _words(writer, parting, cells)
    if tuple(parting.sizes) == (1,):
        numbers = {run[0]: place for place, run in enumerate(parting.runs) if len(run) == 1}
        return _renumbered(writer, ids, [numbers.get(one, UNKNOWN) for one in parting.words])
    found = [_runs(writer, parting, ids, size) for size in parting.sizes]
    return compacted(writer, writer.concat(found, 1))


def _words(writer: Writer, parting: Parting, cells: str) -> str:
    """Return the numbers of words, (batch, words and one more), in their order."""
    gaps = {sign: GAP for sign in parting.blanks if sign != GAP}
    cells = substituted(writer, cells, gaps)
    parts, _ = writer.several("StringSplit", (cells,), 2, delimiter=GAP)
    parts = at_least(writer, parts, cells, 1)
    # Most words stand in many texts: what is done with them is done once.
    distinct, _, source = writer.several("Unique", (writer.reshape(parts, (-1,)),), 3)
    found = _looked_up(writer, parting.words, _standardized(writer, parting, distinct))
    ids = writer.op("Gather", found, source)
    return compacted(writer, writer.op("Reshape", ids, writer.op("Shape", parts)))


def _looked_up(writer: Writer, words: Sequence[str], cells: str) -> str:
    """Return the place of words in a list; what is empty is no word."""
    keys = [*words, ""]
    numbers = [*range(len(words)), NONE]
    return labelled(writer, cells, keys, numbers, UNKNOWN)


def _standardized(writer: Writer, parting: Parting, cells: str) -> str:
    """Return texts in small letters and without punctuation, as far as is wanted."""
    table: dict[str, str] = {}
    if parting.lowered and parting.ascii_only:
        table |= dict(zip(string.ascii_uppercase, string.ascii_lowercase, strict=True))
    elif parting.lowered:
        table |= capitals(frozenset("".join(parting.words)))
    if parting.stripped:
        table |= dict.fromkeys(string.punctuation, "")
    return substituted(writer, cells, table)


@cache
def capitals(letters: frozenset[str]) -> Mapping[str, str]:
    """Return the capitals that make a difference, with their small letters.

    These are all among the given ones, or they are several, so that a letter becomes two.

    Raises:
        Unwritable: Greek letters, of which one has two small forms.
    """
    if letters & frozenset(SIGMA):
        raise Unwritable(
            "its words are Greek: no operator tells which small letter a capital sigma becomes",
            "export to savedmodel, or leave capitals as they are: standardize: strip_punctuation",
        )
    every = map(chr, range(sys.maxunicode + 1))
    small = {one: one.lower() for one in every if one.lower() != one}
    return {one: by for one, by in small.items() if letters >= set(by) or len(by) > 1}


def _letters(writer: Writer, parting: Parting, cells: str) -> str:
    """Return the numbers of letters, (batch, letters and one more), in their order.

    Marks are put around those that are known; what stands between two marks besides is a row of
    unknown ones, of which only the number matters.
    """
    cells = _standardized(writer, parting, replaced(writer, cells, MARK, OTHER))
    for one in parting.words:
        cells = replaced(writer, cells, one, f"{MARK}{one}{MARK}")
    parts, _ = writer.several("StringSplit", (cells,), 2, delimiter=MARK)
    parts = at_least(writer, parts, cells, 1)
    ids = _looked_up(writer, parting.words, parts)
    zero, one_more = writer.constant(0, np.int64), writer.constant(1, np.int64)
    known = writer.op("GreaterOrEqual", ids, zero)
    length = writer.op("Where", known, one_more, _length(writer, parts))
    after = writer.op("CumSum", length, one_more)
    place = writer.op("Sub", after, length)
    totals = writer.op("ReduceMax", after, writer.ints(1), keepdims=1)
    width = writer.op("Add", writer.reshape(_most(writer, totals), (1,)), writer.ints(1))
    places = writer.op("Range", zero, writer.squeeze(width, 0), one_more)
    within = writer.op("Less", writer.expand_dims(places, 0), totals)
    held = writer.op("Where", within, _whole(writer, UNKNOWN), _whole(writer, NONE))
    last = writer.op("Sub", width, writer.ints(1))
    where = writer.op("Where", known, place, last)
    update = writer.op("Where", known, ids, _whole(writer, NONE))
    return writer.op("ScatterElements", held, where, update, axis=1)


def _most(writer: Writer, totals: str) -> str:
    """Return the largest of some numbers that are not below 0; 0 of none."""
    row = writer.concat([writer.reshape(totals, (-1,)), writer.ints(0)], 0)
    return writer.reduce("Max", row, (0,))


def _length(writer: Writer, cells: str) -> str:
    """Return how many signs texts have, 511 at most, by the bits of the number."""
    total = _whole(writer, 0)
    size = 1
    while size < LONGEST:
        pattern = rf"(?s)(?:.{{{2 * size}}})*.{{0,{size - 1}}}"
        even = writer.op("RegexFullMatch", cells, pattern=pattern)
        bit = writer.op("Where", even, _whole(writer, 0), _whole(writer, size))
        total = writer.op("Add", total, bit)
        size *= 2
    return total


def compacted(writer: Writer, ids: str) -> str:
    """Return the words of each text without gaps between them, and one place more behind."""
    kept = writer.op("Greater", ids, _whole(writer, NONE))
    axis = writer.constant(1, np.int64)
    place = writer.op("CumSum", writer.cast(kept, INT64), axis)
    place = writer.op("Sub", place, _whole(writer, 1))
    width = writer.extent(ids, 1)
    place = writer.op("Where", kept, place, width)
    shape = writer.concat([writer.extent(ids, 0), writer.op("Add", width, writer.ints(1))], 0)
    nothing = writer.op("Expand", _whole(writer, NONE), shape)
    return writer.op("ScatterElements", nothing, place, ids, axis=1)


def _whole(writer: Writer, number: int) -> str:
    return writer.constant(number, np.int64)


def _renumbered(writer: Writer, ids: str, numbers: Sequence[int]) -> str:
    """Return other numbers of words; those of unknown ones, and of none, are kept."""
    table = writer.constant([NONE, UNKNOWN, *numbers], np.int64)
    return writer.op("Gather", table, writer.op("Sub", ids, _whole(writer, NONE)))


def _runs(writer: Writer, parting: Parting, ids: str, size: int) -> str:
    """Return the places of so many words in a row: one for each place at which they begin."""
    held = {run: place for place, run in enumerate(parting.runs) if len(run) == size}
    number = {word: place for place, word in enumerate(parting.words)}
    known: list[tuple[str, ...]] = [(one,) for one in parting.words]
    ahead = _padded(writer, ids, size)
    found = _from(writer, ahead, 0, size)
    for place in range(1, size):
        begun = {one: at for at, one in enumerate(known)}
        known = list(dict.fromkeys(run[: place + 1] for run in held))
        keys = [begun[one[:-1]] * len(number) + number[one[-1]] for one in known]
        found = _lengthened(writer, (found, _from(writer, ahead, place, size)), len(number), keys)
    return _renumbered(writer, found, [held.get(one, UNKNOWN) for one in known])


def _lengthened(writer: Writer, pair: tuple[str, str], count: int, keys: Sequence[int]) -> str:
    """Return the numbers of runs that are one word longer.

    Args:
        writer: takes the operators.
        pair: numbers of the runs so far, and of the words behind them.
        count: of words.
        keys: run * count + word of each longer run, in order.
    """
    run, word = pair
    whole = writer.op("Add", writer.op("Mul", run, _whole(writer, count)), word)
    least = writer.op("Min", run, word)
    known = writer.op("GreaterOrEqual", least, _whole(writer, 0))
    if not keys:
        return writer.op("Min", least, _whole(writer, UNKNOWN))
    looked = labelled(writer, whole, list(keys), range(len(keys)), UNKNOWN)
    return writer.op("Where", known, looked, least)


def _padded(writer: Writer, ids: str, count: int) -> str:
    """Return words with places behind the last, so that a run may begin at each."""
    shape = writer.concat([writer.extent(ids, 0), writer.ints(count)], 0)
    return writer.concat([ids, writer.op("Expand", _whole(writer, NONE), shape)], 1)


def _from(writer: Writer, ids: str, start: int, size: int) -> str:
    """Return words from a place on, as many for every start below a size."""
    return writer.slice(ids, 1, start, start - size)


def numbered(writer: Writer, places: str, length: int | None) -> str:
    """Return the numbers of words from 2 on, 1 for an unknown one, 0 behind the last.

    Args:
        writer: takes the operators.
        places: (batch, words).
        length: of what is returned; None: of the longest text.
    """
    numbers = writer.op("Sub", places, _whole(writer, NONE))
    if length is not None:
        shape = writer.concat([writer.extent(places, 0), writer.ints(length)], 0)
        padding = writer.op("Expand", _whole(writer, 0), shape)
        return writer.slice(writer.concat([numbers, padding], 1), 1, 0, length)
    held = writer.cast(writer.op("Greater", numbers, _whole(writer, 0)), INT64)
    most = _most(writer, writer.reduce("Sum", held, (1,)))
    ends = writer.reshape(most, (1,))
    return writer.op("Slice", numbers, writer.ints(0), ends, writer.ints(1))


def counted(writer: Writer, places: str, codes: int, *, often: bool) -> str:
    """Return a number for each word of the vocabulary, unknown ones together the first.

    Args:
        writer: takes the operators.
        places: (batch, words).
        codes: words and one more.
        often: whether they are counted, or only told apart from 0.
    """
    none = writer.op("Equal", places, _whole(writer, NONE))
    column = writer.op("Add", places, _whole(writer, 1))
    column = writer.op("Where", none, _whole(writer, codes), column)
    one = writer.op("Sub", writer.floats(1), writer.cast(none, FLOAT))
    shape = writer.concat([writer.extent(places, 0), writer.ints(codes + 1)], 0)
    zeros = writer.op("Expand", writer.floats(0), shape)
    counts = writer.op("ScatterElements", zeros, column, one, axis=1, reduction="add")
    counts = writer.slice(counts, 1, 0, codes)
    return counts if often else writer.op("Min", counts, writer.floats(1))
