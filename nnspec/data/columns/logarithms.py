"""Targets whose logarithm is to be learned."""

from collections.abc import Iterable, Iterator

import numpy as np

from nnspec.data.table import Column, Table
from nnspec.diagnostics import Diagnostic, Path

PLACE: Path = ("data", "target_scaling")


def find_below_zero(table: Table, targets: Iterable[str]) -> Iterator[Diagnostic]:
    """Yield the finding (D140) about each target that has a number below 0, with the first one.

    Missing cells are no such numbers, nor is a text, which is refused for what it is.
    """
    for name in dict.fromkeys(targets):
        if not table[name].textual:
            yield from _found_below(name, table[name])


def _found_below(name: str, column: Column) -> Iterator[Diagnostic]:
    """Yield the finding about one target."""
    numbers = column.values.astype(np.float64).reshape(len(column.values), -1)
    rows = np.flatnonzero((numbers < 0).any(axis=1))
    if not len(rows):
        return
    first = numbers[rows[0]]
    others = len(rows) - 1
    more = f", and below 0 in {others:,} more row{'s' * (others > 1)}" if others else ""
    message = (
        f'the target "{name}" is {first[first < 0][0]:g} in row {rows[0] + 1}{more}; '
        "target_scaling: log takes numbers of 0 and more"
    )
    hint = "write target_scaling: standardize, or correct the cell" + "s" * (others > 0)
    yield Diagnostic("D140", message, hint=hint, path=PLACE)
