"""Floor 8, figures: their names by head, and how an undefined one is written.

Apart from what measures them, since naming figures takes no scikit-learn.
"""

from collections.abc import Mapping

import numpy as np

from nnspec.judge.heads import (
    ClassPerPosition,
    Clusters,
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
AREA, CALIBRATION = "roc_auc", "ece"
GRADED = (AREA, CALIBRATION)
"""Figures of probabilities, which a threshold does not give."""
CLASSES = ("accuracy", "macro_f1", *GRADED)
SOUGHT = ("precision", "recall", "f1")
"""Figures of the second of two classes, where it is looked for."""
CLUSTERS = (
    "quantization_error",
    "topographic_error",
    "silhouette",
    "adjusted_rand",
    "purity",
)
LABELS = (*CLASSES, "subset_accuracy")
MEASURED: Mapping[type[Head], tuple[str, ...]] = {
    Numbers: NUMBERS,
    Reconstruction: NUMBERS,
    OneClass: CLASSES,
    SeveralLabels: LABELS,
    ClassPerPosition: CLASSES,
    Clusters: CLUSTERS,
    Unjudged: (),
}
"""Head -> its built-in figures."""


def measured(head: Head) -> tuple[str, ...]:
    """Return the built-in figures of a head."""
    if isinstance(head, Numbers):
        return (*NUMBERS, *spread_names(head.quantiles, normal=head.normal, level=head.interval))
    sought = isinstance(head, OneClass | ClassPerPosition) and head.sought
    built_in = tuple(name for name in MEASURED[type(head)] if name not in GRADED or is_graded(head))
    return (*built_in, *(SOUGHT if sought else ()))


def is_graded(head: Head) -> bool:
    """Return whether rows have probabilities, of which areas and calibration tell."""
    return not isinstance(head, OneClass) or head.graded


def finite(value: float | None) -> float | None:
    """Return a figure as a plain number, None where it is undefined."""
    return None if value is None or not np.isfinite(value) else float(value)
