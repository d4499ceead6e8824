"""Floor 8, what one output predicts and what it answered: the numbers all figures come from.

The back of the program has undone the target's scaling and turned class numbers into labels; from
here on, everything is in the target's own units and words.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nnspec.diagnostics import Diagnostic, RunFailed
from nnspec.spec.data import Task

Array = npt.NDArray[Any]
"""Rows first: (rows, ...)."""
Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[Any]
"""Labels of classes, (rows,): texts, integers or truth values."""
Label = str | int | float | bool
SPLITS = ("train", "validation", "test")


@dataclass(frozen=True, slots=True)
class Head:
    """What one output of the network predicts."""

    name: str
    """Name of the output."""
    task: Task
    columns: tuple[str, ...]
    """Target columns; for a reconstruction whatever names its elements."""
    classes: tuple[Label, ...] = ()
    """Labels in the order of the network's units; classification only."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The rows of one split: what was expected and what the network answered."""

    rows: npt.NDArray[np.int64]
    """Number of each row in the data, (rows,), counted from 0."""
    prediction: Floats | Labels
    """(rows, columns), or labels (rows,)."""
    target: Floats | Labels | None = None
    """As `prediction`; None where rows have no target."""
    probabilities: Floats | None = None
    """(rows, classes); classification only."""


def regression_answers(
    rows: npt.ArrayLike, prediction: npt.ArrayLike, target: npt.ArrayLike | None = None
) -> Answers:
    """Return answers that are numbers, one line of elements per row.

    Args:
        rows: row numbers, (rows,).
        prediction: (rows, ...), in the target's units.
        target: (rows, ...), in the target's units.

    Raises:
        RunFailed: R104 where a prediction is NaN or infinite.
    """
    numbers = np.asarray(rows, dtype=np.int64)
    flat = _flat(prediction)
    _check_finite(numbers, flat)
    return Answers(numbers, flat, None if target is None else _flat(target))


def class_answers(
    rows: npt.ArrayLike,
    probabilities: npt.ArrayLike,
    classes: tuple[Label, ...],
    target: npt.ArrayLike | None = None,
) -> Answers:
    """Return answers that are labels: the class of the largest probability, the first of equals.

    Args:
        rows: row numbers, (rows,).
        probabilities: (rows, classes); or (rows, 1) or (rows,) for the second of two classes.
        classes: labels in the order of the probabilities.
        target: labels, (rows,).

    Raises:
        RunFailed: R104 where a probability is NaN or infinite.
    """
    numbers = np.asarray(rows, dtype=np.int64)
    shares = _flat(probabilities)
    if len(classes) == 2 and shares.shape[1] == 1:  # noqa: PLR2004  one unit for two classes
        shares = np.concatenate([1.0 - shares, shares], axis=1)
    _check_finite(numbers, shares)
    labels = np.asarray(classes)[shares.argmax(axis=1)]
    truth = None if target is None else np.asarray(target).reshape(len(labels))
    return Answers(numbers, labels, truth, shares)


def _flat(values: npt.ArrayLike) -> Floats:
    """Return (rows, elements) in double precision, which holds every single one exactly."""
    array = np.asarray(values, dtype=np.float64)
    return array.reshape(len(array), -1)


def _check_finite(rows: npt.NDArray[np.int64], values: Floats) -> None:
    bad = ~np.isfinite(values).all(axis=1)
    if not bad.any():
        return
    first = int(rows[bad.argmax()])
    message = (
        f"the network's answer is NaN or infinite for {int(bad.sum()):,} of {len(rows):,} rows, "
        f"first for row {first}; expected finite numbers"
    )
    raise RunFailed([Diagnostic("R104", message)])
