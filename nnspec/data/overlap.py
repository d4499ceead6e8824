"""Windows that lie over one another in memory: rows of an array that share most of their elements.

Windows over a series are views of it. How they overlap is read off the array itself, so that the
series is prepared and handed on once, however many windows hold each of its steps.
"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view

from nnspec.data.table import Values


@dataclass(frozen=True, slots=True)
class Overlap:
    """Windows over a series, (windows, length, ...): window i begins at step i * stride."""

    length: int
    stride: int

    def steps(self, windows: int) -> int:
        """Return the steps of the series that so many windows cover."""
        return (windows - 1) * self.stride + self.length


def overlap_of(array: Values) -> Overlap | None:
    """Return how the rows of an array lie over one another; None where each has its own memory."""
    if array.ndim < 2 or len(array) < 2:  # noqa: PLR2004 - windows, and steps in them
        return None
    across, along = array.strides[:2]
    if along <= 0 or across <= 0 or across % along:
        return None
    found = Overlap(array.shape[1], across // along)
    return found if found.stride < found.length else None


def series_of(windows: Values, overlap: Overlap) -> Values:
    """Return the series that windows lie over, (steps, ...), as a view."""
    shape = (overlap.steps(len(windows)), *windows.shape[2:])
    return as_strided(windows, shape, windows.strides[1:], writeable=False)


def windows_of(series: Values, overlap: Overlap) -> Values:
    """Return the windows over a series, (windows, length, ...), as a view."""
    windows = sliding_window_view(series, overlap.length, axis=0)[:: overlap.stride]
    return np.moveaxis(windows, -1, 1)


def memory_of(array: Values) -> int:
    """Return the bytes that an array takes; what its rows share counts once."""
    overlap = overlap_of(array)
    return array.nbytes if overlap is None else series_of(array, overlap).nbytes
