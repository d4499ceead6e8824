"""Which layer of one network is which of another: by name, by what it is, by where it stands.

The layers are aligned as two sequences are (Needleman and Wunsch, 1970): each pair of one class
counts for what it has in common, and the pairs of the largest sum that keep the order are taken.
A layer that is put in between therefore shifts none of those behind it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nnspec.difference.entries import Entry

MOST_CELLS = 250_000
"""Pairs that are compared; of longer networks those near the diagonal."""
NARROWEST_BAND = 60
"""Layers to both sides of the diagonal that are compared in any case."""
SAME_NAME, OTHER_NAME, SAME_COUNT = 6.0, -1.5, 0.5
"""What equal given names, different given names and equal counted names add to a pair."""
SAME_CLASS, MOST_DIFFERENT = 5.0, 4
"""What a pair of one class counts, and how many of its different settings are taken off."""

Pair = tuple[int, int]


def match(before: Sequence[Entry], after: Sequence[Entry]) -> tuple[Pair, ...]:
    """Return which entries belong together, as pairs of places, in the order of the first.

    An entry that stands alone between the same neighbours as one of another class is that one
    replaced.
    """
    pairs = align(before, after)
    pairs |= same_names(before, after, pairs)
    pairs |= replaced(before, after, pairs)
    return tuple(sorted(pairs.items()))


def align(before: Sequence[Entry], after: Sequence[Entry]) -> dict[int, int]:
    """Return the pairs of the largest sum that keep the order of both."""
    scores = Scores()
    start = 0
    while start < min(len(before), len(after)) and scores.equal(before[start], after[start]):
        start += 1
    end = 0
    most = min(len(before), len(after)) - start
    while end < most and scores.equal(before[-1 - end], after[-1 - end]):
        end += 1
    inner = Alignment(before[start : len(before) - end], after[start : len(after) - end], scores)
    pairs = {one: one for one in range(start)}
    pairs |= {start + one: start + other for one, other in inner.pairs().items()}
    pairs |= {len(before) - one: len(after) - one for one in range(1, end + 1)}
    return pairs


class Scores:
    """How much two entries have in common, worked out once for each two kinds of entry."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], float] = {}
        self.keys: dict[int, str] = {}

    def of(self, one: Entry, other: Entry) -> float:
        """Return what a pair counts; 0 or less: they are not taken for each other."""
        name = compare_names(one, other)
        if one.kind != other.kind:
            return name if name == SAME_NAME else 0.0
        keys = (self.key(one), self.key(other))
        if keys not in self.known:
            differing = min(count_different(one, other), MOST_DIFFERENT)
            same = (one.shapes == other.shapes) + (one.parameters == other.parameters)
            self.known[keys] = SAME_CLASS - differing + 0.5 * same
        return self.known[keys] + name

    def equal(self, one: Entry, other: Entry) -> bool:
        """Return whether two entries are alike in name and settings."""
        return one.name == other.name and self.key(one) == self.key(other)

    def key(self, entry: Entry) -> str:
        """Return what tells an entry from others, its name and inputs left out."""
        found = self.keys.get(id(entry))
        if found is None:
            found = repr((entry.kind, entry.settings, entry.shapes, entry.parameters))
            self.keys[id(entry)] = found
        return found


def compare_names(one: Entry, other: Entry) -> float:
    """Return what two names add to a pair."""
    if one.name == other.name:
        return SAME_NAME if one.named else SAME_COUNT
    return OTHER_NAME if one.named or other.named else 0.0


def count_different(one: Entry, other: Entry) -> int:
    """Return how many settings two entries of one class do not have in common."""
    first, second = one.settings or {}, other.settings or {}
    return sum(first.get(key) != second.get(key) for key in first.keys() | second.keys())


@dataclass(frozen=True, slots=True)
class Alignment:
    """Two sequences, and what their pairs count."""

    before: Sequence[Entry]
    after: Sequence[Entry]
    scores: Scores

    def pairs(self) -> dict[int, int]:
        """Return the pairs of the largest sum."""
        taken = self.table()
        found: dict[int, int] = {}
        row, column = len(self.before), len(self.after)
        while row and column:
            step = taken[row - 1].get(column - 1, "up" if row > column else "left")
            if step == "pair":
                row, column = row - 1, column - 1
                found[row] = column
            elif step == "up":
                row -= 1
            else:
                column -= 1
        return found

    def table(self) -> list[dict[int, str]]:
        """Return for each pair of places the last step of the best way there."""
        steps: list[dict[int, str]] = []
        sums: dict[int, float] = {}
        for row, one in enumerate(self.before):
            line: dict[int, float] = {}
            taken: dict[int, str] = {}
            for column in self.band(row):
                up, left = sums.get(column, 0.0), line.get(column - 1, 0.0)
                pair = self.scores.of(one, self.after[column])
                together = sums.get(column - 1, 0.0) + pair if pair > 0 else -1.0
                best = max(up, left, together)
                line[column] = best
                taken[column] = "pair" if best == together else "up" if best == up else "left"
            steps.append(taken)
            sums = line
        return steps

    def band(self, row: int) -> range:
        """Return the places that are compared with one of the first sequence."""
        rows, columns = len(self.before), len(self.after)
        half = max(NARROWEST_BAND, MOST_CELLS // (2 * rows))
        middle = row * columns // rows
        return range(max(0, middle - half), min(columns, middle + half + 1))


def same_names(
    before: Sequence[Entry], after: Sequence[Entry], pairs: Mapping[int, int]
) -> dict[int, int]:
    """Return the entries of one given name and class that are left: they were moved."""
    taken = set(pairs.values())
    free = {
        (one.name, one.kind): place
        for place, one in enumerate(after)
        if one.named and place not in taken
    }
    found: dict[int, int] = {}
    for place, one in enumerate(before):
        other = free.get((one.name, one.kind))
        if place not in pairs and other is not None:
            found[place] = other
    return found


def replaced(
    before: Sequence[Entry], after: Sequence[Entry], pairs: Mapping[int, int]
) -> dict[int, int]:
    """Return the entries that stand alone between neighbours that belong together."""
    backwards = {other: one for one, other in pairs.items()}
    found: dict[int, int] = {}
    for place in range(len(before)):
        if place in pairs:
            continue
        previous = pairs.get(place - 1, -1 if place == 0 else None)
        if previous is None or previous + 1 >= len(after) or previous + 1 in backwards:
            continue
        following = pairs.get(place + 1, len(after) if place + 1 == len(before) else None)
        if following == previous + 2:
            found[place] = previous + 1
    return found
