"""Floor 8, figures: their names by head, and how an undefined one is written.

Apart from what measures them, since naming figures takes no scikit-learn.
"""

from collections.abc import Mapping

import numpy as np

from nnspec.judge.heads import (
    ClassPerPosition,
    Head,
    Numbers,
    OneClass,
    Reconstruction,
    SeveralLabels,
    Unjudged,
)
from nnspec.spec.intervals import spread_names

Metrics = Mapping[str, float | None]
"""Metric -> value; None where the rows do not define it."""
NUMBERS = ("rmse", "r2", "mae")
CLASSES = ("accuracy", "macro_f1", "roc_auc", "ece")
SOUGHT = ("precision", "recall", "f1")
"""Figures of the second of two classes, where it is looked for."""
LABELS = (*CLASSES, "subset_accuracy")
MEASURED: Mapping[type[Head], tuple[str, ...]] = {
    Numbers: NUMBERS,
    Reconstruction: NUMBERS,
    OneClass: CLASSES,
    SeveralLabels: LABELS,
    ClassPerPosition: CLASSES,
    Unjudged: (),
}
"""Head -> its built-in figures."""


def measured(head: Head) -> tuple[str, ...]:
    """Return the built-in figures of a head."""
    if isinstance(head, Numbers):
        return (*NUMBERS, *spread_names(head.quantiles, normal=head.normal, level=head.interval))
    sought = isinstance(head, OneClass | ClassPerPosition) and head.sought
    return (*MEASURED[type(head)], *(SOUGHT if sought else ()))


def finite(value: float | None) -> float | None:
    """Return a figure as a plain number, None where it is undefined."""
    return None if value is None or not np.isfinite(value) else float(value)
