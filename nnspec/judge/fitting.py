"""Floor 8, what baselines are fitted to: training rows as a table, as many as a bound allows."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from nnspec.judge.answers import Array, Floats
from nnspec.judge.known import Known

FEWEST = 100
"""Rows below which a linear model of a larger table says nothing."""
BLOCK = 1_000_000
"""Cells that a linear model predicts at once."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What a baseline is fitted to."""

    train: Known
    seed: int
    notes: list[str]
    """Takes what must be known to read the figures."""


def drawn(name: str, fit: Fit, cells: int) -> Array | None:
    """Return the training rows to fit: all, or as many as the bound on cells allows.

    None, with a note, where the rows are so wide that too few could be used.
    """
    train, notes = fit.train, fit.notes
    rows = len(train.target)
    columns = sum(int(np.prod(one.shape[1:])) for one in train.inputs.values())
    allowed = cells // max(1, columns)
    if rows <= allowed:
        return np.arange(rows)
    if allowed < FEWEST:
        notes.append(f"{name}: left out, {columns:,} columns are too many for it")
        return None
    notes.append(f"{name}: fitted to {allowed:,} of {rows:,} training rows, drawn at random")
    draw = np.random.Generator(np.random.Philox(fit.seed))
    return np.sort(draw.permutation(rows)[:allowed])


def table_of(known: Known, rows: Array | slice) -> Any:  # noqa: ANN401  SciPy is untyped
    """Return all inputs of some rows side by side, (rows, columns); sparse where one is text."""
    chosen = {name: np.asarray(one[rows]) for name, one in known.inputs.items()}
    tables = [
        words_of(one, known.words[name]) if name in known.words else flattened(one)
        for name, one in chosen.items()
    ]
    return sparse.hstack(tables, format="csr") if known.words else np.concatenate(tables, axis=1)


def words_of(numbers: Array, count: int) -> Any:  # noqa: ANN401  SciPy is untyped
    """Return which words each text has, (rows, words): their numbers themselves order nothing."""
    flat = numbers.reshape(len(numbers), -1)
    row, place = np.nonzero(flat)
    shape = (len(flat), count)
    table = sparse.coo_matrix((np.ones(len(row)), (row, flat[row, place])), shape).tocsr()
    table.data[:] = 1.0  # a word that comes twice was added up
    return table


def in_blocks(known: Known, predict: Any) -> Floats:  # noqa: ANN401  scikit-learn is untyped
    """Return the answers for all rows, with a bounded number of cells in memory at once."""
    columns = sum(int(np.prod(one.shape[1:])) for one in known.inputs.values())
    step = max(1, BLOCK // max(1, columns))
    starts = range(0, len(known.target), step)
    found = [flattened(predict(table_of(known, slice(start, start + step)))) for start in starts]
    return np.concatenate(found)


def flattened(values: Array) -> Floats:
    """Return (rows, columns) in double precision."""
    array = np.asarray(values, dtype=np.float64)
    return array.reshape(len(array), -1)
