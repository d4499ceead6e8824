"""Floor 8, where a map's prototypes begin: on rows, on the plane of components, or at random."""

import numpy as np
import numpy.typing as npt

from nnspec.build.lattice import Lattice
from nnspec.engine.order import epoch_order

Floats = npt.NDArray[np.float64]
SPREAD = 2.0
"""Deviations on both sides of the mean that a map spans along a component."""
MOST_ROWS = 50_000
"""Rows that components are computed of, drawn at random from more."""


def first_prototypes(how: str, lattice: Lattice, rows: Floats, seed: int) -> Floats:
    """Return where prototypes begin, (units, features).

    Args:
        how: components, rows or random.
        lattice: the grid that the units lie on.
        rows: the training rows, (rows, features).
        seed: seed of what is drawn.
    """
    match how:
        case "rows":
            return drawn_rows(rows, lattice.units, seed)
        case "random":
            return between_extremes(rows, lattice.units, seed)
        case _:
            return on_components(rows, lattice, seed)


def drawn_rows(rows: Floats, units: int, seed: int) -> Floats:
    """Return rows at random, different ones as long as there are such."""
    order = epoch_order(len(rows), seed=seed, epoch=0)
    few = rows[order[: 4 * units]]
    _, first = np.unique(few, axis=0, return_index=True)
    if len(first) < units:
        _, first = np.unique(rows[order], axis=0, return_index=True)
    found: Floats = rows[order[np.resize(np.sort(first), units)]]
    return found


def between_extremes(rows: Floats, units: int, seed: int) -> Floats:
    """Return points at random between the least and the largest value of each feature."""
    bits = np.random.Philox(np.random.SeedSequence([seed, 1])).random_raw(units * rows.shape[1])
    shares = (bits >> np.uint64(11)).reshape(units, -1) * 2.0**-53
    low, high = rows.min(axis=0), rows.max(axis=0)
    found: Floats = low + shares * (high - low)
    return found


def on_components(rows: Floats, lattice: Lattice, seed: int) -> Floats:
    """Return the grid stretched over the plane of the two components of largest variance.

    The longer side of the grid lies along the first. A component points to where its largest
    weight is positive, so that the same rows give the same map.
    """
    if len(rows) > MOST_ROWS:
        rows = rows[np.sort(epoch_order(len(rows), seed=seed, epoch=0)[:MOST_ROWS])]
    mean = rows.mean(axis=0)
    variances, vectors = np.linalg.eigh(
        np.cov(rows - mean, rowvar=False).reshape(rows.shape[1], -1)
    )
    points = lattice.points()
    sides = np.argsort(-np.ptp(points, axis=0), kind="stable")
    found = np.tile(mean, (lattice.units, 1))
    for side, place in zip(sides, range(1, min(2, rows.shape[1]) + 1), strict=False):
        vector = vectors[:, -place]
        vector = vector * np.sign(vector[np.argmax(np.abs(vector))])
        extent = np.ptp(points[:, side])
        if extent > 0:
            across = 2 * (points[:, side] - points[:, side].min()) / extent - 1
            found += np.outer(across, vector) * SPREAD * np.sqrt(max(variances[-place], 0.0))
    return found
