"""Regression targets: how they are scaled, by what the training rows say, and back."""

import numpy as np
from numpy.typing import NDArray

from nnspec.data.columns.refusals import refuse
from nnspec.data.fit.features import Moments, coarse, measure
from nnspec.data.fit.fitted import NumericFit, Precision, TargetFit
from nnspec.data.table import Table
from nnspec.diagnostics import Path
from nnspec.spec.data import DataSection

TARGET: Path = ("data", "target")
LOGARITHM = NumericFit(log=True)
"""How features are bent by `scaling: log`: of numbers of 0 and more, log(1 + x) as here."""

Numbers = NDArray[np.float64]


def fit_scale(base: TargetFit, table: Table, section: DataSection) -> TargetFit:
    """Return a regression target with its scale, one per column.

    Raises:
        Refused: D115 for a target of texts, D107 for a constant one.
    """
    for name, column in table.columns.items():
        if column.textual:
            message = f'the target "{name}" holds texts; the loss is one of numbers'
            hint = "use a loss of classes, such as sparse_categorical_crossentropy"
            raise refuse("D115", message, hint=hint, path=TARGET)
    if section.target_scaling == "none":
        return base
    log = section.target_scaling == "log"
    own = {name: measure(column.values) for name, column in table.columns.items()}
    learned = own
    if log:
        learned = {name: measure(one.values, bend=LOGARITHM) for name, one in table.columns.items()}
    for name, figure in learned.items():
        _check_varies(name, own[name], figure, table.rows)
    fine = any(coarse(figure, figure.deviation) for figure in own.values())
    precision: Precision = "double" if fine else "single"
    return base.model_copy(
        update={
            "log": log,
            "shift": tuple(figure.mean for figure in learned.values()),
            "scale": tuple(figure.deviation for figure in learned.values()),
            "precision": precision,
        }
    )


def _check_varies(name: str, own: Moments, learned: Moments, rows: int) -> None:
    """Refuse a target that is the same in all rows (D107)."""
    if learned.low == learned.high:
        message = f'the target column "{name}" is {own.low:g} in all {rows} training rows'
        hint = "name another target, or give rows in which it differs"
        raise refuse("D107", message, hint=hint, path=TARGET)


def scaled(target: TargetFit, numbers: Numbers) -> Numbers:
    """Return what the network learns of numbers in the target's own units, (rows, ..., units)."""
    bent = np.log1p(numbers) if target.log else numbers
    return np.asarray((bent - np.asarray(target.shift)) / np.asarray(target.scale))


def in_units(target: TargetFit, learned: Numbers) -> Numbers:
    """Return numbers in the target's own units: the inverse of `scaled`."""
    bent = learned * np.asarray(target.scale) + np.asarray(target.shift)
    return np.expm1(bent) if target.log else np.asarray(bent)


def without_logarithm(target: TargetFit) -> TargetFit:
    """Return the target of numbers u = exp(scale * z) - 1, which lie on a line through its own.

    Where z is what the network learns, exp(scale * z + shift) - 1 is
    exp(shift) * u + exp(shift) - 1.
    """
    shift = np.asarray(target.shift)
    moved = {"shift": tuple(np.expm1(shift).tolist()), "scale": tuple(np.exp(shift).tolist())}
    return target.model_copy(update={"log": False, **moved})
