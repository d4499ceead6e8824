"""What open data shows and no refusal names: constant columns, rows in two splits, leakage.

Each finding carries the path of the spec's value that must change.
"""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from nnspec.data.columns.copies import number_rows
from nnspec.data.columns.distinct import codes_of, different
from nnspec.data.dataset import Dataset
from nnspec.data.split.parts import Split
from nnspec.data.split.splits import SplitName
from nnspec.data.table import Column, Rows, Values
from nnspec.diagnostics import Diagnostic, Path
from nnspec.document import shorten
from nnspec.document.write import flow
from nnspec.spec.data import DataSection
from nnspec.spec.data_rules import named_columns
from nnspec.spec.patterns import ahead, settle

CLOSE = 1e-9
"""Distance of a correlation from 1 that rounding explains, as a share."""
FEW_ROWS = 3
"""Rows through which a line can always be drawn, and one."""
FEW_KINDS = 0.2
"""Share of the rows up to which a column's different values are few."""
COMBINATIONS = 10
"""Combinations of values for each row, below which rows are equal by chance."""
SHARED = 0.01
"""Share of a split's rows that must stand in another one before chance is ruled out."""
MANY_TEXTS = 20
"""Different texts from which on a column may hold identifiers: below, any column is short."""
ASKED = 100
"""Cells that are looked at to tell identifiers from texts."""
FEW_WORDS = 3
"""Words of a name; what is longer is text."""
SHOWN = 5
"""Columns that a message names."""
ALIKE = 0.99
"""Correlation below which columns are far from lying on a line."""
GLANCE = 1_000
"""Rows that tell of most columns that they do not stand for the target."""
LABELS_PER_ROW = 0.5
"""Beyond this share of rows a column is an identifier, which stands for anything one to one."""

KEPT_BACK: tuple[SplitName, ...] = ("validation", "test")

Numbers = NDArray[np.float64]


def check_rows(dataset: Dataset, section: DataSection) -> tuple[Diagnostic, ...]:
    """Return what is doubtful about the rows of a dataset.

    Codes: those of `check_columns`, D122 rows in two splits, D123 a feature that gives the target
    away. Windows over a series are looked at by column alone: they overlap, and the past may
    equal the target.
    """
    training = dataset.splits["train"]
    found = list(check_columns(dataset, section))
    if section.window is None and section.target is not None:
        found += find_leaks(training, section)
        if not repeats_by_nature(columns_of(training)):
            found += find_shared_rows(dataset)
    return tuple(found)


def check_columns(dataset: Dataset, section: DataSection) -> tuple[Diagnostic, ...]:
    """Return what is doubtful about single columns, which is quickly seen.

    Codes: D124 columns without information, D131 identifiers or texts as categories, and what
    the source showed while it was read.
    """
    training = dataset.splits["train"]
    section = settle(section, tuple(dataset.fitted.columns))
    section = ahead(section, dataset.fitted.known)
    found = (*find_constants(training, section), *find_identifiers(training, section))
    return (*found, *dataset.doubts)


def find_constants(training: Split, section: DataSection) -> Iterator[Diagnostic]:
    """Give one finding for all feature columns that are the same in every training row."""
    constant = {
        name: values[0]
        for name in training.features.columns
        if len(values := training.features.cells(name).reshape(-1)) > 1
        and bool((values == values[0]).all())
    }
    if not constant:
        return
    name, value = next(iter(constant.items()))
    shown = f'"{value}"' if isinstance(value, str) else f"{value:g}"
    if len(constant) == 1:
        message = f'column "{name}" is {shown} in all {len(training)} training rows'
        hint = f'leave "{name}" out of features'
    else:
        message = (
            f"{len(constant)} columns are the same in all {len(training)} training rows: "
            f"{listed(constant)}"
        )
        hint = "leave them out of features, unless their place matters, as that of a pixel"
    yield Diagnostic("D124", message, hint=hint, path=place_of(name, section))


def find_identifiers(training: Split, section: DataSection) -> Iterator[Diagnostic]:
    """Give the columns of texts, each in a row or two, that would become one-hot columns."""
    for name, like in training.features.take(slice(0, 0)).columns.items():
        declared = name in section.columns or section.encoding_of(name) != "one_hot"
        if like.kind != "category" or like.shape or declared:
            continue
        column = training.features[name]
        present = column.values[column.values != ""]
        texts = len(different(present))
        if texts < MANY_TEXTS or texts < LABELS_PER_ROW * len(present):
            continue
        message = (
            f'column "{name}" holds {texts} different texts in {len(present)} training rows, such '
            f'as "{shorten(str(present[0]), 24)}": {what_texts_are(present)}; each becomes a '
            "one-hot column that tells nothing about another row"
        )
        yield Diagnostic("D131", message, hint=how_to_declare(name), path=place_of(name, section))


def how_to_declare(name: str) -> str:
    """Return what to write for a column of texts: as no feature, or as the classes they are."""
    return (
        f"write exclude: {flow([name])}, columns: {flow({name: 'text'})} to learn from its words, "
        f"or columns: {flow({name: 'category'})} where each text is a class that comes again"
    )


def what_texts_are(cells: Values) -> str:
    """Return in words what cells hold that are nearly all different."""
    words = [str(cell).split() for cell in cells[:ASKED]]
    if all(len(row) > 1 and all(map(is_number, row)) for row in words):
        return "several numbers in a cell, which take a column each"
    mean = sum(map(len, words)) / len(words)
    return "free text" if mean > FEW_WORDS else "identifiers"


def is_number(text: str) -> bool:
    """Return whether a text is a number, as Python and most tables write it."""
    try:
        float(text.strip(",;[]()"))
    except ValueError:
        return False
    return True


