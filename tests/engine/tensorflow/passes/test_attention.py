"""Attention with its gradient written out is that of Keras."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from networks import XLA
from oracle import POLICIES, Make, assert_same, assert_same_under, drawn, titles

from nnspec.engine.tensorflow.passes.attention import WrittenAttention, softmax

pytestmark = pytest.mark.keras

L = keras.layers


def attending(**how: Any) -> Make:
    def make() -> keras.Model:
        x, other = keras.Input((40, 6)), keras.Input((34, 6))
        layer = L.MultiHeadAttention(2, 4, value_dim=3)
        return keras.Model([x, other], layer(x, other, **how))

    return make


def test_written_attention_is_that_of_keras() -> None:
    assert "attention's gradient" in titles(attending()(), XLA)
    assert_same(attending(), [drawn(2, 40, 6), drawn(2, 34, 6)], XLA)


def test_attention_under_a_causal_mask_is_left_to_keras() -> None:
    values = [drawn(2, 40, 6), drawn(2, 34, 6)]
    assert_same(attending(use_causal_mask=True), values, XLA)
    assert_same(attending(return_attention_scores=True), values, XLA)


def test_attention_reads_the_mask_of_a_padded_series() -> None:
    def make() -> keras.Model:
        x = keras.Input((6, 4))
        masked = L.Masking()(x)
        return keras.Model(x, L.MultiHeadAttention(2, 4)(masked, masked))

    values = drawn(3, 6, 4)
    values[1, 4:] = 0
    assert_same(make, values, XLA)


@pytest.mark.parametrize("policy", POLICIES)
def test_attention_learns_as_in_keras_under_each_policy(policy: str) -> None:
    def make() -> keras.Model:
        x = keras.Input((5, 6))
        return keras.Model(x, L.MultiHeadAttention(2, 4)(x, x))

    assert_same_under(policy, make, drawn(2, 5, 6), XLA)


@pytest.mark.parametrize(
    "layer",
    [
        lambda: L.MultiHeadAttention(2, 4, dropout=0.1),
        lambda: L.MultiHeadAttention(2, 4, attention_axes=(1, 2)),
        lambda: L.MultiHeadAttention(2, 4, dtype="float64"),
        lambda: L.GroupQueryAttention(4, 4, 2),
    ],
)
def test_attention_out_of_the_ordinary_is_left_alone(
    layer: Callable[[], keras.layers.Layer],
) -> None:
    x = keras.Input((5, 6, 8))
    made = layer()
    if isinstance(made, L.GroupQueryAttention):
        x = keras.Input((5, 8))
    assert "attention's gradient" not in titles(keras.Model(x, made(x, x)), XLA)


@pytest.mark.parametrize(
    ("length", "largest"),
    [(1, 1), (2, 2), (31, 31), (34, 17), (62, 31), (64, 16), (961, 31), (37, 37), (600, 30)],
)
def test_the_largest_score_is_looked_for_along_axes_of_31_at_most(
    length: int, largest: int
) -> None:
    found = tf.function(softmax, autograph=False).get_concrete_function(
        tf.TensorSpec([2, 3, 4, length])
    )
    (reduced,) = [one for one in found.graph.get_operations() if one.type == "Max"]
    extents = reduced.inputs[0].shape.as_list()[3:]
    assert extents[0] * extents[1] == length
    assert max(extents) == largest
    scores = tf.constant(drawn(2, 3, 4, length))
    np.testing.assert_allclose(found(scores), tf.nn.softmax(scores), rtol=1e-5)


def test_answers_of_another_shape_or_type_are_no_attention() -> None:
    query, value = tf.zeros([2, 5, 3, 4]), tf.zeros([2, 7, 3, 6])
    (guarantee,) = WrittenAttention.ensures
    for answers, fine in (
        (tf.zeros([2, 5, 3, 6]), True),
        (tf.zeros([2, 5, 3, 4]), False),
        (tf.zeros([2, 7, 3, 6]), False),
        (tf.zeros([2, 5, 3, 6], "float64"), False),
        (tf.zeros([5, 3, 6]), False),
    ):
        held = guarantee.holds(None, (query, query, value), (answers, None))
        assert held is fine
