"""Floor 8, separability: whether any threshold unit tells the two classes of some rows apart."""

from typing import Literal

import numpy as np

from nnspec.engine.threshold_unit import Floats

MOST_CELLS = 4_000_000
"""Rows times features up to which the linear program is solved: seconds, not minutes."""
INFEASIBLE = 2
"""What scipy's `linprog` calls a program without a solution."""
Verdict = Literal["separable", "not separable", "not decided"]


def separability(features: Floats, sides: Floats, *, biased: bool) -> Verdict:
    """Return whether a hyperplane has every row strictly on its own side.

    There is one exactly if weights w and b exist with side * (w·x + b) >= 1 for all rows, which a
    linear program decides; weights that it finds are tried on the rows before they count.

    Args:
        features: (rows, features).
        sides: 1 or -1, (rows,).
        biased: whether the hyperplane need not pass through the origin.
    """
    if features.size > MOST_CELLS:
        return "not decided"
    from scipy.optimize import linprog  # noqa: PLC0415 - a second, where mistakes are left

    table = scaled(features)
    if biased:
        table = np.concatenate([table, np.ones((len(table), 1))], axis=1)
    signed = np.unique(table * sides[:, None], axis=0)
    nothing = np.zeros(signed.shape[1])
    found = linprog(nothing, -signed, -np.ones(len(signed)), bounds=(None, None), method="highs")
    if found.status == INFEASIBLE:
        return "not separable"
    solved = found.x is not None and bool((signed @ found.x > 0).all())
    return "separable" if solved else "not decided"


def scaled(features: Floats) -> Floats:
    """Return columns whose largest size is 1, which changes nothing about what separates them."""
    largest = np.abs(features).max(axis=0, initial=0.0)
    return np.asarray(features / np.where(largest > 0, largest, 1.0))
