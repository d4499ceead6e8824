"""Bins in TensorFlow: of numbers as Keras' Discretization, of classes as Keras' Hashing."""

import numpy as np
import tensorflow as tf

from nnspec.data.fit.frozen import Bins, Hash


def encode_bins(bins: Bins, numbers: tf.Tensor) -> tf.Tensor:
    """Return numbers, float64, as bins, with a last axis of the bins' width."""
    if bins.encoding == "piecewise_linear":
        return _encode_shares(bins, numbers)
    edges = tf.constant(bins.edges, tf.float64)
    places = tf.searchsorted(edges, tf.reshape(numbers, [-1]), side="right")
    codes = tf.reshape(places, tf.shape(numbers))
    if bins.encoding == "index":
        return tf.expand_dims(codes, axis=-1)
    return tf.one_hot(codes, bins.codes, dtype=tf.float32)


def _encode_shares(bins: Bins, numbers: tf.Tensor) -> tf.Tensor:
    """Return for each bin the share of it that lies below a number.

    Source: Gorishniy, Rubachev, Babenko, On Embeddings for Numerical Features in Tabular Deep
    Learning, 2022, equation 1: the first bin goes on below its boundary, the last above it.
    """
    edges = np.asarray(bins.edges)
    if len(edges) < 2:  # noqa: PLR2004 - a bin has two; a constant column becomes zeros
        return tf.zeros_like(tf.expand_dims(numbers, axis=-1), tf.float32)
    count = len(edges) - 1
    least, most = np.zeros(count), np.ones(count)
    least[0], most[-1] = -np.inf, np.inf
    # A product, because graph mode turns the quotient into one and rounds otherwise.
    shares = (tf.expand_dims(numbers, axis=-1) - edges[:-1]) * (1 / np.diff(edges))
    return tf.cast(tf.minimum(tf.maximum(shares, least), most), tf.float32)


def beyond_bins(bins: Bins, numbers: tf.Tensor) -> tf.Tensor:
    """Return how far numbers, float64, lie beyond the outer bins, as the table's rule says it."""
    if bins.encoding != "piecewise_linear" or len(bins.edges) < 2:  # noqa: PLR2004 - a bin has two
        return tf.zeros_like(numbers)
    first, second, last = bins.edges[0], bins.edges[1], bins.edges[-1]
    below = (first - numbers) / (second - first)
    above = (numbers - last) / (last - bins.edges[-2])
    return tf.maximum(tf.maximum(below, above), 0)


def hash_texts(found: Hash, cells: tf.Tensor) -> tf.Tensor:
    """Return the bins of texts, int32; bin 0 is that of "" alone where missing cells have one.

    Source: Keras 3.15, keras/src/layers/preprocessing/hashing.py, call.
    """
    bins = found.num_bins - found.masked
    if found.salt is None:
        codes = tf.strings.to_hash_bucket_fast(cells, bins)
    else:
        codes = tf.strings.to_hash_bucket_strong(cells, bins, list(found.salt))
    if found.masked:
        codes = tf.where(tf.equal(cells, ""), tf.zeros_like(codes), codes + 1)
    return tf.cast(codes, tf.int32)
