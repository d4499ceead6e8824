"""Floor 8, what one output predicts and what it answered: the numbers all figures come from.

The back of the program has undone the target's scaling and turned class numbers into labels; from
here on, everything is in the target's own units and words.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from nnspec.diagnostics import Diagnostic, RunFailed
from nnspec.judge.heads import Label

Array = npt.NDArray[Any]
"""Rows first: (rows, ...)."""
Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[Any]
"""Labels of classes, (rows, ...): texts, integers or truth values."""
Truths = npt.NDArray[np.bool_]
SPLITS = ("train", "validation", "test")


@dataclass(frozen=True, slots=True)
class Truth:
    """What is known of the rows beside what the network answered."""

    target: Array | None = None
    """Numbers in their own units, or labels, in the shape of the head; None: not known."""
    counted: Truths | None = None
    """Which steps or pixels are looked at, (rows, ...) without units or classes; None: all."""
    weights: Floats | None = None
    """How much each row counts in the figures, (rows,); None: all alike."""


UNKNOWN = Truth()


@dataclass(frozen=True, slots=True)
class Answers:
    """The rows of one split: what was expected and what the network answered."""

    rows: npt.NDArray[np.int64]
    """Number of each row in the data, (rows,), counted from 0."""
    prediction: Floats | Labels
    """Numbers or labels in the shape of the head, (rows, ...)."""
    target: Floats | Labels | None = None
    """As `prediction`; None where rows have no target."""
    probabilities: Floats | None = None
    """(rows, ..., classes), or of several labels (rows, ..., labels) that each holds."""
    counted: Truths | None = None
    """As in `Truth`."""
    weights: Floats | None = None
    """As in `Truth`."""
    around: Mapping[str, Floats] = field(default_factory=dict)
    """What stands beside numbers, each in their shape and units: ends of intervals, quantiles,
    deviations; by the names of their columns."""


def taken(answers: Answers, rows: Array | slice) -> Answers:
    """Return some rows of a split, by their places or as truth values."""

    def of(values: Array | None) -> Array | None:
        return None if values is None else values[rows]

    return replace(
        answers,
        rows=answers.rows[rows],
        prediction=answers.prediction[rows],
        target=of(answers.target),
        probabilities=of(answers.probabilities),
        counted=of(answers.counted),
        weights=of(answers.weights),
        around={name: one[rows] for name, one in answers.around.items()},
    )


def number_answers(
    rows: npt.ArrayLike,
    prediction: npt.ArrayLike,
    truth: Truth = UNKNOWN,
    around: Mapping[str, npt.ArrayLike] | None = None,
) -> Answers:
    """Return answers that are numbers.

    Args:
        rows: row numbers, (rows,).
        prediction: (rows, ...), in the target's units.
        truth: the target, in the same units and of as many elements.
        around: what stands beside the prediction, in its shape.

    Raises:
        RunFailed: R104 where a number is NaN or infinite.
    """
    numbers = np.asarray(rows, dtype=np.int64)
    given = with_units(prediction)
    beside = {name: with_units(one) for name, one in (around or {}).items()}
    for values in (given, *beside.values()):
        check_finite(numbers, values)
    target = None if truth.target is None else with_units(truth.target).reshape(given.shape)
    return Answers(numbers, given, target, None, truth.counted, truth.weights, beside)


def class_answers(
    rows: npt.ArrayLike,
    probabilities: npt.ArrayLike,
    classes: tuple[Label, ...],
    truth: Truth = UNKNOWN,
) -> Answers:
    """Return answers that are labels: the class of the largest probability, the first of equals.

    Args:
        rows: row numbers, (rows,).
        probabilities: (rows, ..., classes); or one unit, or (rows,), for the second of two classes.
        classes: labels in the order of the probabilities.
        truth: labels, (rows, ...).

    Raises:
        RunFailed: R104 where a probability is NaN or infinite.
    """
    shares = with_units(probabilities)
    if len(classes) == 2 and shares.shape[-1] == 1:  # noqa: PLR2004  one unit for two classes
        shares = np.concatenate([1.0 - shares, shares], axis=-1)
    return _chosen(rows, shares, np.asarray(classes)[shares.argmax(axis=-1)], truth)


def label_answers(
    rows: npt.ArrayLike,
    probabilities: npt.ArrayLike,
    classes: tuple[Label, ...],
    truth: Truth = UNKNOWN,
) -> Answers:
    """Return answers of several labels at once: each holds where its probability is above one half.

    Args:
        rows: row numbers, (rows,).
        probabilities: (rows, ..., labels) that each label holds.
        classes: what a label is where it does not hold, and where it does.
        truth: labels, (rows, ..., labels), of those two.

    Raises:
        RunFailed: R104 where a probability is NaN or infinite.
    """
    shares = with_units(probabilities)
    held = (shares > 0.5).astype(np.intp)  # noqa: PLR2004  one half
    return _chosen(rows, shares, np.asarray(classes)[held], truth)


def _chosen(rows: npt.ArrayLike, shares: Floats, labels: Labels, truth: Truth) -> Answers:
    """Return answers that are labels chosen by finite probabilities."""
    numbers = np.asarray(rows, dtype=np.int64)
    check_finite(numbers, shares)
    target = None if truth.target is None else np.asarray(truth.target).reshape(labels.shape)
    return Answers(numbers, labels, target, shares, truth.counted, truth.weights)


def with_units(values: npt.ArrayLike) -> Floats:
    """Return (rows, ..., units) in double precision, which holds every single one exactly."""
    array = np.asarray(values, dtype=np.float64)
    return array.reshape(-1, 1) if array.ndim < 2 else array  # noqa: PLR2004  rows and units


def check_finite(rows: npt.NDArray[np.int64], values: Floats) -> None:
    """Refuse answers that are NaN or infinite.

    Raises:
        RunFailed: R104 with the first such row.
    """
    bad = ~np.isfinite(values).reshape(len(values), -1).all(axis=1)
    if not bad.any():
        return
    first = int(rows[bad.argmax()])
    message = (
        f"the network's answer is NaN or infinite for {int(bad.sum()):,} of {len(rows):,} rows, "
        f"first for row {first}; expected finite numbers"
    )
    raise RunFailed([Diagnostic("R104", message)])
