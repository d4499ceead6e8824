"""Fits texts on the training rows: their vocabulary, its weights, and how many words are read."""

from math import log

import numpy as np
import polars as pl

from nnspec.catalog.columns import Constant, TextColumn
from nnspec.data.columns.refusals import refuse
from nnspec.data.columns.words import part_texts
from nnspec.data.fit.fitted import TextFit
from nnspec.data.table import Column
from nnspec.spec.data import DataSection

USUAL_LENGTH = 1000
"""Most words of a text that are read where the spec does not say how many."""
Counts = dict[str, int]


def fit_text(name: str, column: Column, section: DataSection) -> TextFit:
    """Return what the training cells of a column of texts say.

    Raises:
        Refused: D105 for a column without any word.
    """
    said = section.columns.get(name)
    described = said if isinstance(said, TextColumn) else TextColumn()
    fill = _fill(name, section)
    cells = np.where(column.values == "", fill or "", column.values).reshape(-1)
    fit = TextFit(
        shape=column.shape,
        vocabulary=(),
        mode=described.output_mode,
        standardize=described.standardize,
        split=described.split,
        ngrams=described.ngrams,
        fill=fill,
    )
    words = part_texts(pl.Series(cells.tolist(), dtype=pl.String), fit)
    counts = count(words)
    if not counts:
        path = ("data", "columns", name)
        raise refuse("D105", f'column "{name}" has no word in any training row', path=path)
    # Of words that are as frequent the last of the alphabet comes first, as in Keras.
    order = sorted(counts, key=lambda word: (counts[word], word), reverse=True)
    known = tuple(order[: described.max_tokens - fit.codes])
    longest = int(words.list.len().max() or 1)
    length = described.output_sequence_length or min(longest, USUAL_LENGTH)
    weights = weigh(known, count(words.list.unique()), len(words)) if fit.mode == "tf_idf" else ()
    update = {"vocabulary": known, "length": length if fit.numbered else 0, "weights": weights}
    return fit.model_copy(update=update)


def count(words: pl.Series) -> Counts:
    """Return how often each word stands in a column of lists."""
    found = words.explode().drop_nulls().alias("word").value_counts()
    return dict(found.iter_rows())


def weigh(known: tuple[str, ...], rows: Counts, total: int) -> tuple[float, ...]:
    """Return inverse document frequencies: first the mean, for unknown words, as in Keras."""
    each = [log(1 + total / (1 + rows[word])) for word in known]
    return (sum(each) / len(each), *each)


def _fill(name: str, section: DataSection) -> str | None:
    """Return what stands in for a missing text; None where it is refused or left out."""
    policy = section.missing_of(name)
    if isinstance(policy, Constant):
        return str(policy.constant)
    return None if policy in {"error", "drop", "forward"} else ""
