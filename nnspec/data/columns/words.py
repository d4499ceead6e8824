"""Words of a text: one rule for tables, for `predict` and for the SavedModel.

The expressions hold in polars (Rust's regex) and in TensorFlow (RE2) alike.
"""

import polars as pl

from nnspec.data.columns.cells import SPACE
from nnspec.data.fit.fitted import TextFit

PUNCTUATION = r"[!-/:-@\[-`{-~]"
"""Signs of ASCII that are neither letters, digits nor blanks: those that Keras strips."""
NUL = r"\x00"
"""Ends a text for TensorFlow's small letters; a gap like others in place of that."""
GAP = rf"{SPACE}+"
"""What stands between two words."""
WORD = r"[^ ]+"
"""A word, once every gap is one blank."""


def part_texts(cells: pl.Series, fit: TextFit) -> pl.Series:
    """Return the words of each text: a list of texts a row, in their order."""
    cells = cells.str.replace_all(NUL, " ")
    if fit.lowered:
        cells = cells.str.to_lowercase()
    if fit.stripped:
        cells = cells.str.replace_all(PUNCTUATION, "")
    if fit.split == "character":
        words = cells.str.split("")
    else:
        words = cells.str.replace_all(GAP, " ").str.extract_all(WORD)
    return words if fit.sizes == (1,) else joined(words, fit.sizes)


def joined(words: pl.Series, sizes: tuple[int, ...]) -> pl.Series:
    """Return so many words in a row, joined by blanks: all of the first size, then the next."""
    rows = [
        [" ".join(row[at : at + size]) for size in sizes for at in range(len(row) - size + 1)]
        for row in words.to_list()
    ]
    return pl.Series(words.name, rows, pl.List(pl.String))
