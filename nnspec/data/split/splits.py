"""Divides rows into training, validation and test."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor
from typing import Literal

import numpy as np

from nnspec.data.columns.refusals import refuse
from nnspec.data.table import Rows, Values
from nnspec.spec.data import SplitSection

SplitName = Literal["train", "validation", "test"]
SPLITS: tuple[SplitName, ...] = ("train", "validation", "test")

TOGETHER = ": rows that are the same stay together"
"""Why a split that was drawn may have no rows."""

Partition = Mapping[SplitName, Rows]
"""Row numbers of each split, from 0, in the order of the data."""


@dataclass(frozen=True, slots=True, eq=False)
class Grounds:
    """What a split looks at beside its shares; None for what it does not.

    Attributes:
        classes: (rows,) class of each row.
        groups: (rows,) what each row belongs to, and must not be parted from.
        times: (rows,) when each row is.
        copies: (rows,) a number that rows which are the same share, to be kept together.
    """

    classes: Values | None = None
    groups: Values | None = None
    times: Values | None = None
    copies: Rows | None = None

    def take(self, rows: Rows) -> "Grounds":
        """Return what is known of some rows."""
        classes, groups, times = (
            None if one is None else one[rows] for one in (self.classes, self.groups, self.times)
        )
        return Grounds(classes, groups, times, None if self.copies is None else self.copies[rows])


def split_rows(rows: int, split: SplitSection, grounds: Grounds | None = None) -> Partition:
    """Divide the rows of a table.

    Args:
        rows: number of rows.
        split: shares, seed and method; `auto` is stratified if classes are given, else random.
        grounds: classes for a stratified split, groups or times where the split names a column.

    Raises:
        Refused: D111 for a split without rows, S115 for a stratified split without classes.
    """
    grounds = grounds or Grounds()
    classes = grounds.classes
    counts = split_counts(rows, split)
    if grounds.groups is not None:
        return _by_groups(grounds.groups, counts, split)
    if grounds.times is not None:
        places = places_by_time(grounds.times, split)
        return _partition(places, split, ": rows at the same moment stay together")
    if split.method == "time":
        order = np.arange(rows)
    elif split.method == "random" or (split.method == "auto" and classes is None):
        order = np.random.default_rng(split.seed).permutation(rows)
    elif classes is None:
        message = "`method: stratified` keeps the shares of classes; the target has no classes"
        hint = "use method: random or time"
        raise refuse("S115", message, hint=hint, path=("data", "split", "method"))
    else:
        parts = _stratified(classes, counts, split.seed, grounds.copies)
        return _checked(parts, split, TOGETHER)
    cut = _cut(order, counts, grounds.copies)
    parts = {name: _rising(part, rows) for name, part in zip(SPLITS, cut, strict=True)}
    return _checked(parts, split, TOGETHER)


def _rising(part: Rows, rows: int) -> Rows:
    """Return the different rows of a part in their order, which is found sooner than by sorting."""
    held = np.zeros(rows, np.bool_)
    held[part] = True
    return np.flatnonzero(held)


def _checked(parts: Partition, split: SplitSection, reason: str) -> Partition:
    """Return splits; refuse one that has a share and no rows (D111)."""
    counts = {name: len(rows) for name, rows in parts.items()}
    check_counts(counts, sum(counts.values()), split, reason)
    return parts


def _cut(order: Rows, counts: Mapping[SplitName, int], copies: Rows | None) -> list[Rows]:
    """Return the rows of each split in turn; cuts between copies move to where others begin."""
    ends = np.cumsum([counts[name] for name in SPLITS])[:-1]
    if copies is None or not len(order):
        return np.split(order.astype(np.int64), ends)
    _, first, codes = np.unique(copies[order], return_index=True, return_inverse=True)
    gathered = np.argsort(first[codes], kind="stable")
    begins = np.flatnonzero(np.diff(first[codes][gathered], prepend=-1))
    borders = np.append(begins, len(order))
    nearest = [int(borders[np.abs(borders - end).argmin()]) for end in ends]
    return np.split(order[gathered].astype(np.int64), nearest)


def split_given(given: Rows, split: SplitSection, grounds: Grounds | None = None) -> Partition:
    """Return the rows that are splits as they are; others are drawn of the training rows.

    Args:
        given: (rows,) place of the split that each row is given as.
        split: shares of the training rows for what is not given, seed and method.
        grounds: as for `split_rows`.

    Raises:
        Refused: as `split_rows`.
    """
    own = {name: np.flatnonzero(given == place) for place, name in enumerate(SPLITS)}
    drawn = {name: 0.0 for name in ("validation", "test") if len(own[name])}
    pool = own["train"]
    among = None if grounds is None else grounds.take(pool)
    parts = split_rows(len(pool), split.model_copy(update=drawn), among)
    return {name: own[name] if name in drawn else pool[parts[name]] for name in SPLITS}


def places_by_time(times: Values, split: SplitSection) -> Rows:
    """Return (rows,) the place of the split that each row's time belongs to; the latest are last.

    Rows at the moment of a cut stay together, behind it.
    """
    ordered = np.sort(times)
    counts = split_counts(len(times), split)
    after = np.cumsum([counts["train"], counts["validation"]])
    cuts = [ordered[place] if place < len(times) else np.inf for place in after]
    return np.searchsorted(np.asarray(cuts), times, side="right")


def _by_groups(groups: Values, counts: Mapping[SplitName, int], split: SplitSection) -> Partition:
    """Divide whole groups, drawn in turn, so that each split comes close to its count of rows."""
    _, codes, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    waiting = np.random.default_rng(split.seed).permutation(len(sizes)).tolist()
    places = np.zeros(len(sizes), np.int64)
    for place in (SPLITS.index("test"), SPLITS.index("validation")):
        wanted, held = counts[SPLITS[place]], 0
        # A group is left for each split that has its turn later.
        later = sum(counts[name] > 0 for name in SPLITS[:place])
        for code in list(waiting):
            closer = abs(wanted - held - sizes[code]) < wanted - held
            if closer and len(waiting) > later:
                places[code] = place
                held += sizes[code]
                waiting.remove(code)
        if not held and wanted and len(waiting) > later:
            # Every group is at least twice as large as what is wanted.
            smallest = min(waiting, key=lambda code: int(sizes[code]))
            places[smallest] = place
            waiting.remove(smallest)
    found = "1 group that is" if len(sizes) == 1 else f"{len(sizes)} groups that are"
    return _partition(places[codes], split, f": {found} not parted")


def _partition(places: Rows, split: SplitSection, reason: str) -> Partition:
    """Return the rows at each place; refuse a split that has a share and no rows (D111)."""
    parts: Partition = {name: np.flatnonzero(places == place) for place, name in enumerate(SPLITS)}
    return _checked(parts, split, reason)


def split_counts(rows: int, split: SplitSection) -> dict[SplitName, int]:
    """Return the number of rows of each split; shares are rounded to whole rows, halves up.

    Where validation and test have both been rounded up until no row is left to train on, the
    larger of them, the test of two equal ones, gives one back.

    Raises:
        Refused: D111 for a split with a share and without rows.
    """
    validation, test = (floor(rows * share + 0.5) for share in (split.validation, split.test))
    if validation + test == rows > 0:
        validation, test = (validation, test - 1) if test >= validation else (validation - 1, test)
    counts: dict[SplitName, int] = {
        "train": rows - validation - test,
        "validation": validation,
        "test": test,
    }
    check_counts(counts, rows, split)
    return counts


def check_counts(
    counts: Mapping[SplitName, int], rows: int, split: SplitSection, reason: str = ""
) -> None:
    """Refuse a split that has a share and no rows (D111).

    Args:
        counts: rows, or windows, of each split.
        rows: number of rows of the data.
        split: the shares.
        reason: what made the rows few, for the message.
    """
    shares = {"train": 1.0, "validation": split.validation, "test": split.test}
    listed = ", ".join(f"{name} {max(count, 0)}" for name, count in counts.items())
    for name, count in counts.items():
        if shares[name] > 0 and count <= 0:
            what = "" if name == "train" else f" (share {shares[name]:g})"
            message = f"the {name} split{what} is left with 0 rows of {rows}: {listed}{reason}"
            key = "validation" if name == "train" else name
            hint = "take smaller shares" if name == "train" else f"write split: {{{name}: 0}}"
            hint += ", or give the data more rows"
            if reason:
                hint += ", or rows that can be parted"
            raise refuse("D111", message, hint=hint, path=("data", "split", key))


def _stratified(
    classes: Values, counts: Mapping[SplitName, int], seed: int, copies: Rows | None
) -> Partition:
    """Divide each class by the same shares; what rounding leaves goes where most is due.

    Copies are of one class: they are kept together within it.
    """
    generator = np.random.default_rng(seed)
    left = dict(counts)
    taken: dict[SplitName, list[Rows]] = {name: [] for name in SPLITS}
    _, codes, sizes = np.unique(classes, return_inverse=True, return_counts=True)
    for code in np.argsort(sizes, kind="stable"):
        members = generator.permutation(np.flatnonzero(codes == code))
        # Copies that were kept together may have filled every split.
        left = left if any(left.values()) else dict(counts)
        shares = _apportion(len(members), left, sum(left.values()))
        for name, part in zip(SPLITS, _cut(members, shares, copies), strict=True):
            taken[name].append(part)
            left[name] = max(0, left[name] - len(part))
    return {name: np.sort(np.concatenate(parts)) for name, parts in taken.items()}


def _apportion(members: int, left: Mapping[SplitName, int], remaining: int) -> dict[SplitName, int]:
    """Return how many members of a class go to each split, by largest remainder.

    Args:
        members: rows of the class.
        left: rows that each split still takes.
        remaining: rows that are still to be divided, the class's included.
    """
    due = {name: members * left[name] / remaining for name in SPLITS}
    shares = {name: floor(due[name]) for name in SPLITS}
    by_remainder = sorted(SPLITS, key=lambda name: due[name] - shares[name], reverse=True)
    for name in by_remainder[: members - sum(shares.values())]:
        shares[name] += 1
    return shares
