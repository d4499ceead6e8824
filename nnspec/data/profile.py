"""What the training columns held, in figures that tell new rows from them; no cell is kept.

Numbers, dates and the words of texts are counted between tenths of the training rows and below and
above all of them, classes by their labels. JSON both ways: a run keeps it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, assert_never

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nnspec.data.columns.words import part_texts
from nnspec.data.fit.dates import seconds
from nnspec.data.fit.fitted import (
    BooleanFit,
    CategoryFit,
    ColumnFit,
    DateFit,
    IntegerFit,
    NumericFit,
    TextFit,
)
from nnspec.data.fit.frozen import Fitted, Kept
from nnspec.data.fit.image import ImageFit
from nnspec.data.table import Column, Table

TENTHS = np.linspace(0, 1, 11)[1:]
SAMPLE = 100_000
"""Cells that tenths are taken from, evenly over the rows; all cells are counted between them."""
MOST_LABELS = 50
"""Classes that are counted one by one, the most frequent ones; the rest is counted together."""

Numbers = NDArray[np.float64]


class ColumnProfile(Fitted):
    """One feature column in the training rows."""

    missing: int
    """Missing cells."""
    edges: tuple[float, ...] = ()
    """Numbers that part the bins, each the largest of its own: the first just below the smallest
    training cell, the last the largest; dates in seconds since 1970, texts by their words."""
    labels: tuple[str, ...] = ()
    """Classes with a bin of their own; behind theirs the other known ones, then unknown ones."""
    counts: tuple[int, ...] = ()
    """Cells of each bin."""

    @property
    def extent(self) -> tuple[float, float]:
        """Return the smallest and largest number of the training rows."""
        return float(np.nextafter(self.edges[0], np.inf)), self.edges[-1]


class Profile(Kept):
    """All feature columns in the training rows."""

    title: ClassVar[str] = "the profile of the training columns"

    version: Literal[1] = 1
    """Version of this document's form."""
    rows: int
    """Training rows; over a series its steps."""
    columns: dict[str, ColumnProfile]


@dataclass(frozen=True, slots=True)
class Counted:
    """The cells of a column.

    Attributes:
        bins: cells of each bin of a profile, unknown classes the last.
        missing: missing cells.
        unknown: cells whose class, or whose every word, the training had not.
        below: cells below all of the training rows.
        above: cells above them.
    """

    bins: tuple[int, ...]
    missing: int
    unknown: int = 0
    below: int = 0
    above: int = 0


def profile(training: Table, fits: Mapping[str, ColumnFit]) -> Profile:
    """Return what the training rows hold in each feature column."""
    columns = {name: _profile(training[name], fit) for name, fit in fits.items()}
    return Profile(rows=training.rows, columns=columns)


def count(column: Column, fit: ColumnFit, known: ColumnProfile) -> Counted:
    """Return how the cells of a column lie in the bins of a profile."""
    if isinstance(fit, CategoryFit):
        return _count_labels(column, fit, known.labels)
    numbers, missing = numbers_of(column, fit)
    bins = _binned(numbers, known.edges)
    unknown = strange_texts(column, fit) if isinstance(fit, TextFit) else 0
    return Counted(bins, missing, unknown, bins[0], bins[-1])


def count_plainly(column: Column, fit: ColumnFit) -> Counted:
    """Return the missing and the unknown cells of a column, where there is no profile."""
    missing = int(_absent(column).sum())
    if isinstance(fit, CategoryFit):
        return Counted((), missing, _count_labels(column, fit, ()).unknown)
    return Counted((), missing, strange_texts(column, fit) if isinstance(fit, TextFit) else 0)


def numbers_of(column: Column, fit: ColumnFit) -> tuple[Numbers, int]:
    """Return the present cells of a column as numbers, in one line, and how many are missing.

    Of a text it is the number of its words, of a picture its mean brightness.
    """
    absent = _absent(column)
    cells = column.values if isinstance(fit, ImageFit) else column.values.reshape(-1)
    present = cells[~absent]
    missing = int(absent.sum())
    match fit:
        case ImageFit():
            return present.reshape(len(present), -1).mean(axis=1, dtype=np.float64), missing
        case NumericFit() | BooleanFit() | IntegerFit():
            return present.astype(np.float64), missing
        case DateFit():
            return seconds(present.astype(str)).astype(np.float64), missing
        case TextFit():
            words = part_texts(pl.Series(present.tolist(), dtype=pl.String), fit).list.len()
            return words.cast(pl.Float64).to_numpy(), missing
        case CategoryFit():
            raise AssertionError("classes are no numbers")
        case _:
            assert_never(fit)


def strange_texts(column: Column, fit: TextFit) -> int:
    """Return how many texts have words, and none that the training had."""
    texts = pl.Series(column.values.reshape(-1).tolist(), dtype=pl.String)
    words = part_texts(texts, fit)
    table = pl.DataFrame({"text": np.arange(len(words)), "word": words}).explode("word")
    table = table.drop_nulls()
    known = table["word"].is_in(list(fit.vocabulary))
    return int(table["text"].n_unique() - table.filter(known)["text"].n_unique())


def _profile(column: Column, fit: ColumnFit) -> ColumnProfile:
    if isinstance(fit, CategoryFit):
        known = Counter(column.values.reshape(-1).tolist())
        frequent = sorted(fit.vocabulary, key=lambda label: (-known[label], label))
        labels = tuple(label for label in frequent if label)[:MOST_LABELS]
        counted = _count_labels(column, fit, labels)
        return ColumnProfile(missing=counted.missing, labels=labels, counts=counted.bins)
    numbers, missing = numbers_of(column, fit)
    if not len(numbers):
        return ColumnProfile(missing=missing)
    edges = _edges(numbers)
    return ColumnProfile(missing=missing, edges=edges, counts=_binned(numbers, edges))


def _edges(numbers: Numbers) -> tuple[float, ...]:
    """Return what lies just below all numbers, then the tenths up to the largest, each once."""
    some = numbers[:: max(1, len(numbers) // SAMPLE)]
    tenths = np.quantile(some, TENTHS, method="inverted_cdf")
    below = np.nextafter(numbers.min(), -np.inf)
    return tuple(np.unique([below, *tenths, numbers.max()]).tolist())


def _binned(numbers: Numbers, edges: Sequence[float]) -> tuple[int, ...]:
    """Return how many numbers lie up to each edge, and beyond the last."""
    if not edges:
        return (0, len(numbers))
    places = np.searchsorted(np.asarray(edges), numbers, side="left")
    return tuple(np.bincount(places, minlength=len(edges) + 1).tolist())


def _count_labels(column: Column, fit: CategoryFit, labels: tuple[str, ...]) -> Counted:
    """Return the cells of each label, of other known classes, and of unknown ones.

    By its hash every class is known.
    """
    found = Counter(column.values.reshape(-1).tolist())
    missing = found.pop("", 0)
    own = [found[label] for label in labels]
    known = found.total()
    if fit.hash is None:
        known = sum(found[label] for label in fit.vocabulary if label)
    unknown = found.total() - known
    return Counted((*own, known - sum(own), unknown), missing, unknown)


def _absent(column: Column) -> NDArray[np.bool_]:
    """Return which cells, or elements of array cells, are missing, in one line."""
    if column.kind == "image":
        return column.missing()
    flat = Column(column.kind, column.values.reshape(-1))
    return flat.missing()
