"""Floor 8, the compiled loops of a map: who wins which row, batch by batch or row by row.

Rows lie on the device, moved so that their mean is 0: distances are then computed of small numbers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

BLOCK = 2048
"""Rows whose distances from all units are computed at once: they stay near the cores."""
Array = npt.NDArray[Any]
Loop = Callable[..., tuple[tf.Tensor, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Contest:
    """Rows that units compete for.

    Attributes:
        rows: (rows + BLOCK, features), what is beyond the rows being zeros.
        weights: (rows + BLOCK,) how much each row counts, 0 beyond them.
    """

    rows: tf.Tensor
    weights: tf.Tensor

    @classmethod
    def of(cls, rows: Array, weights: Array | None) -> "Contest":
        """Return rows on the device."""
        counts = np.ones(len(rows), np.float32) if weights is None else weights
        beyond = ((0, BLOCK), (0, 0))
        return cls(
            tf.constant(np.pad(rows.astype(np.float32), beyond)),
            tf.constant(np.pad(counts.astype(np.float32), beyond[0])),
        )


def nearest(rows: tf.Tensor, points: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return each row's nearest point, the first of equals, and the square of its distance."""
    scores = tf.reduce_sum(points * points, axis=1) - 2.0 * tf.matmul(
        rows, points, transpose_b=True
    )
    squares = tf.reduce_min(scores, axis=1) + tf.reduce_sum(rows * rows, axis=1)
    return tf.argmin(scores, axis=1, output_type=tf.int32), tf.maximum(squares, 0.0)


def batch_loop(*, xla: bool) -> Loop:
    """Return what adds up, over a stretch of rows, what each unit wins.

    The function takes rows, weights, points, the first row and the one after the last, and what
    was added up before: the sums (units, features) and weights (units,) of the rows that each unit
    is nearest to, and the sums of their weights, distances and squared distances (3,). It returns
    those. The first row begins a block, whatever was added up before, so that sums are rounded
    alike however an epoch is divided.
    """

    def gather(*given: tf.Tensor) -> tuple[tf.Tensor, ...]:
        rows, weights, points, first, end, *before = given
        units, features = points.shape

        def step(at: tf.Tensor, *found: tf.Tensor) -> tuple[tf.Tensor, ...]:
            sums, counts, figures = found
            some = tf.slice(rows, [at, 0], [BLOCK, features])
            inside = tf.range(BLOCK) < end - at
            held = tf.where(inside, tf.slice(weights, [at], [BLOCK]), 0.0)
            winner, squares = nearest(some, points)
            weight = tf.cast(held, tf.float64)
            moved = tf.cast(some, tf.float64) * weight[:, None]
            sums += tf.math.unsorted_segment_sum(moved, winner, units)
            counts += tf.math.unsorted_segment_sum(weight, winner, units)
            return at + BLOCK, sums, counts, figures + measured(squares, weight)

        start = (first, *before)
        ended = tf.while_loop(lambda at, *_: at < end, step, start, parallel_iterations=1)
        return tuple(ended[1:])

    compiled: Loop = tf.function(gather, jit_compile=xla, autograph=False)
    return compiled


def measured(squares: tf.Tensor, weight: tf.Tensor) -> tf.Tensor:
    """Return the sums of weights, distances and squared distances, (3,)."""
    wide = tf.cast(squares, tf.float64)
    return tf.stack(
        [
            tf.reduce_sum(weight),
            tf.reduce_sum(weight * tf.sqrt(wide)),
            tf.reduce_sum(weight * wide),
        ]
    )


@dataclass(frozen=True, slots=True)
class Decay:
    """How radius and learning rate fall over a training, (2,) at its beginning and end each."""

    radius: tuple[float, float]
    rate: tuple[float, float]
    exponential: bool

    def at(self, share: Any, pair: tuple[float, float]) -> Any:  # noqa: ANN401 - number or tensor
        """Return the value at a share of the training, from 0 to 1."""
        first, last = pair
        if self.exponential and first > 0:
            return first * (last / first) ** share
        return first + (last - first) * share


def online_loop(squares: Array, decay: Decay, *, bubble: bool, xla: bool) -> Loop:
    """Return what moves units row by row.

    The function takes rows, weights, points, the order of the rows, the first place in it and the
    one after the last, the steps before this epoch and those of the whole training, and the figures
    so far; it returns points and the figures as `batch_loop` does, each row's distance taken before
    its step.

    Args:
        squares: squared distances of units on the map, (units, units).
        decay: how radius and rate fall.
        bubble: whether all units within the radius learn alike.
        xla: whether XLA compiles it.
    """
    apart = tf.constant(squares.astype(np.float32))

    def learn(*given: tf.Tensor) -> tuple[tf.Tensor, ...]:
        rows, weights, points, order, first, end, before, whole, so_far = given
        last = tf.maximum(whole - 1.0, 1.0)

        def step(at: tf.Tensor, now: tf.Tensor, figures: tf.Tensor) -> tuple[tf.Tensor, ...]:
            # Gathered, not sliced: XLA would compile anew for each order that it slices by.
            place = tf.gather(order, at)
            row, weight = tf.gather(rows, place), tf.gather(weights, place)
            away = row[None, :] - now
            lengths = tf.reduce_sum(away * away, axis=1)
            winner = tf.argmin(lengths, output_type=tf.int32)
            share = (before + tf.cast(at, tf.float32)) / last
            radius = decay.at(share, decay.radius)
            near = strength(tf.gather(apart, winner), radius, bubble=bubble)
            step_size = tf.minimum(decay.at(share, decay.rate) * weight * near, 1.0)
            squared = tf.reduce_min(lengths)[None]
            told = figures + measured(squared, tf.cast(weight, tf.float64)[None])
            return at + 1, now + step_size[:, None] * away, told

        start = (first, points, so_far)
        ended = tf.while_loop(lambda at, *_: at < end, step, start, parallel_iterations=1)
        return tuple(ended[1:])

    compiled: Loop = tf.function(learn, jit_compile=xla, autograph=False)
    return compiled


def strength(squares: Any, radius: Any, *, bubble: bool) -> Any:  # noqa: ANN401 - arrays or tensors
    """Return how much units learn at these squared distances from the nearest one: 1 at 0."""
    if bubble:
        return tf.cast(squares <= radius * radius + 1e-6, squares.dtype)
    width = tf.maximum(2.0 * radius * radius, 1e-12)
    return tf.exp(-squares / width)
