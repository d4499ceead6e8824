"""Classes that the data itself writes as one 0 or 1 per class: columns, or an array's last axis."""

import numpy as np
from numpy.typing import NDArray

from nnspec.data.columns.refusals import refuse
from nnspec.data.table import Table, Values
from nnspec.diagnostics import Path

TARGET: Path = ("data", "target")
SHOWN = 8
"""How many cells a message lists."""


def one_number_per_class(table: Table, units: int | None) -> bool:
    """Tell whether target columns are one-hot: an array's by their values, several ones always.

    Args:
        table: the target columns of one output.
        units: units of the output, which the last axis of a one-hot array has too.
    """
    if len(table.columns) > 1:
        return True
    (column,) = table.columns.values()
    if not column.shape or column.shape[-1] != units or column.textual:
        return False
    return bool(_is_one_hot(column.values).all())


def one_hot_codes(table: Table, where: str) -> NDArray[np.int64]:
    """Return class numbers, (rows, ...) without the axis of the classes.

    Args:
        table: one-hot target columns of one output.
        where: what the rows are, for the message.

    Raises:
        Refused: D115 for a row that does not name exactly one class.
    """
    numbers = _side_by_side(table)
    wrong = ~_is_one_hot(numbers).reshape(table.rows, -1).all(axis=1)
    if wrong.any():
        first = numbers[int(wrong.argmax())].reshape(-1)[:SHOWN]
        shown = ", ".join(f"{one:g}" for one in first.astype(np.float64))
        message = (
            f"{int(wrong.sum())} of {where} name no single class in {', '.join(table.columns)}: "
            f"found {shown}; expected one 1 and zeros"
        )
        hint = (
            "write loss: binary_crossentropy (a sigmoid each) where several labels hold at once, "
            "or loss: mse for numbers"
        )
        raise refuse("D115", message, hint=hint, path=TARGET)
    codes: NDArray[np.int64] = numbers.argmax(axis=-1).astype(np.int64)
    return codes


def class_names(table: Table) -> tuple[str, ...] | tuple[int, ...]:
    """Return the classes: the columns' names, or the places along an array's last axis."""
    if len(table.columns) > 1:
        return tuple(table.columns)
    (column,) = table.columns.values()
    return tuple(range(column.shape[-1]))


def _side_by_side(table: Table) -> Values:
    """Return the numbers of one-hot columns, (rows, ..., classes)."""
    for name, column in table.columns.items():
        if column.textual:
            message = (
                f'the target "{name}" holds texts; several columns of one output with classes '
                "hold a 0 or 1 for each class"
            )
            raise refuse("D115", message, path=TARGET)
    columns = [column.values for column in table.columns.values()]
    return columns[0] if len(columns) == 1 else np.stack(columns, axis=-1)


def _is_one_hot(numbers: Values) -> NDArray[np.bool_]:
    """Return where a single 1 stands among zeros along the last axis, (rows, ...)."""
    ones, zeros = numbers == 1, numbers == 0
    found: NDArray[np.bool_] = (ones | zeros).all(axis=-1) & (ones.sum(axis=-1) == 1)
    return found
