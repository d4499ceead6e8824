"""Random numbers of one augmentation in one epoch: a function of seed, epoch and place.

Uniform numbers are the bits of Philox, whose stream NumPy keeps across versions (NEP 19); all
others are their quantiles, so that a run can be repeated with another NumPy.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import special

Numbers = NDArray[np.float64]

FRACTION = 53
"""Bits of a float's fraction."""


@dataclass(slots=True)
class Draws:
    """A stream of random numbers.

    Attributes:
        seed: the run's.
        epoch: counted from 0.
        place: of the augmentation among the others, counted from 0.
    """

    seed: int
    epoch: int
    place: int
    _bits: np.random.Philox = field(init=False)

    def __post_init__(self) -> None:
        # From 1 on: a seed sequence takes a 0 at its end for none, and gives the order of rows.
        entropy = [self.seed, self.epoch, self.place + 1]
        self._bits = np.random.Philox(np.random.SeedSequence(entropy))

    def uniform(self, *shape: int) -> Numbers:
        """Return numbers between 0 and 1, both left out."""
        raw: NDArray[np.uint64] = self._bits.random_raw(int(np.prod(shape)))
        whole = (raw >> np.uint64(64 - FRACTION)).astype(np.float64)
        drawn: Numbers = (whole.reshape(shape) + 0.5) * 2.0**-FRACTION
        return drawn

    def normal(self, *shape: int) -> Numbers:
        """Return numbers of mean 0 and deviation 1."""
        drawn: Numbers = special.ndtri(self.uniform(*shape))
        return drawn

    def beta(self, alpha: Numbers) -> Numbers:
        """Return a number from Beta(alpha, alpha) for each alpha."""
        drawn: Numbers = special.betaincinv(alpha, alpha, self.uniform(*alpha.shape))
        return drawn

    def order(self, rows: int) -> NDArray[np.int64]:
        """Return the numbers of rows in a random order."""
        return np.argsort(self._bits.random_raw(rows), kind="stable")
