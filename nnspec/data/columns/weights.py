"""The column that says how much each row counts."""

from collections.abc import Iterator

import numpy as np

from nnspec.data.table import Column
from nnspec.diagnostics import Diagnostic, Path

PLACE: Path = ("data", "sample_weight")


def find_negative(name: str, column: Column) -> Iterator[Diagnostic]:
    """Yield the finding (D115) about weights that are no numbers, or the first negative one."""
    if column.kind not in {"numeric", "integer"} or column.shape:
        message = f'the sample weight "{name}" is a {column.kind} column; expected numbers'
        yield Diagnostic("D115", message, path=PLACE)
        return
    values = column.values.astype(np.float64)
    if (values < 0).any():
        row = int((values < 0).argmax())
        message = f'the sample weight "{name}" is {values[row]:g} in row {row + 1}'
        hint = "correct the cell; a row of weight 0 counts for nothing"
        yield Diagnostic("D115", f"{message}; expected 0 or more", hint=hint, path=PLACE)
