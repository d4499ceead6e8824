"""What of a network's input an augmentation may change, read off the fitted columns."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from nnspec.data.fit.fitted import ColumnFit, NumericFit, Preprocessing
from nnspec.data.fit.image import ImageFit
from nnspec.data.table import Values
from nnspec.network.network import Network
from nnspec.network.reached import reads_steps

SERIES_RANK = 2
"""Most axes of one cell that is a series: steps, channels."""


@dataclass(frozen=True, slots=True)
class Reach:
    """One input of the network.

    Attributes:
        numeric: which numbers of the last axis are those of numeric columns, or of pixels; one
            stands for all of them.
        series: whether the first axis behind the rows is one of steps.
        picture: whether the two axes behind the rows are those of pixels.
    """

    numeric: tuple[bool, ...]
    series: bool
    picture: bool = False

    @property
    def marks(self) -> NDArray[np.bool_]:
        """Return `numeric` as an array over the last axis of the input."""
        return np.array(self.numeric)

    def over(self, values: Values) -> NDArray[np.bool_]:
        """Return `numeric` over one step of series, (rows, steps, ...): the shape of a step."""
        step = values.shape[2:]
        # Without channels, the steps themselves are the columns.
        return np.broadcast_to(self.marks, step) if step else np.array(self.marks.all())


Reaches = Mapping[str, Reach]
"""Input of the network -> what of it may be changed."""


def find_reaches(network: Network, fitted: Preprocessing) -> Reaches:
    """Return what of each input that the front gives may be changed."""
    return {
        name: reach_of(fitted, columns, stepwise=reads_steps(network, name))
        for name, columns in fitted.inputs.items()
    }


def reach_of(fitted: Preprocessing, columns: tuple[str, ...], *, stepwise: bool) -> Reach:
    """Return what of an input of these columns may be changed.

    Args:
        fitted: what was fitted of the columns.
        columns: the input's, in their order.
        stepwise: whether plain columns are the steps of a series, if all of them are numbers.
    """
    fits = [fitted.columns[column] for column in columns]
    first = fits[0]
    marks = tuple(chain.from_iterable(map(marks_of, fits)))
    windows = fitted.window is not None and columns[0] not in fitted.known
    table = not first.shape and not windows and stepwise and all(marks)
    series = windows or table or 0 < len(first.shape) <= SERIES_RANK
    return Reach(marks, series, picture=not windows and len(first.shape) >= SERIES_RANK)


def marks_of(fit: ColumnFit) -> tuple[bool, ...]:
    """Return which of the numbers that stand for a cell are the cell's own number."""
    if isinstance(fit, ImageFit):
        return (True,)
    if isinstance(fit, NumericFit) and not (fit.bins or fit.waves):
        return (True, *(False,) * fit.indicator)
    return (False,) * fit.width
