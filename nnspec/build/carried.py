"""Missing cells of a window that take the last known value before them, in TensorFlow."""

import tensorflow as tf


def is_missing(cells: tf.Tensor) -> tf.Tensor:
    """Return which cells of a table are missing."""
    if cells.dtype.is_integer:
        return tf.zeros_like(cells, tf.bool)
    return tf.equal(cells, "") if cells.dtype == tf.string else tf.math.is_nan(cells)


def carry(cells: tf.Tensor, taken: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return cells, (batch, steps, ...), with the last known one in place of each missing one.

    Args:
        cells: as a table holds them.
        taken: which of them, of the same shape, can be answered.

    Returns:
        The cells, and which can be answered now: what has no known one before it stays missing.
    """
    missing = is_missing(cells)
    absent = tf.reduce_any(tf.reshape(missing, (tf.shape(cells)[0], cells.shape[1], -1)), axis=-1)
    steps = int(cells.shape[1])
    latest = tf.where(absent, -1, tf.range(steps))
    reach = 1
    while reach < steps:  # the largest of all before, by doubling how far each looks back
        before = tf.pad(latest[:, :-reach], [[0, 0], [reach, 0]], constant_values=-1)
        latest = tf.maximum(latest, before)
        reach *= 2
    known = latest >= 0
    wide = tf.reshape(known, (-1, steps, *(1 for _ in cells.shape[2:])))
    held = tf.gather(cells, tf.maximum(latest, 0), axis=1, batch_dims=1)
    return tf.where(wide, held, cells), taken | (missing & wide)