def listed(names: Iterable[str]) -> str:
    """Return the first names of a list, and how many more there are."""
    known = list(names)
    more = f" and {len(known) - SHOWN} more" if len(known) > SHOWN else ""
    return ", ".join(known[:SHOWN]) + more


def find_leaks(training: Split, section: DataSection) -> Iterator[Diagnostic]:
    """Give the features that are a target, or a line through it, or stand for its classes."""
    for target, aim in training.targets.columns.items():
        for name, column in training.features.columns.items():
            said = None if name == target else leak(column, aim, f'the target "{target}"')
            if said:
                message = f'"{name}" {said} in all {len(training)} training rows'
                hint = f'leave "{name}" out of features, unless it is known before the target'
                yield Diagnostic("D123", message, hint=hint, path=place_of(name, section))


def leak(column: Column, target: Column, aim: str) -> str | None:
    """Return in words how a column gives a target away, None where it does not."""
    if column.shape or target.shape or len(column.values) < FEW_ROWS:
        return None
    if column.textual or target.textual:
        return f"stands one to one for {aim}" if one_to_one(column, target) else None
    # What lies on a line in all rows comes close to one in any thousand of them.
    some = slice(None, None, -(-len(column.values) // GLANCE))
    if far_from_lines(column.take(some), target.take(some)):
        return None
    left, right = column.values.astype(np.float64), target.values.astype(np.float64)
    if np.array_equal(left, right):
        return f"equals {aim}"
    line = line_through(left, right)
    return f"is {line[0]:.4g} times {aim} plus {line[1]:.4g}" if line else None


def far_from_lines(column: Column, target: Column) -> bool:
    """Return whether two columns of numbers are far from lying on a line."""
    left, right = column.values.astype(np.float64), target.values.astype(np.float64)
    with np.errstate(all="ignore"):  # missing and infinite cells, and constant columns: not told
        return bool(abs(np.corrcoef(left, right)[0, 1]) < ALIKE)


def line_through(left: Numbers, right: Numbers) -> tuple[float, float] | None:
    """Return slope and start of the line on which two columns lie; None where they lie on none."""
    # Of cells that are missing or infinite the sizes are NaN.
    with np.errstate(invalid="ignore", over="ignore"):
        one, other = left - left.mean(), right - right.mean()
        # Sums of products in pairs: more exact than those of a matrix product, on this core alone.
        common, spread = float((one * other).sum()), float(np.square(other).sum())
        sizes = float(np.sqrt(np.square(one).sum() * spread))
    if not (sizes > 0 and abs(abs(common) / sizes - 1) <= CLOSE):
        return None
    slope = common / spread
    return slope, float(left.mean() - slope * right.mean())


def one_to_one(column: Column, target: Column) -> bool:
    """Return whether the values of two columns of classes stand for each other."""
    if len(column.values) > GLANCE:
        # What stands one to one does so in any of the rows, which most columns do not.
        first = slice(0, GLANCE)
        if not _paired(codes_of(column.take(first)), codes_of(target.take(first))):
            return False
    left, right = codes_of(column), codes_of(target)
    several, classes = int(left.max()) + 1, int(right.max()) + 1
    if several != classes or classes < 2 or classes > LABELS_PER_ROW * len(left):  # noqa: PLR2004 - a class and another
        return False
    return _paired(left, right)


def _paired(left: Rows, right: Rows) -> bool:
    """Return whether each number of one side stands beside one of the other, and no two share."""
    several, classes = int(left.max()) + 1, int(right.max()) + 1
    return several == classes and len(np.unique(left * classes + right)) == classes


def find_shared_rows(dataset: Dataset) -> Iterator[Diagnostic]:
    """Give one finding for the splits whose rows also stand in the training rows."""
    numbers = same_rows(dataset.splits)
    said: list[str] = []
    rows: list[int] = []
    for name in KEPT_BACK:
        split = dataset.splits[name]
        twice = np.flatnonzero(np.isin(numbers[name], numbers["train"]))
        if len(twice) > 1 and len(twice) >= SHARED * len(split):
            said.append(f"{len(twice)} of {len(split)} {name} rows")
            rows.append(int(split.rows[twice[0]]) + 1)
    if said:
        message = (
            f"{' and '.join(said)} also stand in the training rows, "
            f"the first of them row {rows[0]} of the data"
        )
        hint = "to keep copies in one split: split: {duplicates: together}"
        yield Diagnostic("D122", message, hint=hint, path=("data", "split"))


def repeats_by_nature(columns: Iterable[Column]) -> bool:
    """Return whether all columns take few values, so that equal rows are no copies."""
    combinations = 1
    for column in columns:
        rows = len(column.values)
        kinds = rows if column.shape else len(different(column.values))
        combinations *= max(kinds, 1)
        if kinds > FEW_KINDS * rows or combinations > COMBINATIONS * rows:
            return False
    return True


def same_rows(splits: Mapping[SplitName, Split]) -> dict[SplitName, Rows]:
    """Return (rows,) of each split a number that rows of the same cells share."""
    numbers = number_rows(*(columns_of(one) for one in splits.values()))
    ends = np.cumsum([len(one) for one in splits.values()])[:-1]
    return dict(zip(splits, np.split(numbers, ends), strict=True))


def columns_of(split: Split) -> tuple[Column, ...]:
    """Return features and targets."""
    return (*split.features.columns.values(), *split.targets.columns.values())


def place_of(column: str, section: DataSection) -> Path:
    """Return the path at which a column is named as a feature, of the source where it is not."""
    for path, name in named_columns(section):
        if name == column and path[1] in {"features", "inputs"}:
            return path
    return ("data", "features") if section.features is not None else ("data", "source")
