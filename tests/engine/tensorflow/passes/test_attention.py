"""Attention with its gradient written out is that of Keras."""

from collections.abc import Callable
from typing import Any

import keras
import pytest
from networks import XLA
from oracle import POLICIES, Make, assert_same, assert_same_under, drawn, titles

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
