"""Floor 8, the order of rows: a function of (seed, epoch), so that any step is found again."""

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int32]
"""Row numbers in the order in which an epoch visits them, (rows,)."""


def epoch_order(rows: int, *, seed: int, epoch: int, shuffle: bool = True) -> Rows:
    """Return the order in which an epoch visits the rows.

    The order outlives the process that made it: NumPy keeps the streams of its bit generators
    and of `SeedSequence` across versions (NEP 19), those of `Generator.permutation` not.

    Args:
        rows: number of rows.
        seed: the run's seed, 0 or more.
        epoch: the epoch, counted from 0.
        shuffle: whether epochs visit the rows in an order of their own.
    """
    if not shuffle:
        return np.arange(rows, dtype=np.int32)
    bits = np.random.Philox(np.random.SeedSequence([seed, epoch]))
    return np.argsort(bits.random_raw(rows)).astype(np.int32)
