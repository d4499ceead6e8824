"""What the exported program answers where `predict` would refuse: nothing like an answer.

Decided on the raw cells, because what a network computes from NaN or infinity may well be a
plausible number: TensorFlow's relu turns NaN into 0. Answers that are no numbers are withheld too.
"""

import math
from collections.abc import Mapping

import tensorflow as tf


def withhold(answers: Mapping[str, tf.Tensor], taken: tf.Tensor) -> dict[str, tf.Tensor]:
    """Return one output's answers, with NaN or an empty label in the rows that have none.

    Args:
        answers: numbers, labels and probabilities, (batch, ...) each. Labels that are truth
            values become texts, since a third value is needed.
        taken: (batch,) rows whose raw cells can all be answered.

    Returns:
        The same, where among labels that are whole numbers the smallest of all stands for none.
    """
    for answer in answers.values():
        if answer.dtype.is_floating:
            taken &= all_cells(tf.math.is_finite(answer))
    return {key: _masked(answer, taken) for key, answer in answers.items()}


def all_cells(cells: tf.Tensor) -> tf.Tensor:
    """Return (batch,) rows in which all cells, (batch, ...), are true."""
    return tf.reduce_all(cells, axis=list(range(1, cells.shape.rank)))


def _masked(answer: tf.Tensor, taken: tf.Tensor) -> tf.Tensor:
    """Return the answer, and in rows that are not taken what stands for none."""
    if answer.dtype == tf.bool:
        answer = tf.where(answer, "True", "False")
    if answer.dtype == tf.string:
        nothing: str | float = ""
    else:
        nothing = math.nan if answer.dtype.is_floating else answer.dtype.min
    rows = tf.reshape(taken, [-1, *[1] * (answer.shape.rank - 1)])
    return tf.where(rows, answer, tf.constant(nothing, answer.dtype))
