"""Floor 8, windows out of a series on the device: gathered piece by piece.

XLA computes for each number of a window where it lies, so that pieces are single numbers.
TensorFlow's own kernel copies a piece at a time, and takes for a short one as long as for a longer:
there they are several steps, and the series lies on the device once for every step of a piece, each
time begun a step later, so that a window may begin anywhere.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from nnspec.data.window_view import Steps, WindowView

NUMBERS = 20
"""Numbers of a piece, at most: on a CPU more are not copied faster."""
MOST_BYTES = 64 << 20
"""What a series that lies on the device several times may take, in bytes."""

Pair = tuple[tf.Tensor, tf.Tensor]
"""Pieces, (pieces, numbers) or (numbers,), and the first piece of each window, (windows,)."""


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """How windows are gathered.

    Attributes:
        view: the windows.
        steps: steps of a piece; 0 where pieces are single numbers.
    """

    view: WindowView
    steps: int

    @classmethod
    def of(cls, view: WindowView, *, xla: bool) -> "Pieces":
        """Return how windows are gathered soonest, by XLA or by TensorFlow's kernels."""
        if xla:
            return cls(view, 0)
        length = len(view.cut.offsets)
        most = min(NUMBERS // numbers_of(view), MOST_BYTES // max(1, view.series.nbytes))
        fitting = [one for one in range(1, most + 1) if length % one == 0]
        return cls(view, fitting[-1] if fitting and view.cut.reach == length else 1)

    @property
    def specs(self) -> tuple[tf.TensorSpec, tf.TensorSpec]:
        """Return the types of what `tensors` gives."""
        numbers = (self.steps * numbers_of(self.view),) if self.steps else ()
        pieces = tf.TensorSpec([None, *numbers], self.view.dtype)
        return pieces, tf.TensorSpec([None], self._places)

    def tensors(self) -> Pair:
        """Return the pieces, and the first piece of each window."""
        series, starts = self.view.series, self.view.cut.starts.astype(self._places)
        if not self.steps:
            firsts = starts * numbers_of(self.view)
            return tf.convert_to_tensor(series.reshape(-1)), tf.convert_to_tensor(firsts)
        count = -(-len(series) // self.steps)
        flat = series.reshape(len(series), -1)
        whole = np.zeros((count * self.steps + self.steps - 1, flat.shape[1]), series.dtype)
        whole[: len(series)] = flat
        begun = [whole[one : one + count * self.steps] for one in range(self.steps)]
        pieces = np.stack(begun).reshape(self.steps * count, -1)
        firsts = starts % self.steps * count + starts // self.steps
        return tf.convert_to_tensor(pieces), tf.convert_to_tensor(firsts)

    def gather(self, tensors: Pair, rows: tf.Tensor) -> tf.Tensor:
        """Return some windows, (rows, length, ...), out of what `tensors` gave."""
        pieces, firsts = tensors
        offsets = tf.constant(self._offsets(), self._places)
        found = tf.gather(pieces, tf.gather(firsts, rows)[:, None] + offsets)
        return tf.reshape(found, [-1, *self.view.shape[1:]])

    def _offsets(self) -> Steps:
        """Return how far behind a window's first piece each of its pieces lies."""
        steps, numbers = self.view.cut.offsets, numbers_of(self.view)
        if not self.steps:
            found: Steps = (steps[:, None] * numbers + np.arange(numbers)).reshape(-1)
            return found
        return steps[: len(steps) // self.steps]

    @property
    def _places(self) -> type[np.signedinteger[Any]]:
        """Return the type of the numbers of pieces."""
        return np.int32 if self.view.series.size < np.iinfo(np.int32).max // 2 else np.int64


def numbers_of(view: WindowView) -> int:
    """Return the numbers of a step."""
    return int(np.prod(view.series.shape[1:]))
