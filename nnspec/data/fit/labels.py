"""Cells of a target column as classes: booleans, integers or texts."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from nnspec.data.columns.refusals import refuse
from nnspec.data.table import Column, Values
from nnspec.diagnostics import Path

TARGET: Path = ("data", "target")


def labels_of(column: Column) -> Values:
    """Return a column's cells as classes: booleans, integers, or texts.

    Texts that are all whole numbers, written plainly, are integers.

    Raises:
        Refused: D115 for numbers that are not whole.
    """
    values = column.values
    match column.kind:
        case "boolean":
            return values.astype(np.bool_)
        case "tags":
            return values
        case "category" | "date" | "text" | "identifier":
            plain = all(_is_plain_integer(one) for one in set(values.reshape(-1).tolist()))
            return values.astype(np.int64) if plain else values
        case _:
            if len(wrong := _broken(column)):
                message = f"the target holds {wrong[0]:g}, no class; the loss is one of classes"
                hint = "use a loss for numbers (mse, mae), or declare the column: category"
                raise refuse("D115", message, hint=hint, path=TARGET)
            return values.astype(np.int64)


def refuse_numbers(columns: Mapping[str, Column]) -> None:
    """Refuse a target of numbers where the perceptron rule is to tell two classes apart (D115)."""
    for name, column in columns.items():
        measured = column.kind in {"numeric", "integer"}
        if measured and len(wrong := _broken(column)):
            message = (
                f'the target "{name}" holds {wrong[0]:g}, no class; the perceptron rule tells two '
                "classes apart"
            )
            hint = "write optimizer: adam and loss: mse in place of the rule, and model: [Dense: 1]"
            raise refuse("D115", message, hint=hint, path=TARGET)


def _broken(column: Column) -> NDArray[np.float64]:
    """Return the numbers of a column that are not whole."""
    numbers = column.values.astype(np.float64)
    found: NDArray[np.float64] = numbers[numbers != np.floor(numbers)]
    return found


def _is_plain_integer(text: str) -> bool:
    """Tell whether a text is a whole number as Python writes it: no 007, no +1."""
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdigit() and str(int(text)) == text
