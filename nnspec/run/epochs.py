"""Floor 8, the epochs of `history.csv` as plain numbers: whole lines alone, whatever is there."""

import csv
import io
import math
from dataclasses import dataclass

Row = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Epochs:
    """What each epoch reached.

    Attributes:
        names: figure of each column; `epoch` counts from 1.
        rows: the epochs, NaN where a cell is empty or no number.
    """

    names: tuple[str, ...]
    rows: tuple[Row, ...]


def read_epochs(content: bytes) -> Epochs:
    """Return the epochs of a history; lines that are cut, or of another length, are left out."""
    text = io.StringIO(content.decode("utf-8", "replace"))
    try:
        lines = [one for one in csv.reader(text) if one]
    except csv.Error:  # a cell of more signs than any number has
        return Epochs((), ())
    if not lines:
        return Epochs((), ())
    names, *rows = lines
    whole = (one for one in rows if len(one) == len(names))
    return Epochs(tuple(names), tuple(tuple(map(_number, one)) for one in whole))


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return math.nan
