"""Masks that reach an output, and how often a network is asked for them."""

from typing import Any

import keras
import numpy as np
import pytest

from nnspec.engine.tensorflow.masks import find_masks

pytestmark = pytest.mark.keras
NUMBERS = np.array([[1, 2, 0], [3, 0, 0], [1, 1, 1], [0, 2, 0], [2, 0, 0]], dtype=np.int32)


class Counting(keras.layers.Layer):  # type: ignore[misc]
    calls = 0

    def call(self, inputs: Any) -> Any:
        type(self).calls += 1
        return inputs


def network(*, sequences: bool) -> keras.Model:
    given = keras.Input([3], dtype="int32", name="given")
    passed = Counting()(given)
    words = keras.layers.Embedding(5, 2, mask_zero=True)(passed)
    read = keras.layers.SimpleRNN(2, return_sequences=sequences)(words)
    return keras.Model(given, keras.layers.Dense(1, name="answer")(read))


def test_steps_that_count_are_told_of_every_row() -> None:
    found = find_masks(network(sequences=True), {"given": NUMBERS}, 2)
    assert found["answer"].tolist() == (NUMBERS != 0).tolist()


def test_a_network_whose_outputs_carry_no_mask_is_asked_once() -> None:
    model = network(sequences=False)
    Counting.calls = 0
    assert find_masks(model, {"given": NUMBERS}, 2) == {}
    assert Counting.calls == 1
