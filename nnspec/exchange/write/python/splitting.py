"""The function that divides the rows: by the arithmetic that divided them, or row by row."""

from collections.abc import Iterator
from textwrap import wrap

import numpy as np

from nnspec.data import SPLITS, SplitName
from nnspec.data.split.splits import Grounds, Partition, split_counts, split_rows
from nnspec.data.table import Rows
from nnspec.diagnostics import Refused
from nnspec.exchange.write.python.code import WIDTH, quoted
from nnspec.exchange.write.python.facts import MOST_LISTED, Facts
from nnspec.exchange.write.python.objects import Unsayable

SHARES = '''\
def share_of(rows: int, share: float) -> int:
    """Return how many of some rows a share is, halves rounded up."""
    return floor(rows * share + 0.5)
'''
BY_TIME = '''\
def split_rows(rows: int) -> list[np.ndarray]:
    """Return the rows of training, validation and test: the last ones are the test."""
    validation, test = share_of(rows, VALIDATION), share_of(rows, TEST)
    train = rows - validation - test
    return np.split(np.arange(rows), [train, train + validation])
'''
AT_RANDOM = '''\
def split_rows(rows: int) -> list[np.ndarray]:
    """Return the rows of training, validation and test, drawn from a seed."""
    validation, test = share_of(rows, VALIDATION), share_of(rows, TEST)
    train = rows - validation - test
    order = np.random.default_rng(SPLIT_SEED).permutation(rows)
    return [np.sort(part) for part in np.split(order, [train, train + validation])]
'''
STRATIFIED = '''\
def split_rows(classes: np.ndarray) -> list[np.ndarray]:
    """Return the rows of training, validation and test, each class by the same shares.

    What rounding leaves of a class goes where most is due.
    """
    rows = len(classes)
    validation, test = share_of(rows, VALIDATION), share_of(rows, TEST)
    left = [rows - validation - test, validation, test]
    parts: list[list[np.ndarray]] = [[], [], []]
    generator = np.random.default_rng(SPLIT_SEED)
    _, codes, sizes = np.unique(classes, return_inverse=True, return_counts=True)
    for code in np.argsort(sizes, kind="stable"):
        members = generator.permutation(np.flatnonzero(codes == code))
        due = [len(members) * one / sum(left) for one in left]
        counts = [floor(one) for one in due]
        for place in sorted(range(3), key=lambda one: counts[one] - due[one]):
            counts[place] += sum(counts) < len(members)
        cuts = np.split(members, np.cumsum(counts)[:-1])
        for place, cut in enumerate(cuts):
            parts[place].append(cut)
            left[place] -= len(cut)
    return [np.sort(np.concatenate(part)) for part in parts]
'''
WINDOWS = '''\
def split_windows(rows: int) -> list[np.ndarray]:
    """Return the first rows of the windows of training, validation and test.

    A window belongs to where the row of its target lies; the last rows are the test.
    """
    validation, test = share_of(rows, VALIDATION), share_of(rows, TEST)
    ends = [rows - validation - test, rows - test, rows]
    reach = LENGTH + HORIZON - 1
    parts = []
    for begin, end in zip([0, *ends], ends):
        first = max(0, begin - reach)
        parts.append(np.arange(first, max(first, end - reach)))
    return parts
'''
LISTED = '''\
def split_rows(rows: int) -> list[np.ndarray]:
    """Return the rows of training, validation and test, as they were recorded."""
    validation = np.array(VALIDATION_ROWS.split(), int)
    test = np.array(TEST_ROWS.split(), int)
    train = np.setdiff1d(np.arange(rows), np.concatenate([validation, test]))
    return [train, validation, test]
'''


class Splitting:
    """How a program divides the rows.

    Attributes:
        function: the functions that do it.
        constants: what they read.
        call: the expression that calls them.
    """

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.split = facts.section.split
        self.constants: list[str] = []
        shares = [f"VALIDATION = {self.split.validation!r}", f"TEST = {self.split.test!r}"]
        if facts.section.window is not None:
            self.constants += shares
            self.function, self.call = f"{SHARES}\n\n{WINDOWS}", "split_windows(rows)"
            return
        way = self.way()
        if way is None:
            self.listed()
            return
        seeded = way != BY_TIME
        self.constants += [*shares, *([f"SPLIT_SEED = {self.split.seed}"] if seeded else [])]
        self.function = f"{SHARES}\n\n{way}"
        column = facts.target_columns()
        by_class = way == STRATIFIED
        self.call = f"split_rows(table[{quoted(column[0])}])" if by_class else "split_rows(rows)"

    def recorded(self) -> tuple[dict[SplitName, Rows], int]:
        """Return the rows of each split, counted without those that were left out."""
        splits = self.facts.dataset.splits
        every = np.sort(np.concatenate([splits[name].rows for name in SPLITS]))
        return {name: np.searchsorted(every, splits[name].rows) for name in SPLITS}, len(every)

    def way(self) -> str | None:
        """Return the function that divides the rows as they were; None where none does."""
        wanted, rows = self.recorded()
        if self.split.duplicates != "free" or self.split.columns:
            return None
        for way, found in self.ways(rows):
            if all(np.array_equal(found[name], wanted[name]) for name in SPLITS):
                return way
        return None

    def ways(self, rows: int) -> Iterator[tuple[str, Partition]]:
        """Give each function with what it makes of the rows."""
        try:
            split_counts(rows, self.split)
            for method, way in (("time", BY_TIME), ("random", AT_RANDOM)):
                said = self.split.model_copy(update={"method": method})
                yield way, split_rows(rows, said)
            classes = self.classes(rows)
            if classes is not None:
                said = self.split.model_copy(update={"method": "stratified"})
                yield STRATIFIED, split_rows(rows, said, Grounds(classes=classes))
        except Refused:
            return

    def classes(self, rows: int) -> Rows | None:
        """Return the classes of all rows, as numbers in the order of their values."""
        columns = self.facts.target_columns()
        if len(columns) != 1:
            return None
        wanted, _ = self.recorded()
        splits = self.facts.dataset.splits
        cells = [splits[name].targets[columns[0]].values for name in SPLITS]
        found = np.empty(rows, np.int64)
        if any(one.ndim > 1 for one in cells):
            return None
        _, codes = np.unique(np.concatenate(cells), return_inverse=True)
        found[np.concatenate([wanted[name] for name in SPLITS])] = codes
        return found

    def listed(self) -> None:
        """Let the program list the rows."""
        wanted, _ = self.recorded()
        few = [name for name in SPLITS if name != "train"]
        if sum(len(wanted[name]) for name in few) > MOST_LISTED:
            raise Unsayable(f"data.split: more than {MOST_LISTED:,} rows would have to be listed")
        for name in few:
            rows = [int(one) for one in wanted[name]]
            self.constants.append(rows_constant(f"{name.upper()}_ROWS", rows))
        self.function, self.call = LISTED, "split_rows(rows)"


def rows_constant(name: str, rows: list[int]) -> str:
    """Return the constant that lists rows, as many to a line as it takes."""
    lines = wrap(" ".join(map(str, rows)), WIDTH)
    return "\n".join([f'{name} = """', *lines, '"""'])
