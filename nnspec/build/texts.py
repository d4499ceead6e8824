"""Texts in TensorFlow: parted into words, and these as numbers.

The expressions are those by which tables are read (`data.columns.words`).
"""

import tensorflow as tf

from nnspec.data.columns.words import GAP, NUL, PUNCTUATION
from nnspec.data.fit.fitted import TextFit


def encode_texts(fit: TextFit, table: tf.lookup.StaticHashTable, cells: tf.Tensor) -> tf.Tensor:
    """Return texts as numbers, with a last axis of the column's width.

    Args:
        fit: what was fitted of the column.
        table: from words to their places in the vocabulary, -1 for others.
        cells: texts of any shape.
    """
    words = part_texts(fit, tf.reshape(cells, [-1]))
    places = words.with_flat_values(table.lookup(words.flat_values))
    codes = _numbered(fit, places) if fit.numbered else _counted(fit, places)
    return tf.reshape(codes, tf.concat([tf.shape(cells), [fit.width]], axis=0))


def part_texts(fit: TextFit, cells: tf.Tensor) -> tf.RaggedTensor:
    """Return the words of each text of a row of texts."""
    cells = tf.strings.regex_replace(cells, NUL, " ")
    if fit.lowered:
        cells = tf.strings.lower(cells, encoding="utf-8")
    if fit.stripped:
        cells = tf.strings.regex_replace(cells, PUNCTUATION, "")
    if fit.split == "character":
        words = tf.strings.unicode_split(cells, "UTF-8")
    else:
        words = tf.strings.split(tf.strings.regex_replace(cells, GAP, " "))
    return words if fit.sizes == (1,) else tf.strings.ngrams(words, fit.sizes, separator=" ")


def _numbered(fit: TextFit, places: tf.RaggedTensor) -> tf.Tensor:
    """Return the numbers of words from 2 on, 1 for an unknown one, 0 behind the last.

    A text without words is one unknown word: layers that leave padding out would divide by 0.
    """
    numbers = (places + 2).to_tensor(0, shape=[None, fit.length])
    words = tf.concat([tf.ones_like(numbers[:, :1]), numbers[:, 1:]], axis=1)
    return tf.where(places.row_lengths()[:, None] > 0, numbers, words)


def _counted(fit: TextFit, places: tf.RaggedTensor) -> tf.Tensor:
    """Return a number for each word of the vocabulary, unknown ones together the first."""
    counts = tf.math.bincount(
        places + 1,
        minlength=fit.codes,
        maxlength=fit.codes,
        dtype=tf.float32,
        axis=-1,
        binary_output=fit.mode == "multi_hot",
    )
    return counts * tf.constant(fit.weights, tf.float32) if fit.weights else counts
