"""What a cell is: one rule for tables of every format, for `predict` and for the SavedModel.

The expressions hold in polars (Rust's regex) and in TensorFlow (RE2) alike, so that a table and a
request to the SavedModel are read by the same text. The reference of `data` states the rule.
"""

import numpy as np
import polars as pl

from nnspec.data.fit.bending import bent, has_line
from nnspec.data.fit.bins import beyond_bins
from nnspec.data.fit.fitted import NumericFit
from nnspec.data.table import Values

SPACE = r"[\t-\r \x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}]"
BLANKS = rf"\A{SPACE}+|{SPACE}+\z"
"""Blanks of every script around a text."""
WHOLE = r"\A(-?[0-9]+)\.0+\z"
"""A whole number written with a point, 3.0: as a category it is the 3 of its first group."""
LARGEST = float(np.finfo(np.float32).max)
"""Size beyond which a number is none that a network can take."""
FARTHEST = 1e18
"""Distance from the training rows, in deviations or ranges, beyond which a number is none either:
its square no longer fits single precision, and what a network makes of it is not its answer."""
SMALLEST_INTEGER, LARGEST_INTEGER = -(2**31), 2**31 - 1
"""Whole numbers that reach the network as such."""


def read_texts(cells: pl.Series, null_values: tuple[str, ...]) -> pl.Series:
    """Return texts without blanks around them, with a null for every missing cell."""
    bare = cells.str.replace_all(BLANKS, "")
    absent = bare.is_in(["", *null_values])
    return bare.zip_with(~absent.fill_null(value=True), pl.Series([None], dtype=pl.String))


def name_categories(cells: pl.Series) -> pl.Series:
    """Return the text of each category, "" for a missing one: 3.0 and 3 are the same."""
    return cells.cast(pl.String).fill_null("").str.replace(WHOLE, "${1}")


def far_numbers(fit: NumericFit, values: Values) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Return which cells, (rows, ...), lie too far from what the column was in training."""
    if not fit.scaled or fit.quantiles:
        return np.zeros(values.shape, np.bool_)
    numbers = bent(fit, values.astype(np.float64))
    distance = (
        np.abs((numbers - fit.shift) / fit.scale) if has_line(fit) else np.zeros_like(numbers)
    )
    if fit.bins:
        distance = np.maximum(distance, beyond_bins(fit.bins, numbers))
    far: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] = distance > FARTHEST
    return far
