"""The grid of a map: where its units lie, how far they are apart, which are neighbours."""

from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Topology = Literal["rectangular", "hexagonal"]
REACH = {"rectangular": 1.5, "hexagonal": 1.1}
"""Distance within which units are neighbours: a diagonal is 1.41."""


@dataclass(frozen=True, slots=True)
class Lattice:
    """Units on a grid, counted row by row; neighbours in a row are 1 apart.

    Attributes:
        topology: hexagonal moves every second row by half a unit and rows closer together, so that
            a unit has six neighbours, all of them 1 apart.
    """

    rows: int
    columns: int
    topology: Topology = "rectangular"

    @property
    def units(self) -> int:
        """Return the number of units."""
        return self.rows * self.columns

    def points(self) -> Floats:
        """Return where the units lie, (units, 2): across and down."""
        row, column = np.divmod(np.arange(self.units), self.columns)
        if self.topology == "rectangular":
            return np.stack([column, row], axis=1).astype(np.float64)
        return np.stack([column + 0.5 * (row % 2), row * (sqrt(3) / 2)], axis=1)

    def squares(self) -> Floats:
        """Return the squared distance of each unit from each, (units, units)."""
        points = self.points()
        found: Floats = ((points[:, None, :] - points[None, :, :]) ** 2).sum(axis=-1)
        return found

    def neighbours(self) -> npt.NDArray[np.bool_]:
        """Return which units are neighbours, (units, units); none is its own."""
        squares = self.squares()
        found: npt.NDArray[np.bool_] = (squares > 0) & (squares < REACH[self.topology] ** 2)
        return found
